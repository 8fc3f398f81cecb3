"""A download in progress: what has arrived, of which version, and whether that is all of it.

Only bytes of one version (ETag, else Last-Modified) are ever joined, and the whole is the whole
only where its length, or the end mark of a chunked body, says so.
"""

import os
import re
from pathlib import Path
from typing import BinaryIO

import httpx

from moderator.files import cannot_write, real_file
from moderator.parts import hold, part_of
from moderator.sources.sniff import check_whole

_CONTENT_RANGE = re.compile(r"bytes\s+(?:([0-9]{1,18})-[0-9]{1,18}|\*)/([0-9]{1,18}|\*)")


class Restart(Exception):
    """What has arrived belongs to another version, so that it must be thrown away."""


class Partial:
    """A private file (mode 0600) beside `destination` that grows until it is kept, held by one run.

    A context manager: what was not kept is removed. A link is followed first. Raises
    `OutputError` where it cannot be written, or where `destination` is no regular file.
    """

    def __init__(self, destination: Path) -> None:
        self.destination = destination
        self.size = 0
        self.total: int | None = None
        self.etag: str | None = None
        self._validator: str | None = None
        self._coding = ""
        try:
            self._real = real_file(destination)
            handle = hold(destination, self._real)
        except OSError as exc:
            raise cannot_write(destination, exc) from None
        self._path: Path | None = part_of(self._real)
        self._file: BinaryIO = os.fdopen(handle, "wb", buffering=0)
        self._file.truncate(0)  # what a killed run left

    def __enter__(self) -> "Partial":
        return self

    def __exit__(self, *_: object) -> None:
        # Removed while it is still held, so that it cannot be another run's.
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        self._file.close()

    def range_headers(self) -> dict[str, str]:
        """The headers that ask for the rest alone; none where there is nothing to join to.

        Without a validator of its version nothing can be joined, and all is asked for again.
        """
        if self.size == 0 or self._validator is None:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": self._validator}

    def begin(self, headers: httpx.Headers) -> None:
        """A whole body follows: starts anew, as the version that `headers` name."""
        self.clear()
        self.etag = headers.get("etag")
        # A weak ETag does not promise the same bytes, so it cannot join them.
        strong = self.etag if self.etag is not None and self.etag.startswith('"') else None
        self._validator = strong or headers.get("last-modified")
        self._coding = headers.get("content-encoding", "")
        length = headers.get("content-length", "")
        self.total = int(length) if re.fullmatch("[0-9]{1,18}", length) else None

    def resume(self, headers: httpx.Headers) -> None:
        """The rest follows; `Restart` unless it is of this version and starts where this ends."""
        spans = _CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
        if spans is None or spans[1] is None or int(spans[1]) != self.size:
            raise Restart
        total = None if spans[2] == "*" else int(spans[2])
        if None not in (total, self.total) and total != self.total:
            raise Restart
        # Some servers ignore If-Range; then the version is told by the answer alone.
        if self._is_other(headers, demanded=True):
            raise Restart
        if self._validator != self.etag and (total is None or self.total is None):
            raise Restart  # two versions can be of one second, but not so easily of one length
        if headers.get("content-encoding", "") != self._coding:
            raise Restart
        self.total = self.total if total is None else total

    def is_all(self, headers: httpx.Headers) -> bool:
        """Whether an answer 416 (nothing after what is there) says that all has arrived."""
        spans = _CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
        return spans is not None and spans[2] == str(self.size) and not self._is_other(headers)

    def write(self, data: bytes) -> None:
        """Appends bytes of the version begun."""
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError as exc:
            raise cannot_write(self.destination, exc) from None
        self.size += len(data)

    def clear(self) -> None:
        """Throws away what has arrived."""
        self._file.seek(0)
        self._file.truncate()
        self.size, self.total, self.etag, self._validator = 0, None, None, None

    def check(self, max_bytes: int) -> None:
        """Raises what is wrong with the whole, as `check_whole` does."""
        assert self._path is not None
        with self._path.open("rb") as stream:
            check_whole(stream, max_bytes)

    def keep(self) -> None:
        """Makes it the destination, atomically and over an older file."""
        assert self._path is not None
        try:
            os.fsync(self._file.fileno())
            self._path.replace(self._real)
        except OSError as exc:
            raise cannot_write(self.destination, exc) from None
        self._path = None

    def _is_other(self, headers: httpx.Headers, *, demanded: bool = False) -> bool:
        """Whether `headers` name another version, or none where that is demanded."""
        name = "etag" if self._validator == self.etag else "last-modified"
        told = headers.get(name)
        return told != self._validator and (demanded or told is not None)
