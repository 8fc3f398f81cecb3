"""The ledger's entries: verdicts, undoings and purges, each chained by hash to the one before.

What is chained is a body of canonical JSON; a hash is SHA-256 over the one before and the body.
What may have to be erased (a note, a salt) is not in the body: it lies apart as `Details`, and
the body holds a commitment to it, keyed with a nonce that goes when the details go.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import orjson

from moderator.review.fields import NotAVerdict
from moderator.review.records import SALT_BYTES, canonical, commitment, new_salt
from moderator.review.verdicts import Verdict, parse, to_line

GENESIS = "0" * 64
"""What stands for the hash before the first entry."""

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Undo:
    """Takes a verdict back: the number and the hash of its entry; who, when, and why."""

    undoes: int
    undoes_hash: str
    reviewer: str
    at: str
    note: str | None


@dataclass(frozen=True, slots=True)
class PurgedFile:
    """A file that was purged: its name without folders, what it is, and how many records."""

    name: str
    kind: str
    records: int


@dataclass(frozen=True, slots=True)
class Purge:
    """Says that text from before a moment is gone: out of which entries, out of which files.

    `numbers` are ranges of entries, `(first, last)`, whose details were erased.
    """

    before: str
    reviewer: str
    at: str
    numbers: tuple[tuple[int, int], ...]
    files: tuple[PurgedFile, ...]

    def covers(self, number: int) -> bool:
        """Whether the details of entry `number` were erased by it."""
        return any(first <= number <= last for first, last in self.numbers)


@dataclass(frozen=True, slots=True)
class Details:
    """The erasable part of an entry, and the nonce of the commitment to it."""

    note: str | None
    salt: str | None
    nonce: str = field(default_factory=lambda: new_salt().hex())

    def committed(self) -> str:
        """What the chained body holds in their place."""
        return commitment({"note": self.note, "salt": self.salt}, bytes.fromhex(self.nonce))

    def opens(self, committed: str | None) -> bool:
        """Whether they are what was committed to."""
        # HMAC pads short keys with zeros, so that a nonce of another length could pass for it.
        well_formed = re.fullmatch(f"[0-9a-f]{{{2 * SALT_BYTES}}}", self.nonce) is not None
        return well_formed and self.committed() == committed


Content = TypeVar("Content", bound=Verdict | Undo | Purge, covariant=True)


@dataclass(frozen=True, slots=True)
class Entry(Generic[Content]):
    """One entry. `written` is when it entered the ledger; `purged` if its details are gone."""

    number: int
    written: str
    content: Content
    hash: str
    purged: bool = False


AnyEntry = Entry[Verdict | Undo | Purge]


class Unreadable(ValueError):
    """A body that no version of this program wrote; the reason holds no text of it."""


def chained(previous: str, body: bytes) -> str:
    """The hash of an entry, from that of the entry before it and its own body."""
    return hashlib.sha256(previous.encode() + body).hexdigest()


def key_of(verdict: Verdict) -> str:
    """What makes two verdicts the same one, so that importing twice changes nothing.

    The note is no part of it, since a hash that stays must not give the note away.
    """
    named = [verdict.record_id, verdict.reviewer, verdict.at, verdict.verdict, verdict.action]
    return hashlib.sha256(canonical(named)).hexdigest()


def details_of(content: Verdict | Undo | Purge) -> Details | None:
    """The part of an entry that lies apart, with a fresh nonce; None where nothing does."""
    if isinstance(content, Purge):
        return None
    return Details(content.note, content.salt if isinstance(content, Verdict) else None)


def body_of(
    number: int, written: str, content: Verdict | Undo | Purge, details: Details | None
) -> bytes:
    """What is chained of an entry."""
    common = {"number": number, "written": written}
    if isinstance(content, Verdict):
        line = to_line(content)
        del line["note"], line["salt"]
        return canonical({**common, "kind": "verdict", "details": _committed(details), **line})
    by = {"reviewer": content.reviewer, "at": content.at}
    if isinstance(content, Undo):
        undone = {"undoes": content.undoes, "undoesHash": content.undoes_hash}
        return canonical({**common, "kind": "undo", "details": _committed(details), **undone, **by})
    files = [{"name": one.name, "kind": one.kind, "records": one.records} for one in content.files]
    numbers = [list(pair) for pair in content.numbers]
    purge = {"before": content.before, "entries": numbers, "files": files}
    return canonical({**common, "kind": "purge", **purge, **by})


def read_entry(body: str, hash_: str, details: Details | None) -> AnyEntry:
    """The entry that a body holds, with its details where they are not erased.

    Raises `Unreadable`.
    """
    try:
        fields = orjson.loads(body)
        number, written = fields["number"], fields["written"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise Unreadable("it is no JSON object of an entry") from None
    if details is not None and not details.opens(fields.get("details")):
        raise Unreadable("its note or its salt was changed")
    content = _content(fields, details)
    return Entry(
        number, written, content, hash_, details is None and not isinstance(content, Purge)
    )


def _content(body: Mapping[str, Any], details: Details | None) -> Verdict | Undo | Purge:
    note = details.note if details is not None else None
    try:
        if body["kind"] == "verdict":
            salt = details.salt if details is not None else None
            return parse({**body, "note": note, "salt": salt})
        if body["kind"] == "undo":
            return Undo(body["undoes"], body["undoesHash"], body["reviewer"], body["at"], note)
        if body["kind"] == "purge":
            return Purge(
                body["before"],
                body["reviewer"],
                body["at"],
                tuple((first, last) for first, last in body["entries"]),
                tuple(PurgedFile(**one) for one in body["files"]),
            )
    except NotAVerdict as error:
        raise Unreadable(str(error)) from None
    except (KeyError, TypeError, ValueError):
        raise Unreadable("a field is missing or of the wrong type") from None
    raise Unreadable("it is of a kind that this version does not know")


def _committed(details: Details | None) -> str | None:
    return details.committed() if details is not None else None
