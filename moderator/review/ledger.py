"""The ledger of verdicts: an append-only file in which each entry is chained to the one before."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, cast

from moderator.errors import ConfigError, SourceError
from moderator.review.entries import (
    GENESIS,
    AnyEntry,
    Details,
    Entry,
    Purge,
    PurgedFile,
    Undo,
    Unreadable,
    body_of,
    chained,
    details_of,
    key_of,
    read_entry,
)
from moderator.review.store import broken_file, connect, rehearsal, snapshot, transaction
from moderator.review.verdicts import Verdict, stamp

T = TypeVar("T", bound=Verdict | Undo | Purge)


@dataclass(frozen=True, slots=True)
class Added:
    """What became of verdicts: entries that are new, and how many were there already."""

    new: tuple[Entry[Verdict], ...]
    known: int


class Ledger:
    """An open ledger; a context manager, for one thread. Other processes may write meanwhile.

    Whatever a method has returned from is on disk. `SourceError` where the file is damaged or
    the chain is broken, `OutputError` where it cannot be written.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Self:
        """The ledger at `path`; with `create`, a new one where there is none."""
        return cls(path, connect(path, create=create))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def entries(self) -> Iterator[AnyEntry]:
        """Every entry in order, as of now; `SourceError` at the first that does not fit."""
        with snapshot(self._connection, self.path):
            yield from self._read()

    def verdicts(self) -> Iterator[Entry[Verdict]]:
        """The verdicts that stand: of each record and reviewer the latest that is not undone."""
        yield from standing(self.entries())

    def head(self) -> tuple[int, str]:
        """How many entries there are, and the hash of the last."""
        with broken_file(self.path):
            return self._last()

    def check_writable(self) -> None:
        """`OutputError` where an entry could not be kept; a disk may still fill up afterwards."""
        # What fails without a right to write is the journal, made for this.
        with rehearsal(self._connection, self.path):
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            self._connection.execute(f"PRAGMA user_version = {version}")

    def add(self, verdicts: Iterable[Verdict]) -> Added:
        """Appends those that are new, all or none of them; what is known changes nothing."""
        new: list[Entry[Verdict]] = []
        known = 0
        with transaction(self._connection, self.path):
            for verdict in verdicts:
                if self._knows(key_of(verdict)):
                    known += 1
                else:
                    new.append(self._append(verdict))
        return Added(tuple(new), known)

    def undo(self, number: int, reviewer: str, note: str | None = None) -> Entry[Undo]:
        """Takes the verdict of entry `number` back, by a new entry.

        What the same reviewer said before of that record stands again. `ConfigError` where the
        entry is no verdict, or is taken back already.
        """
        with transaction(self._connection, self.path):
            entries = list(self._read())
            target = next((one for one in entries if one.number == number), None)
            if target is None or not isinstance(target.content, Verdict):
                raise ConfigError(f"Entry {number} is no verdict, so it cannot be undone.")
            for one in entries:
                if isinstance(one.content, Undo) and one.content.undoes == number:
                    raise ConfigError(f"Entry {number} is undone already, by entry {one.number}.")
            undo = Undo(number, target.hash, reviewer, stamp(datetime.now(UTC)), note)
            return self._append(undo)

    def erase(
        self,
        numbers: Iterable[int],
        *,
        before: datetime,
        reviewer: str,
        files: Iterable[PurgedFile],
    ) -> Entry[Purge]:
        """Erases the notes and salts of entries, by a new entry that says so.

        `files` are those purged beside the ledger. When it returns, nothing of what was erased
        is left in the file: it has been overwritten, and the file written anew.
        """
        erased = sorted(set(numbers))
        with transaction(self._connection, self.path):
            now = stamp(datetime.now(UTC))
            purge = Purge(stamp(before), reviewer, now, tuple(_ranges(erased)), tuple(files))
            entry = self._append(purge)
            self._connection.executemany(
                "DELETE FROM details WHERE number = ?", [(number,) for number in erased]
            )
        with broken_file(self.path):
            self._connection.execute("VACUUM")
        return entry

    def _read(self) -> Iterator[AnyEntry]:
        previous = GENESIS
        rows = self._connection.execute(
            "SELECT entries.number, body, hash, nonce, note, salt FROM entries "
            "LEFT JOIN details USING (number) ORDER BY entries.number"
        )
        for position, (number, body, hash_, nonce, note, salt) in enumerate(rows, start=1):
            if number != position or hash_ != chained(previous, body.encode()):
                raise self._broken(position)
            details = Details(note, salt, nonce) if nonce is not None else None
            try:
                entry = read_entry(body, hash_, details)
            except Unreadable:
                raise self._broken(position) from None
            yield entry
            previous = hash_

    def _append(self, content: T) -> Entry[T]:
        last, previous = self._last()
        number, written = last + 1, stamp(datetime.now(UTC))
        details = details_of(content)
        body = body_of(number, written, content, details)
        hash_ = chained(previous, body)
        key = key_of(content) if isinstance(content, Verdict) else None
        self._connection.execute(
            "INSERT INTO entries VALUES (?, ?, ?, ?)", (number, key, body.decode(), hash_)
        )
        if details is not None:
            self._connection.execute(
                "INSERT INTO details VALUES (?, ?, ?, ?)",
                (number, details.nonce, details.note, details.salt),
            )
        return Entry(number, written, content, hash_)

    def _last(self) -> tuple[int, str]:
        row = self._connection.execute(
            "SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1"
        ).fetchone()
        return (0, GENESIS) if row is None else (row[0], row[1])

    def _knows(self, key: str) -> bool:
        found = self._connection.execute("SELECT 1 FROM entries WHERE key = ?", (key,))
        return found.fetchone() is not None

    def _broken(self, position: int) -> SourceError:
        return SourceError(
            f"{self.path}: the chain breaks at entry {position}; `moderator verdicts verify` names "
            "what was changed, and a copy from before is needed."
        )


def standing(entries: Iterable[AnyEntry]) -> list[Entry[Verdict]]:
    """Of each record and reviewer the latest verdict that is not undone, in the ledger's order.

    Latest is when it was given (`at`), not when it was imported.
    """
    given: dict[int, Entry[Verdict]] = {}
    for entry in entries:
        if isinstance(entry.content, Verdict):
            given[entry.number] = cast("Entry[Verdict]", entry)
        elif isinstance(entry.content, Undo):
            given.pop(entry.content.undoes, None)
    latest: dict[tuple[str, str], Entry[Verdict]] = {}
    for one in given.values():
        who = (one.content.record_id, one.content.reviewer)
        if who not in latest or latest[who].content.at <= one.content.at:
            latest[who] = one
    return sorted(latest.values(), key=lambda one: one.number)


def _ranges(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Rising numbers as ranges without gaps, `(first, last)`."""
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        yield members[0], members[-1]
