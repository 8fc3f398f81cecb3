"""A sample of a dump's unflagged messages for reviewers: what was missed shows in no flag.

The lines of `scan --scores` say which messages there are, which were flagged, and how near the
others came; they are read twice and never held. How many of each stratum is fixed before the
drawing, each draw within a stratum is as likely as any other, and the seed decides.
"""

import random
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from moderator.config import RuleSet
from moderator.errors import SourceError
from moderator.output import flagged_record
from moderator.pipeline import Judged
from moderator.policy import Verdict
from moderator.records import TEXT_MESSAGE, BadRow, Message
from moderator.review.strata import STRATA, allocate, flagging_thresholds, stratum
from moderator.sources.dedupe import Repeat, SeenOnDisk

CONTEXT = 2
"""Neighbouring messages on either side, as in a flagged record."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to draw: how many of how many of each stratum, and which positions among messages.

    `chosen` maps a position, from 0, among all judged messages to its stratum.
    """

    flagged: int
    populations: Mapping[str, int]
    drawn: Mapping[str, int]
    chosen: Mapping[int, str] = field(default_factory=dict)

    @property
    def messages(self) -> int:
        """How many messages were judged."""
        return self.flagged + sum(self.populations.values())


def plan(scores: Path, ruleset: RuleSet, *, wanted: int, seed: int) -> Plan:
    """What to draw of the messages that `scores` lists; `SourceError` where it is no such file."""
    thresholds = flagging_thresholds(ruleset)
    names = list(STRATA)
    places = bytearray()  # one byte a message
    for line in score_lines(scores):
        places.append(len(names) if line["flagged"] else names.index(stratum(line, thresholds)))
    counted = Counter(places)
    populations = {name: counted[at] for at, name in enumerate(names) if counted[at]}
    drawn = allocate(populations, wanted)
    chance = random.Random(seed)  # noqa: S311 (drawing, not secrecy)
    ranks = {
        names.index(name): set(chance.sample(range(populations[name]), drawn[name]))
        for name in populations
    }
    passed: Counter[int] = Counter()
    chosen: dict[int, str] = {}
    for position, at in enumerate(places):
        if at in ranks and passed[at] in ranks[at]:
            chosen[position] = names[at]
        passed[at] += 1
    return Plan(counted[len(names)], populations, drawn, chosen)


def draw(rows: Iterable[Message | BadRow], scores: Path, planned: Plan) -> Iterator[Json]:
    """The records of the messages chosen, in the dump's order, with their neighbours.

    `SourceError` where `scores` is not of this dump.
    """
    before: deque[Message] = deque(maxlen=CONTEXT)
    waiting: deque[_Chosen] = deque()
    position = -1
    with SeenOnDisk() as seen:
        lines = score_lines(scores)
        for position, message in enumerate(_judged(rows, seen)):
            line = next(lines, None)
            if line is None or (line["sessionId"], line["id"]) != (message.session_id, message.id):
                raise _other_dump(scores)
            for one in waiting:
                one.after.append(message)
            if position in planned.chosen:
                waiting.append(_Chosen(position, message, line["scores"], tuple(before)))
            before.append(message)
            while waiting and position - waiting[0].position >= CONTEXT:
                yield _record(waiting.popleft(), planned)
        if position + 1 != planned.messages:
            raise _other_dump(scores)
        yield from (_record(one, planned) for one in waiting)


def score_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    """The lines of `scan --scores`; `SourceError` names one that is none."""
    try:
        with path.open("rb") as file:
            yield from _parsed(file, path)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error


def _parsed(file: BinaryIO, path: Path) -> Iterator[Mapping[str, Any]]:
    for number, raw in enumerate(file, start=1):
        try:
            line = orjson.loads(raw)
        except orjson.JSONDecodeError:
            line = None
        if not _is_scores(line):
            raise SourceError(f"{path}, line {number}: this is no line that scan --scores writes.")
        yield line


def _is_scores(line: object) -> bool:
    return (
        isinstance(line, dict)
        and isinstance(line.get("id"), str)
        and isinstance(line.get("sessionId"), str)
        and isinstance(line.get("flagged"), bool)
        and isinstance(line.get("rules"), list)
        and isinstance(line.get("scores"), dict)
        and all(
            isinstance(labels, dict)
            and all(isinstance(score, int | float) for score in labels.values())
            for labels in line["scores"].values()
        )
    )


def _judged(rows: Iterable[Message | BadRow], seen: SeenOnDisk) -> Iterator[Message]:
    """The messages that a scan judges, of which each has its line of scores."""
    for row in rows:
        if (
            isinstance(row, Message)
            and row.payload_type == TEXT_MESSAGE
            and seen.add(row.id, row.payload) is not Repeat.same
        ):
            yield row


@dataclass(frozen=True, slots=True)
class _Chosen:
    position: int
    message: Message
    scores: Mapping[str, Mapping[str, float]]
    before: tuple[Message, ...]
    after: list[Message] = field(default_factory=list)


def _record(one: _Chosen, planned: Plan) -> Json:
    name = planned.chosen[one.position]
    population, drawn = planned.populations[name], planned.drawn[name]
    session = one.message.session_id
    judged = Judged(
        one.message,
        findings=(),
        verdict=Verdict(flagged=False, severity=None, action=None),
        scores=one.scores,
        unscored=(),
        before=tuple(near for near in one.before if near.session_id == session),
        after=tuple(near for near in one.after if near.session_id == session),
    )
    sample = {
        "stratum": name,
        "weight": population / drawn,
        "population": population,
        "drawn": drawn,
        "flagged": planned.flagged,
    }
    return {**flagged_record(judged), "sample": sample}


def _other_dump(scores: Path) -> SourceError:
    return SourceError(
        f"{scores} does not list the messages of this dump; scan it again with --scores {scores}."
    )
