"""Which entries of a ledger are about messages that are old, and the entry that says what went."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from moderator.review.entries import AnyEntry, Purge, PurgedFile
from moderator.review.ledger import Ledger
from moderator.review.purge import Purged
from moderator.review.verdicts import Verdict
from moderator.sources.fields import parse_time


def due(entries: Iterable[AnyEntry], before: datetime) -> list[int]:
    """The entries whose note and salt are to go: those about messages from before then.

    A message without a time that can be read is as old as the verdict on it.
    """
    numbers = []
    sent: dict[int, datetime] = {}
    for entry in entries:
        content = entry.content
        if isinstance(content, Purge):
            continue
        given = datetime.fromisoformat(content.at)
        if isinstance(content, Verdict):
            moment = parse_time(content.created_at)
            # A message cannot be younger than the verdict on it.
            sent[entry.number] = min(moment, given) if moment is not None else given
        else:
            sent[entry.number] = sent.get(content.undoes, given)
        if not entry.purged and sent[entry.number] < before:
            numbers.append(entry.number)
    return numbers


def purge_ledger(
    ledger: Ledger, before: datetime, reviewer: str, files: Sequence[Purged]
) -> int | None:
    """Erases what is due and enters that, with the files purged beside it.

    Returns the number of that entry, or None where there was nothing to erase or to enter.
    """
    numbers = due(ledger.entries(), before)
    entered = [
        PurgedFile(one.path.name, one.kind, one.records)
        for one in files
        if one.status in ("purged", "deleted")
    ]
    if not numbers and not entered:
        return None
    return ledger.erase(numbers, before=before, reviewer=reviewer, files=entered).number
