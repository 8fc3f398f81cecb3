"""A folder or a bucket, by its path or its URI: listed, read and written alike.

Buckets are reached through pyarrow's file systems, with the credentials that their vendors' own
variables and files hold; none is taken from a URI.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from moderator.errors import ConfigError, OutputError, SourceError
from moderator.files import WrittenAside

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

_URI = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


class Place:
    """A folder of this machine (`path` says which), or one of a bucket (`path` is None).

    Raises `ConfigError` for a URI that cannot be used.
    """

    def __init__(self, name: str) -> None:
        self.path: Path | None = None
        self._filesystem: FileSystem | None = None
        self._base = ""
        if not _URI.match(name):
            self.path = Path(name)
            self.name = name
        else:
            self.name = name.partition("?")[0].rstrip("/")
            self._open(name)

    def source(self, name: str) -> str:
        """What a file in it is called in a summary."""
        return str(self.path / name) if self.path is not None else f"{self.name}/{name}"

    def files(self) -> Iterator[tuple[str, int]]:
        """The path below it and the bytes of every file that is not hidden; none if it is not."""
        from pyarrow import fs

        filesystem, base = self._reached()
        selector = fs.FileSelector(base, allow_not_found=True, recursive=True)
        with _explained(self.name):
            found = filesystem.get_file_info(selector)
        for info in found:
            below = info.path[len(base) :].lstrip("/")
            if info.type == fs.FileType.File and not any(
                part.startswith(".") for part in below.split("/")
            ):
                yield below, info.size

    def exists(self, name: str) -> bool:
        """Whether a file of that name is there."""
        if self.path is not None:
            return (self.path / name).is_file()
        from pyarrow import fs

        filesystem, base = self._reached()
        with _explained(self.name):
            (info,) = filesystem.get_file_info([f"{base}/{name}"])
        return bool(info.type == fs.FileType.File)

    @contextmanager
    def opened(self, name: str) -> Iterator[IO[bytes]]:
        """A file, open for reading its bytes as they are; `SourceError` where it cannot be."""
        with _explained(self.source(name)):
            if self.path is not None:
                stream: Any = (self.path / name).open("rb")
            else:
                filesystem, base = self._reached()
                stream = filesystem.open_input_stream(f"{base}/{name}", compression=None)
        with stream:
            yield stream

    def read(self, name: str) -> bytes | None:
        """A small file whole, None where there is none."""
        if not self.exists(name):
            return None
        with self.opened(name) as stream:
            return stream.read()

    def put(self, name: str, file: Path) -> None:
        """Gives a copy of `file` that name, whole or not at all; `OutputError` where it fails."""
        if self.path is not None:
            to = self.path / name
            make_folder(to.parent)
            with file.open("rb") as content, WrittenAside(to) as aside:
                while chunk := content.read(2**20):
                    aside.write(chunk)
            return
        from pyarrow import fs

        filesystem, base = self._reached()
        try:
            fs.copy_files(
                str(file), f"{base}/{name}",
                source_filesystem=fs.LocalFileSystem(), destination_filesystem=filesystem,
            )  # fmt: skip
        except OSError as error:
            raise OutputError(f"{self.source(name)} cannot be written: {_words(error)}.") from None

    def _reached(self) -> "tuple[FileSystem, str]":
        from pyarrow import fs

        if self.path is not None:
            return fs.LocalFileSystem(), str(self.path.absolute())
        assert self._filesystem is not None
        return self._filesystem, self._base

    def _open(self, uri: str) -> None:
        from pyarrow import fs

        parts = urlsplit(uri)
        if "@" in parts.netloc:
            raise ConfigError(
                f"the address of {parts.scheme}://{parts.hostname} holds credentials, which belong "
                "into the environment (AWS_ACCESS_KEY_ID and so on)"
            )
        try:
            filesystem, base = fs.FileSystem.from_uri(uri)
        except (ValueError, TypeError, OSError) as error:
            raise ConfigError(f"{self.name} cannot be used: {_words(error)}.") from None
        if isinstance(filesystem, fs.LocalFileSystem):
            self.path = Path(base)
            self.name = base
        else:
            self._filesystem, self._base = filesystem, base.rstrip("/")


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceError(f"{name} cannot be read: {_words(error)}.") from None


def _words(error: Exception) -> str:
    from moderator.sources.wire import clean

    said = getattr(error, "strerror", None) or str(error)
    return clean(said.partition("Detail:")[0]).rstrip(". ") or type(error).__name__


def make_folder(path: Path) -> None:
    """Makes a folder and those above it; `OutputError` where that cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot use the folder {path}: {error.strerror or error}") from None
