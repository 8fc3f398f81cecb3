"""Which sessions are done: a small file in the output folder, and a lock beside it.

It lets a scheduled `scan --since` skip what is done, and try again what was not ready or failed.
After the retention a last try decides: what fails then is given up, and that is said.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

import orjson

from moderator.errors import OutputError
from moderator.files import WrittenAside

Status = Literal["done", "failed", "not_ready", "given_up"]

STATE_NAME = "moderator-state.json"
LOCK_NAME = "moderator-state.lock"
RETENTION = timedelta(days=7)
"""How long the vendors keep a chat after the session's end, unless it was extended."""

_SETTLED: tuple[Status, ...] = ("done", "given_up")

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one session; times are aware, `error` is one sentence or None."""

    session_id: str
    status: Status
    attempts: int
    error: str | None
    ended_at: datetime | None
    first_tried: datetime
    last_tried: datetime

    @property
    def is_due(self) -> bool:
        """Whether to try again."""
        return self.status not in _SETTLED

    def gives_up(self, retention: timedelta = RETENTION) -> bool:
        """Whether the last try was the last: none was lucky for the whole retention.

        That is measured from the session's end or the first try, whichever came later, so that
        an old session is tried as long as a new one.
        """
        began = max(self.ended_at or self.first_tried, self.first_tried)
        return self.is_due and self.last_tried >= began + retention


class State:
    """The entries of one output folder; every change is on disk before it returns.

    Get one from `locked_state`.
    """

    def __init__(self, path: Path, entries: Mapping[str, Entry]) -> None:
        self._path = path
        self._entries = dict(entries)

    def entry(self, session_id: str) -> Entry | None:
        """What is known of a session, None where it was never tried."""
        return self._entries.get(session_id)

    def due(self, listed: Iterable[str]) -> Iterator[str]:
        """The sessions to work on, each once: of those listed, then older ones to try again.

        A listed session that was never tried is always due.
        """
        given = set()
        for session_id in listed:
            known = self._entries.get(session_id)
            if session_id not in given and (known is None or known.is_due):
                yield session_id
            given.add(session_id)
        for session_id, known in list(self._entries.items()):
            if session_id not in given and known.is_due:
                yield session_id

    def record(
        self,
        session_id: str,
        status: Status,
        now: datetime,
        *,
        ended_at: datetime | None = None,
        error: str | None = None,
    ) -> Entry:
        """Writes down one attempt's outcome; `OutputError` where that cannot be written.

        A failure after the retention is entered as `given_up`.
        """
        known = self._entries.get(session_id)
        if known is None:
            entry = Entry(session_id, status, 1, error, ended_at, now, now)
        else:
            entry = replace(
                known,
                status=status,
                attempts=known.attempts + 1,
                error=error,
                ended_at=ended_at or known.ended_at,
                last_tried=now,
            )
        if entry.gives_up():
            entry = replace(entry, status="given_up")
        self._entries[session_id] = entry
        self._write()
        return entry

    def _write(self) -> None:
        sessions = {
            key: {k: v for k, v in asdict(entry).items() if k != "session_id"}
            for key, entry in self._entries.items()
        }
        content = orjson.dumps(
            {"version": _VERSION, "sessions": sessions},
            option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z,
        )
        with WrittenAside(self._path) as file:
            file.write(content)


@contextmanager
def locked_state(folder: Path) -> Iterator[State]:
    """The state of an output folder (made if need be), held against other runs.

    `OutputError` where another run holds it, or where the file cannot be read or is broken.
    """
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK_NAME, timeout=0)
        lock.acquire()
    except Timeout:
        raise OutputError(
            f"another run is at work in {folder}: wait for it to end, or name another --out-dir"
        ) from None
    except OSError as exc:
        raise OutputError(f"cannot use the folder {folder}: {exc.strerror or exc}") from None
    try:
        path = folder / STATE_NAME
        yield State(path, _read(path))
    finally:
        lock.release()


def _read(path: Path) -> dict[str, Entry]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise OutputError(f"cannot read {path}: {exc.strerror}") from None
    try:
        state = orjson.loads(content)
        version = state["version"]
        if version == _VERSION:
            return {key: _entry(key, value) for key, value in state["sessions"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise OutputError(
            f"{path} is broken: mend it, or delete it to have all its sessions done again"
        ) from None
    raise OutputError(f"{path} is of version {version!r}, which this program does not know")


def _entry(session_id: str, value: Mapping[str, Any]) -> Entry:
    status, attempts, error = value["status"], value["attempts"], value["error"]
    if status not in get_args(Status) or not isinstance(attempts, int):
        raise ValueError(status)
    if error is not None and not isinstance(error, str):
        raise TypeError(error)
    ended = value["ended_at"]
    return Entry(
        session_id,
        status,
        attempts,
        error,
        None if ended is None else _time(ended),
        _time(value["first_tried"]),
        _time(value["last_tried"]),
    )


def _time(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
