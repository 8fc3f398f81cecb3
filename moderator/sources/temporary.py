"""Private folders for dumps, which are removed even after a kill: by the next run.

Whoever works in a folder holds the kernel's lock on it, and that ends with the process however
it ends. Only folders of the same user are looked at, nothing in them is followed, and of what
lies there only files of a download's names are removed.
"""

import fcntl
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from moderator.errors import OutputError
from moderator.files import cannot_write

DUMP = "dump"
_PREFIX = "moderator-"
_FOLDER = re.compile(rf"{_PREFIX}[a-z0-9_]{{8}}")
_OURS = re.compile(rf"{DUMP}|\.{DUMP}\..+")


@contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder for one dump, for its owner alone; it is gone afterwards.

    What killed runs left is removed first. `OutputError` where there is no room for a folder.
    """
    remove_left_over()
    try:
        path, handle = _made()
    except OSError as error:
        raise cannot_write(Path(tempfile.gettempdir()), error) from None
    try:
        yield path
    finally:
        _empty(handle)
        with suppress(OSError):
            path.rmdir()
        os.close(handle)


def remove_left_over() -> None:
    """Removes the folders that killed runs of this user left; what cannot be removed stays."""
    with suppress(OSError):
        for path in list(Path(tempfile.gettempdir()).iterdir()):
            if _FOLDER.fullmatch(path.name):
                with suppress(OSError):
                    _remove(path)


def _made() -> tuple[Path, int]:
    for _ in range(100):
        path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        # Between the two steps another run may have taken it for a left-over.
        with suppress(FileNotFoundError, BlockingIOError):
            handle = _locked(path)
            if path.exists():
                return path, handle
            os.close(handle)
    raise OutputError(f"{tempfile.gettempdir()} does not keep a new folder; check what removes it.")


def _locked(path: Path) -> int:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def _remove(path: Path) -> None:
    handle = _locked(path)
    try:
        info = os.fstat(handle)
        if info.st_uid == os.geteuid() and stat.S_IMODE(info.st_mode) == 0o700:
            _empty(handle)
            path.rmdir()  # only where nothing else lies in it
    finally:
        os.close(handle)


def _empty(handle: int) -> None:
    for name in os.listdir(handle):
        if _OURS.fullmatch(name):
            with suppress(OSError):
                os.unlink(name, dir_fd=handle)
