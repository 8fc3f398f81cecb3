"""Which messages were seen before: a set on disk, so that memory stays flat."""

import sqlite3
from enum import Enum
from hashlib import blake2b
from types import TracebackType
from typing import Self

from moderator.errors import OutputError

_CACHE_KIB = 16 * 1024


class Repeat(Enum):
    """How a message's id was seen before: with the same text, or with another."""

    same = "same"
    other = "other"


class SeenOnDisk:
    """A set of (message id, text) that takes the disk's space instead of memory's.

    SQLite keeps it in a nameless temporary file of its own, which is gone when the set is
    closed or the process ends, however it ends; `SQLITE_TMPDIR` moves it. Ids and texts are
    compared by 128-bit BLAKE2b digests. Use it as a context manager, from one thread.
    """

    def __init__(self) -> None:
        # The empty name means a private file on disk. Nothing has to survive a crash, so
        # there is no journal, and one transaction that never ends.
        self._db = sqlite3.connect("", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            f"PRAGMA cache_size = -{_CACHE_KIB}",
            "CREATE TABLE seen (id BLOB PRIMARY KEY, text BLOB NOT NULL) WITHOUT ROWID",
            "CREATE TABLE others (id BLOB, text BLOB, PRIMARY KEY (id, text)) WITHOUT ROWID",
            "BEGIN",
        ):
            self._db.execute(statement)

    def add(self, id: str, text: str) -> Repeat | None:
        """Notes a message, and says how its id was seen before; None where it was not.

        Raises `OutputError` where the temporary file cannot be written.
        """
        key, digest = _digest(id), _digest(text)
        try:
            execute = self._db.execute
            if execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, digest)).rowcount:
                return None
            if execute("SELECT text = ? FROM seen WHERE id = ?", (digest, key)).fetchone()[0]:
                return Repeat.same
            new = execute("INSERT OR IGNORE INTO others VALUES (?, ?)", (key, digest)).rowcount
        except sqlite3.Error as error:
            raise OutputError(
                f"the set of message ids seen cannot be kept in the temporary folder ({error}): "
                "make room there, or name another folder in SQLITE_TMPDIR"
            ) from error
        return Repeat.other if new else Repeat.same

    def close(self) -> None:
        """Forgets everything and removes the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
