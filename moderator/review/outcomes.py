"""What the reviewers of a record say together, from a ledger or from lines of verdicts.

Each reviewer's latest verdict counts once. Those who decided are counted, and the majority holds;
a tie is unsure, as is a record of which nobody was sure. Unsure is no verdict either way: it adds
to no precision and no recall, and is counted apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from moderator.errors import SourceError
from moderator.records import Action
from moderator.review.ledger import Ledger
from moderator.review.verdicts import BrokenLine, RecordFacts, Verdict, from_jsonl

_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One record's verdicts, one a reviewer, oldest first; `abusive` None where that is unsure."""

    verdicts: tuple[Verdict, ...]
    abusive: bool | None

    @property
    def record_id(self) -> str:
        return self.verdicts[0].record_id

    @property
    def session_id(self) -> str:
        return self.verdicts[0].session_id

    @property
    def facts(self) -> RecordFacts:
        """How the record was judged, as the latest verdict has it."""
        return self.verdicts[-1].record

    @property
    def flagged(self) -> bool:
        """Whether the message was flagged, rather than drawn from those that were not."""
        action = self.facts.action
        return action is not None and Action[action] > Action.record


def read(path: Path) -> tuple[list[Outcome], list[BrokenLine]]:
    """The outcomes of a ledger or of a file of verdicts, by record, and lines that are no verdict.

    Raises `SourceError` where the file cannot be read or holds something else, or where the
    ledger's chain is broken.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(_SQLITE)) != _SQLITE:
                file.seek(0)
                outcomes, broken = settled_lines(from_jsonl(file, str(path)))
                refuse_another_kind(broken, known=len(outcomes))
                return outcomes, broken
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error
    with Ledger.open(path) as ledger:
        return settled(entry.content for entry in ledger.verdicts()), []


def settled_lines(
    lines: Iterable[Verdict | BrokenLine],
) -> tuple[list[Outcome], list[BrokenLine]]:
    """The outcomes of the lines that are verdicts, and the others."""
    verdicts: list[Verdict] = []
    broken: list[BrokenLine] = []
    for line in lines:
        if isinstance(line, Verdict):
            verdicts.append(line)
        else:
            broken.append(line)
    return settled(verdicts), broken


def refuse_another_kind(broken: Sequence[BrokenLine], *, known: int) -> None:
    """`SourceError` where a file has lines and none of them, of `known`, is a verdict."""
    if broken and not known:
        first = broken[0]
        raise SourceError(
            f"{first.file} holds no verdicts (line {first.line}: {first.reason}); give a ledger, "
            "or what the report or `moderator verdicts export` wrote."
        )


def settled(verdicts: Iterable[Verdict]) -> list[Outcome]:
    """The outcome of each record, in the order in which records come up."""
    latest: defaultdict[str, dict[str, Verdict]] = defaultdict(dict)
    for verdict in verdicts:
        of_record = latest[verdict.record_id]
        earlier = of_record.get(verdict.reviewer)
        if earlier is None or earlier.at <= verdict.at:
            of_record[verdict.reviewer] = verdict
    return [
        outcome_of(sorted(by_reviewer.values(), key=lambda one: (one.at, one.reviewer)))
        for by_reviewer in latest.values()
    ]


def outcome_of(verdicts: Iterable[Verdict]) -> Outcome:
    """What one record's verdicts, one a reviewer, come to."""
    given = tuple(verdicts)
    balance = sum({"abusive": 1, "not_abusive": -1}.get(verdict.verdict, 0) for verdict in given)
    return Outcome(given, balance > 0 if balance else None)
