"""The hidden files in which outputs grow until they are whole, each held by one run at a time.

The part of an output has one name, so that the next run finds what a killed one left. The lock on
it is the kernel's and dies with the process; no file is left behind to be one.
"""

import errno
import fcntl
import os
import stat
import time
from contextlib import suppress
from pathlib import Path

from moderator.errors import OutputError

ENDING = ".moderator.part"

PATIENCE = 1.0
"""Seconds to wait for another run, which may have been killed this very moment."""

_STEP = 0.02


def part_of(real: Path) -> Path:
    """Where the output `real` grows."""
    return real.with_name(f".{real.name}{ENDING}")


def hold(path: Path, real: Path, patience: float = PATIENCE) -> int:
    """A descriptor of the part of `real`, made if need be, for its owner alone, and locked.

    What a killed run left in it is still there. `path` is what the user calls the output. Raises
    `OutputError` where another run holds it for longer than `patience` seconds, `OSError` where
    it cannot be made.
    """
    part = part_of(real)
    deadline = time.monotonic() + patience
    while True:
        handle = _try(part)
        if handle is not None:
            return handle
        if time.monotonic() >= deadline:
            raise OutputError(
                f"{path} is being written by another run: wait for it to end, or name another file"
            )
        time.sleep(_STEP)


def drop(part: Path) -> None:
    """Removes the part that a killed run left; one that a run holds, or that is none, stays."""
    if not part.name.startswith(".") or not part.name.endswith(ENDING) or not part.is_file():
        return
    with suppress(OSError):
        handle = _try(part)
        if handle is not None:
            part.unlink()
            os.close(handle)


def _try(part: Path) -> int | None:
    """The part, opened and locked; None where another has it, or had it until now."""
    try:
        handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENXIO):
            raise
        part.unlink(missing_ok=True)  # a link or a socket that was put in the way
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_private(handle, part):
            return handle
    except BlockingIOError:
        pass
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _is_private(handle: int, part: Path) -> bool:
    """Whether what was opened still has that name and is ours; what is not, is taken away."""
    opened = os.fstat(handle)
    try:
        named = part.lstat()
    except FileNotFoundError:
        return False
    if (named.st_dev, named.st_ino) != (opened.st_dev, opened.st_ino):
        return False
    if not stat.S_ISREG(opened.st_mode) or opened.st_nlink > 1 or opened.st_uid != os.geteuid():
        part.unlink()
        return False
    os.fchmod(handle, 0o600)
    return True
