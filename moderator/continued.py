"""What a run goes on with: the dump, which is read again, and outputs that are cut back."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from moderator.errors import SourceError
from moderator.files import WrittenAside

_PIECE = 1024 * 1024

Mark = Mapping[str, Any]
"""How many bytes something begins with, and their digest."""


class Reread:
    """A dump that can be read again: a file, whose bytes are digested as they are read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = blake2b()
        self._size = 0
        self._expected: Mark | None = None

    def read(self, size: int = -1, /) -> bytes:
        """As of a file; `SourceError` where it has changed since it was looked at."""
        piece = self._stream.read(size)
        expected = self._expected
        if expected is not None and self._size + len(piece) >= expected["bytes"]:
            known = self._digest.copy()
            known.update(piece[: expected["bytes"] - self._size])
            if known.hexdigest() != expected["blake2b"]:
                raise SourceError("the dump was changed while it was read; start again")
            self._expected = None
        self._digest.update(piece)
        self._size += len(piece)
        return piece

    def mark(self) -> Mark:
        """How far it was read."""
        return {"bytes": self._size, "blake2b": self._digest.hexdigest()}

    def begins_with(self, mark: Mark) -> bool:
        """Whether it begins with the bytes of `mark`; then it has to when it is read, too."""
        self._stream.seek(0)
        found = _digest_of(self._stream, mark["bytes"])
        self._stream.seek(0)
        if found is None or found.hexdigest() != mark["blake2b"]:
            return False
        self._expected = mark
        return True


class Continued(WrittenAside):
    """An output that can be cut back to where it stood, and gone on with.

    After an error that `keeps` says yes to, its part stays.
    """

    def __init__(
        self, path: Path, keeps: Callable[[BaseException], bool], *, no_clobber: bool = False
    ) -> None:
        self._keeps = keeps
        self._digest = blake2b()
        self._size = 0
        super().__init__(path, no_clobber=no_clobber)

    def write(self, data: bytes) -> None:
        """Appends `data`."""
        super().write(data)
        self._digest.update(data)
        self._size += len(data)

    def mark(self) -> Mark:
        """How much of it there is; all of that is on the disk."""
        self.sync()
        return {"bytes": self._size, "blake2b": self._digest.hexdigest()}

    def take(self, mark: Mark) -> bool:
        """Cuts it back to `mark`; False where it does not begin with that.

        A run that was killed while it gave its outputs their names has left some under those.
        """
        return self._cut(mark) or (self._copy(mark) and self._cut(mark))

    def clear(self) -> None:
        """Throws away what a killed run left."""
        self._file.seek(0)
        self._file.truncate()
        self._digest, self._size = blake2b(), 0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and self._keeps(error):
            self._close()
        else:
            super().__exit__(kind, error, trace)

    def _begin(self) -> None:
        """What a killed run left is looked at first."""

    def _cut(self, mark: Mark) -> bool:
        assert self._part is not None
        with self._part.open("rb") as file:
            digest = _digest_of(file, mark["bytes"])
        if digest is None or digest.hexdigest() != mark["blake2b"]:
            return False
        self._file.seek(mark["bytes"])
        self._file.truncate()
        self._digest, self._size = digest, mark["bytes"]
        return True

    def _copy(self, mark: Mark) -> bool:
        self.clear()
        with suppress(FileNotFoundError), self._real.open("rb") as named:
            left = mark["bytes"]
            while left and (piece := named.read(min(left, _PIECE))):
                self.write(piece)
                left -= len(piece)
        self.sync()
        return True


def _digest_of(file: BinaryIO, size: int) -> "blake2b | None":
    """The digest of the next `size` bytes; None where there are fewer."""
    digest = blake2b()
    while size:
        piece = file.read(min(size, _PIECE))
        if not piece:
            return None
        digest.update(piece)
        size -= len(piece)
    return digest
