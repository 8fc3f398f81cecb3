"""What became of each entry of a ledger, and which of them to show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moderator.review.agreement import disputed
from moderator.review.entries import AnyEntry, Undo
from moderator.review.ledger import standing
from moderator.review.verdicts import Verdict, stamp, to_line


@dataclass(frozen=True, slots=True)
class Row:
    """One entry, with what came of it later.

    A verdict stands, or is superseded by a later one of the same reviewer, or is undone by an
    entry. `disputed`: it stands, and another reviewer's that stands says the opposite.
    """

    entry: AnyEntry
    stands: bool
    undone_by: int | None
    disputed: bool

    @property
    def state(self) -> str:
        """The same in a few words."""
        content = self.entry.content
        if isinstance(content, Undo):
            return f"undoes {content.undoes}"
        if not isinstance(content, Verdict):
            return "purge"
        if self.undone_by is not None:
            return f"undone by {self.undone_by}"
        if not self.stands:
            return "superseded"
        return "disputed" if self.disputed else "stands"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries to show; None asks for nothing. `record` is how the record's id begins."""

    record: str | None = None
    reviewer: str | None = None
    participant: str | None = None
    session: str | None = None
    verdict: str | None = None
    action: str | None = None
    since: datetime | None = None
    disputed: bool = False
    every: bool = False

    def keep(self, row: Row) -> bool:
        """Whether to show a row; without `every`, verdicts that stand alone are."""
        content = row.entry.content
        if not self.every and not row.stands:
            return False
        if self.disputed and not row.disputed:
            return False
        if self.reviewer not in (None, content.reviewer):
            return False
        if self.since is not None and content.at < stamp(self.since):
            return False
        if not isinstance(content, Verdict):
            return not (self.record or self.participant or self.session or self.verdict
                        or self.action)  # fmt: skip
        return content.record_id.startswith(self.record or "") and all(
            wanted in (None, found)
            for wanted, found in (
                (self.participant, content.participant_id),
                (self.session, content.session_id),
                (self.verdict, content.verdict),
                (self.action, content.action),
            )
        )


def rows(entries: Iterable[AnyEntry]) -> list[Row]:
    """Every entry with what came of it, in order."""
    every = list(entries)
    stand = standing(every)
    numbers = {one.number for one in stand}
    in_dispute = disputed(one.content for one in stand)
    undone = {one.content.undoes: one.number for one in every if isinstance(one.content, Undo)}
    return [
        Row(
            entry,
            entry.number in numbers,
            undone.get(entry.number),
            entry.number in numbers
            and isinstance(entry.content, Verdict)
            and entry.content.record_id in in_dispute,
        )
        for entry in every
    ]


def as_json(row: Row) -> dict[str, Any]:
    """A row with all that the ledger has of it."""
    entry, content = row.entry, row.entry.content
    common = {
        "entry": entry.number,
        "hash": entry.hash,
        "written": entry.written,
        "state": row.state,
        "purged": entry.purged,
    }
    if isinstance(content, Verdict):
        return {**common, "kind": "verdict", **to_line(content)}
    by = {"reviewer": content.reviewer, "at": content.at}
    if isinstance(content, Undo):
        return {**common, "kind": "undo", **by, "undoes": content.undoes, "note": content.note}
    files = [{"name": one.name, "kind": one.kind, "records": one.records} for one in content.files]
    entries = [list(pair) for pair in content.numbers]
    purge = {"before": content.before, "entries": entries, "files": files}
    return {**common, "kind": "purge", **by, **purge}
