"""The ledger's file: SQLite with a rollback journal, made whole or not at all, owner-only.

A rollback journal, rather than a write-ahead log, since all is then in one file once a command
has ended: it can be copied, and what is erased is not kept in a second one. A commit is on disk
before it returns (`synchronous=EXTRA`), and writers wait for each other.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from moderator.errors import OutputError, SourceError
from moderator.files import cannot_write, real_file

APPLICATION_ID = 0x6D6F6472  # "modr"
VERSION = 1
PATIENCE = 60.0
"""Seconds that a writer waits for others."""

_SCHEMA = """
CREATE TABLE entries (
    number INTEGER PRIMARY KEY,
    key TEXT UNIQUE,
    body TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE TABLE details (
    number INTEGER PRIMARY KEY,
    nonce TEXT NOT NULL,
    note TEXT,
    salt TEXT
) STRICT;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entries_do_not_change BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER details_do_not_change BEFORE UPDATE ON details
    BEGIN SELECT RAISE(ABORT, 'details are erased, never changed'); END;
"""


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """The open ledger at `path`, which is made first where `create` says so.

    `SourceError` where there is none, or something else; `OutputError` where none can be made.
    """
    if create and not path.exists():
        _make(path)
    if not path.exists():
        raise SourceError(
            f"There is no ledger {path}; import or add a verdict first, or name another --ledger."
        )
    if not path.is_file() or path.stat().st_size == 0:
        raise SourceError(f"{path} is empty or not a file, so it is no ledger.")
    connection = None
    with broken_file(path):
        connection = _opened(path)
        # Whatever is deleted is overwritten; what is not is what a purge erases.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA synchronous = EXTRA")
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    assert connection is not None
    if application != APPLICATION_ID or version != VERSION:
        connection.close()
        raise SourceError(f"{path} is no ledger that this version of moderator knows.")
    return connection


def is_ledger(path: Path) -> bool:
    """Whether a file is a ledger of any version, by its first bytes."""
    with path.open("rb") as file:
        head = file.read(72)
    return head.startswith(b"SQLite format 3\0") and head[68:] == APPLICATION_ID.to_bytes(4, "big")


def is_as_made(connection: sqlite3.Connection) -> bool:
    """Whether the tables, and the triggers that guard them, are those of a new ledger."""
    query = "SELECT name, CAST(sql AS BLOB) FROM sqlite_schema ORDER BY CAST(name AS BLOB)"
    with closing(sqlite3.connect(":memory:")) as fresh:
        fresh.text_factory = connection.text_factory
        fresh.executescript(_SCHEMA)
        return fresh.execute(query).fetchall() == connection.execute(query).fetchall()


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """One change of the ledger, alone: on disk when it ends, and undone by an error."""
    with broken_file(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            # A failed commit has ended the transaction itself.
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise


@contextmanager
def rehearsal(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """A change as in `transaction`, after the same wait for others, that is always taken back."""
    with broken_file(path):
        # Who has begun to read cannot wait for the right to write: SQLite refuses that at once.
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")


@contextmanager
def snapshot(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """The ledger as it is now, whatever others write meanwhile."""
    with broken_file(path):
        connection.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")


@contextmanager
def broken_file(path: Path) -> Iterator[None]:
    """Turns what SQLite says of a file into one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        # What Python finds itself (text that is no UTF-8, say) has no name of SQLite's.
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise OutputError(
                f"{path} was held by others for {PATIENCE:.0f} s; try again when they are done."
            ) from error
        if isinstance(error, sqlite3.OperationalError) and name.startswith("SQLITE_"):
            raise OutputError(
                f"{path} cannot be used ({name}): check the folder, its permissions and the free "
                "space."
            ) from error
        raise SourceError(
            f"{path} is damaged or no ledger ({name}); go back to a copy of it."
        ) from error


def _make(path: Path) -> None:
    """A whole, empty ledger under its name in one step; another process may be the first."""
    try:
        real = real_file(path)
        handle, name = tempfile.mkstemp(prefix=f".{real.name}.", suffix=".part", dir=real.parent)
        os.close(handle)
    except OSError as error:
        raise cannot_write(path, error) from error
    part = Path(name)
    try:
        with closing(_opened(part)) as connection:
            connection.executescript(
                f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
                + _SCHEMA
            )
        with suppress(FileExistsError):
            real.hardlink_to(part)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        part.unlink()


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw", uri=True, isolation_level=None, timeout=PATIENCE
    )
