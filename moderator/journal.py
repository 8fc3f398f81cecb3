"""How far a run has come, in one small file beside its output, so that a killed run can go on.

The file is a line with the digest of the rest, and JSON. It is written aside, flushed to the disk
and renamed, so that there is always a whole one; one that is torn, edited or of another form is
no journal. It is for its owner alone, since it knows names of participants, and is gone when the
run has ended well.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from moderator.files import sync_folder

ENDING = ".moderator.journal"

_FORM = 1


def journal_of(real: Path) -> Path:
    """Where the journal of the run that writes `real` lies."""
    return real.with_name(f".{real.name}{ENDING}")


class Journal:
    """The journal of one output. Only who holds that output's part may touch it."""

    def __init__(self, real: Path) -> None:
        self._path = journal_of(real)
        self._aside = self._path.with_name(f"{self._path.name}.new")

    def exists(self) -> bool:
        """Whether there is one, whatever it is worth."""
        return self._path.exists()

    def read(self) -> dict[str, Any] | None:
        """What was written last; None where there is nothing that can be trusted."""
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                if os.fstat(handle).st_uid != os.geteuid():
                    return None
                seal, _, content = file.read().partition(b"\n")
            if seal != _seal(content):
                return None
            entry = orjson.loads(content)
        except (OSError, ValueError):
            return None
        if not isinstance(entry, dict) or entry.pop("form", None) != _FORM:
            return None
        return entry

    def write(self, entry: Mapping[str, Any]) -> bool:
        """Replaces what is there; False where the disk or the folder does not allow that.

        Then the older journal stays, which is as right as it was.
        """
        content = orjson.dumps({"form": _FORM, **entry}, default=tuple)  # of named tuples
        try:
            self._aside.unlink(missing_ok=True)
            handle = os.open(self._aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(_seal(content) + b"\n" + content)
                file.flush()
                os.fsync(file.fileno())
            self._aside.replace(self._path)
        except OSError:
            with suppress(OSError):
                self._aside.unlink(missing_ok=True)
            return False
        sync_folder(self._path)
        return True

    def remove(self) -> None:
        """Forgets the run."""
        for path in (self._path, self._aside):
            # What cannot be removed is no harm: it fits no other run.
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _seal(content: bytes) -> bytes:
    return blake2b(content, digest_size=32, person=b"moderator").hexdigest().encode()
