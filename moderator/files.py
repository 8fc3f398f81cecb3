"""Where output goes: private files, written aside and named only when whole; or standard output."""

import json
import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from moderator.errors import OutputError
from moderator.parts import hold, part_of

# JSON escapes C0 itself. Here: DEL and C1, bidi controls, line separators, invisible formats, tags.
_STEERING = re.compile(
    "[\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


class Sink(Protocol):
    """Something that takes bytes."""

    def write(self, data: bytes) -> None: ...


class WrittenAside:
    """A file that replaces `path` at the end, or leaves no trace on an error.

    It is readable by its owner alone, and lies in the same folder, so that the last step is one
    rename. Nobody else can write to `path` meanwhile, and what a killed run left goes. A link is
    followed first; a device or a named pipe is written to as it stands. With `no_clobber` an
    existing file is refused, at the start and at the end. Raises `OutputError` where the folder
    or the disk does not allow it, or where another run writes to `path`.
    """

    def __init__(self, path: Path, *, no_clobber: bool = False) -> None:
        self._path = path
        self._no_clobber = no_clobber
        self._refuse_to_clobber()
        self._part: Path | None = None
        try:
            if is_device(path):
                self._file: BinaryIO = path.open("wb")
                return
            self._real = real_file(path)
            handle = hold(path, self._real)
        except OSError as error:
            raise cannot_write(path, error) from error
        self._part = part_of(self._real)
        self._file = os.fdopen(handle, "wb")
        self._begin()

    def write(self, data: bytes) -> None:
        """Appends `data`."""
        try:
            self._file.write(data)
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def sync(self) -> None:
        """Has all that was written on the disk."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._finish()
        except OSError as failure:
            raise cannot_write(self._path, failure) from failure
        finally:
            self._abandon()

    def _begin(self) -> None:
        """What a killed run left is of no use here."""
        self._file.truncate(0)

    def _finish(self) -> None:
        if self._part is None:
            self._file.flush()
            return
        self.sync()
        self._refuse_to_clobber()
        self._part.replace(self._real)
        self._part = None
        sync_folder(self._real)

    def _abandon(self) -> None:
        # Closed last: until then nobody else can hold what is removed.
        if self._part is not None:
            self._part.unlink(missing_ok=True)
        self._close()

    def _close(self) -> None:
        # A full disk refuses the last buffer too; the failure has been reported already.
        with suppress(OSError):
            self._file.close()

    def _refuse_to_clobber(self) -> None:
        if self._no_clobber and self._path.exists():
            raise OutputError(
                f"{self._path} exists already and --no-clobber forbids to replace it; "
                "name another file."
            )


class Streamed:
    """JSON records to a stream as they come, each handed on at once.

    On a terminal, characters that steer it or turn its text around stand as JSON escapes; the
    values stay the same.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()

    def write(self, data: bytes) -> None:
        """Writes `data` and flushes it."""
        try:
            self._stream.write(_harmless(data) if self._terminal else data)
            self._stream.flush()
        except BrokenPipeError as error:
            raise OutputError(
                "Standard output was closed before the end; records after that are lost. "
                "Use -o FILE to keep all of them."
            ) from error
        except OSError as error:
            raise cannot_write("Standard output", error) from error


class Discarded:
    """Takes what nobody asked to keep; it has been counted already."""

    def write(self, data: bytes) -> None:
        """Drops `data`."""


def _harmless(data: bytes) -> bytes:
    return _STEERING.sub(lambda found: json.dumps(found[0])[1:-1], data.decode()).encode()


def is_device(path: Path) -> bool:
    """Whether `path` is a character device or a named pipe, which no file may replace."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def real_file(path: Path) -> Path:
    """The file that `path` names once links are followed; it need not exist yet.

    `OutputError` where something else stands there, such as a folder, or where links go round.
    """
    try:
        real = path.resolve()
    except RuntimeError:
        raise OutputError(f"{path} is a link that leads to itself; name a file.") from None
    if real.is_dir():
        raise OutputError(f"{path} is a folder; name a file in it.")
    if path.exists() and not path.is_file():
        raise OutputError(f"{path} is not a regular file, and is not replaced; name a file.")
    return real


def sync_folder(file: Path) -> None:
    """Makes the names in the folder of `file` outlast a power cut, where the folder can do that."""
    with suppress(OSError):
        handle = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def cannot_write(path: Path | str, error: OSError) -> OutputError:
    """The one sentence for a file that cannot be written."""
    reason = error.strerror or type(error).__name__
    return OutputError(
        f"{path} cannot be written: {reason}. Check the folder, its permissions and the free space."
    )
