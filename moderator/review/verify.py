"""Proves the ledger's chain, entry by entry, and names whatever does not fit.

A chain proves itself from its first entry to its last. That entries are missing after the last,
or that somebody wrote the whole of it anew, cannot be seen in it; for that its head has to be
noted elsewhere, and compared.
"""

import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from moderator.review.entries import (
    GENESIS,
    AnyEntry,
    Details,
    Purge,
    Undo,
    Unreadable,
    chained,
    key_of,
    read_entry,
)
from moderator.review.store import connect, is_as_made, snapshot
from moderator.review.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not fit: the entry's number (0: the file itself), and what is wrong with it."""

    number: int
    what: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What verifying found: how many entries, the hash of the last, and every problem."""

    entries: int
    head: str
    purged: int
    problems: tuple[Problem, ...]


def verify(path: Path, head: str | None = None) -> Proof:
    """Checks every entry of the ledger at `path`; `head` is a hash noted before, or None.

    A noted head need not be the last: entries after it are fine, its absence is not. Raises
    `SourceError` where the file is no ledger or is too damaged to be read.
    """
    connection = connect(path, create=False)
    try:
        # Text that is no UTF-8 is a finding here, no failure.
        connection.text_factory = bytes
        with snapshot(connection, path):
            return _Check(connection).proof(head)
    finally:
        connection.close()


class _Check:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._problems: list[Problem] = []
        self._entries: dict[int, AnyEntry] = {}
        self._hashes: dict[int, str] = {0: GENESIS}

    def proof(self, head: str | None) -> Proof:
        self._file()
        last = self._chain()
        self._erasure()
        self._undoing()
        if head is not None and head not in self._hashes.values():
            self._blame(0, "the head noted is no entry's hash: entries were cut off or rewritten")
        purged = sum(entry.purged for entry in self._entries.values())
        count = len(self._hashes) - 1
        return Proof(count, last, purged, tuple(sorted(self._problems, key=lambda one: one.number)))

    def _blame(self, number: int, what: str) -> None:
        self._problems.append(Problem(number, what))

    def _file(self) -> None:
        for (found,) in self._connection.execute("PRAGMA integrity_check"):
            if found != b"ok":
                self._blame(0, f"SQLite finds it damaged: {found.decode(errors='replace')}")
        if not is_as_made(self._connection):
            self._blame(0, "its tables, or what keeps them from being changed, were altered")

    def _chain(self) -> str:
        """Walks all entries; returns the hash of the last."""
        last = GENESIS
        # What the next entry may follow: the hash that is stored, or the one that should be.
        links: set[str] = {GENESIS}
        expected = 1
        rows = self._connection.execute(
            "SELECT entries.number, key, body, hash, nonce, note, salt FROM entries "
            "LEFT JOIN details USING (number) ORDER BY entries.number"
        )
        for number, key, body, hash_, nonce, note, salt in rows:
            last = self._hashes[number] = hash_.decode(errors="replace")
            follows = {chained(link, body) for link in links}
            if number < expected:
                self._blame(number, "it does not belong here: entries are numbered from 1")
                continue
            if number > expected:
                self._gap(expected, number)
            elif last not in follows:
                self._blame(number, "it was changed, moved, or put in: its hash does not fit")
            links = {last, *follows}
            expected = number + 1
            self._entry(number, key, body, last, nonce and (nonce, note, salt))
        return last

    def _gap(self, first: int, after: int) -> None:
        missing = f"entries {first} to {after - 1} are" if after - first > 1 else "it is"
        self._blame(first, f"{missing} missing, and entry {after} cannot be proven without")

    def _entry(
        self, number: int, key: bytes | None, body: bytes, hash_: str, apart: tuple[bytes, ...]
    ) -> None:
        """Checks what an entry says against where it stands and what lies apart from it."""
        details = _details(apart) if apart else None
        try:
            text = body.decode()
            committed = orjson.loads(text).get("details")
            if details is not None and not details.opens(committed):
                self._blame(number, "its note or its salt was changed")
                entry = replace(read_entry(text, hash_, None), purged=False)
            else:
                entry = read_entry(text, hash_, details)
        except (Unreadable, ValueError, AttributeError):
            self._blame(number, "it cannot be read: no version of moderator wrote it")
            return
        self._entries[number] = entry
        if entry.number != number:
            self._blame(number, f"it was moved here: it calls itself entry {entry.number}")
        content = entry.content
        wanted = key_of(content).encode() if isinstance(content, Verdict) else None
        if key != wanted:
            self._blame(number, "its key, by which a verdict is known again, was changed")

    def _erasure(self) -> None:
        """Details are missing where a later purge says so, and nowhere else."""
        purges = [
            (number, entry.content)
            for number, entry in self._entries.items()
            if isinstance(entry.content, Purge)
        ]
        for number, entry in self._entries.items():
            by = next((at for at, purge in purges if at > number and purge.covers(number)), None)
            if entry.purged and by is None:
                self._blame(number, "its note and salt are missing, and no purge says so")
            if not entry.purged and by is not None:
                self._blame(number, f"its note and salt are there, though entry {by} purged them")
        for (number,) in self._connection.execute(
            "SELECT number FROM details EXCEPT SELECT number FROM entries ORDER BY number"
        ):
            self._blame(number, "a note and a salt are there without an entry")

    def _undoing(self) -> None:
        undone: set[int] = set()
        for number, entry in self._entries.items():
            if not isinstance(entry.content, Undo):
                continue
            hash_ = self._hashes.get(entry.content.undoes)
            if hash_ != entry.content.undoes_hash:
                self._blame(number, f"it undoes entry {entry.content.undoes}, which was another")
            elif entry.content.undoes in undone or entry.content.undoes >= number:
                self._blame(number, f"entry {entry.content.undoes} could not be undone by it")
            undone.add(entry.content.undoes)


def _details(apart: tuple[bytes | None, ...]) -> Details:
    nonce, note, salt = (
        None if part is None else part.decode(errors="surrogateescape") for part in apart
    )
    assert nonce is not None
    return Details(note, salt, nonce)
