"""What a reviewer judges: each record with its identity and the commitment to its text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import orjson

from moderator.report.flagged import Unscored, kind_of
from moderator.report.inputs import Joined
from moderator.review.records import commitment, new_salt, record_id

Kind = Literal["flag", "held", "sample", "unscored"]

_NO_FINDINGS: Mapping[str, Any] = {
    "severity": None,
    "action": None,
    "categories": [],
    "findings": [],
    "context": {"before": [], "after": []},
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One record to judge.

    `record_id`, `record_hash` and `salt` (hexadecimal) are of the record as it was read; of a
    redacted one, of what is left of it, since a hash of all of it would help to guess the rest.
    """

    kind: Kind
    record: Mapping[str, Any]
    record_id: str
    record_hash: str
    salt: str


def entries(joined: Joined) -> tuple[Entry, ...]:
    """The entries of all records, then those of unscored messages, in the files' order."""
    return tuple(_entries(joined))


def _entries(joined: Joined) -> Iterator[Entry]:
    for record in joined.records:
        yield _entry(kind_of(record), record)
    for message in joined.unscored:
        # One that was flagged has a line of its own, in a file that was not given.
        yield _entry("unscored", message)


def _entry(kind: Kind, record: Unscored) -> Entry:
    salt = new_salt()
    whole = {**_NO_FINDINGS, **record}
    return Entry(kind, whole, record_id(record), commitment(record, salt), salt.hex())


def content_hash(reported: Sequence[Entry]) -> str:
    """What names a report's content: the same for the same records, whatever their salts."""
    digest = sha256()
    for entry in reported:
        digest.update(orjson.dumps([entry.kind, entry.record], option=orjson.OPT_SORT_KEYS))
    return digest.hexdigest()
