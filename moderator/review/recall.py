"""How much of what was abusive was flagged, with an interval.

Recall cannot be known from flagged messages alone. What was missed comes from the verdicts on a
sample of unflagged messages (`sample`), each stratum standing for all that it was drawn from; what
was found comes from the verdicts on flagged messages of the same sessions, those not decided yet
taken to be like the others. Both are about these messages, not about chat in general: reviewing
every flag leaves the sample's uncertainty alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from moderator.errors import SourceError
from moderator.evaluation.metrics import Figure
from moderator.review.intervals import TAIL, Part, total_of
from moderator.review.outcomes import Outcome
from moderator.review.records import record_id
from moderator.training.metrics import Array

SEED = 0
"""Of the draws behind an interval: the same verdicts give the same interval."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A record of a sample: which it is, from where, and for how many it stands."""

    record_id: str
    session_id: str
    stratum: str
    weight: float
    population: int
    flagged: int
    scores: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum of one sample: how many records were drawn, and what was decided of them."""

    name: str
    drawn: int
    part: Part


@dataclass(frozen=True, slots=True)
class Recall:
    """The share found of what was abusive; `figure` is None for the `reason` given.

    `missed` is how many abusive messages went unflagged, with its interval.
    """

    flagged: Part
    strata: tuple[Stratum, ...]
    figure: Figure | None = None
    missed: Figure | None = None
    reason: str | None = None


def read_sample(path: Path) -> list[Sampled]:
    """The records of a file that `moderator sample` wrote; `SourceError` names what is none."""
    found = []
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                try:
                    found.append(_sampled(orjson.loads(raw), str(path)))
                except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
                    raise SourceError(
                        f"{path}, line {number}: this is no record that moderator sample writes."
                    ) from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error
    return found


def _sampled(record: Mapping[str, Any], file: str) -> Sampled:
    drawn = record["sample"]
    return Sampled(
        record_id(record),
        record["sessionId"],
        f"{file}: {drawn['stratum']}",
        float(drawn["weight"]),
        int(drawn["population"]),
        int(drawn["flagged"]),
        record["scores"],
    )


def recall(outcomes: Iterable[Outcome], samples: Sequence[Sequence[Sampled]]) -> Recall:
    """Recall in the sessions that were sampled; `samples` holds the records of each file."""
    by_id = {outcome.record_id: outcome for outcome in outcomes}
    strata = [stratum for sample in samples for stratum in _strata(sample, by_id)]
    sessions = {one.session_id for sample in samples for one in sample}
    flags = [one for one in by_id.values() if one.flagged and one.session_id in sessions]
    decided = [one.abusive for one in flags if one.abusive is not None]
    whole = sum(sample[0].flagged for sample in samples if sample)
    # Verdicts may be of an earlier scan that flagged more.
    flagged = Part(max(whole, len(decided)), len(decided), sum(decided))
    return estimate(flagged, strata)


def estimate(flagged: Part, strata: Sequence[Stratum]) -> Recall:
    """Recall from what is known of the flagged messages and of each stratum of the others."""
    known = Recall(flagged, tuple(strata))
    lacking = [one.name for one in strata if one.part.population and not one.part.decided]
    if not strata:
        return replace(known, reason="no message of the sample has a verdict")
    if lacking:
        return replace(known, reason=f"no verdict on any message drawn of {', '.join(lacking)}")
    if flagged.population and not flagged.decided:
        return replace(known, reason="no verdict on any flagged message of the sessions sampled")
    chance = np.random.default_rng(SEED)
    parts = [one.part for one in strata]
    hit = total_of([flagged], chance) if flagged.population else np.zeros(1)
    missed = total_of(parts, chance)
    found = flagged.estimate if flagged.decided else 0.0
    left = sum(part.estimate for part in parts)
    if not found + left:
        return replace(known, reason="no abusive message was found, flagged or not")
    value = found / (found + left)
    # What was seen is part of every draw, so that none of them is of nothing at all.
    share = hit / (hit + missed)
    return replace(known, figure=_figure(value, share), missed=_figure(left, missed))


def _strata(sample: Sequence[Sampled], by_id: Mapping[str, Outcome]) -> list[Stratum]:
    drawn: defaultdict[str, list[Sampled]] = defaultdict(list)
    for one in sample:
        drawn[one.stratum].append(one)
    found = []
    for name, members in drawn.items():
        outcomes = [by_id[one.record_id] for one in members if one.record_id in by_id]
        decided = [one.abusive for one in outcomes if one.abusive is not None]
        part = Part(members[0].population, len(decided), sum(decided))
        found.append(Stratum(name, len(members), part))
    return found


def _figure(value: float, draws: Array) -> Figure:
    low, high = np.quantile(draws, [TAIL, 1 - TAIL])
    return Figure(value, min(float(low), value), max(float(high), value))
