"""What `scan` and `fetch` are pointed at: standard input, a file, a URL, or a session id."""

import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from moderator.errors import ConfigError, SourceError
from moderator.sources.answers import SESSION_ID
from moderator.sources.limits import Backoff, Limits
from moderator.sources.temporary import DUMP, private_folder

if TYPE_CHECKING:
    from moderator.sources.api import SessionsApi
    from moderator.sources.download import Downloaded

_URL = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Network:
    """How the API and its downloads are reached.

    `wait` is in seconds; `on_bytes` is told how many bytes of how many have been fetched.
    """

    backend: str | None = None
    base_url: str | None = None
    allow_private: bool = False
    wait: float = 0.0
    on_bytes: Callable[[int, int | None], None] | None = None
    limits: Limits = field(default_factory=Limits)
    backoff: Backoff = field(default_factory=Backoff)

    def api(self) -> "SessionsApi":
        """The API that the credentials in the environment or in `.env` are for."""
        from moderator.sources.api import SessionsApi
        from moderator.sources.credentials import environment, resolve

        backend = resolve(environment(), self.backend, self.base_url)
        return SessionsApi(backend, backoff=self.backoff, limits=self.limits)

    def download(self, target: str, destination: Path) -> "Downloaded":
        """Fetches the dump at a URL, or of a session, whole into `destination`."""
        from moderator.sources.download import fetch_url
        from moderator.sources.fetch import fetch_session
        from moderator.sources.guard import download_client

        most = self.limits.max_bytes
        with download_client(allow_private=self.allow_private, limits=self.limits) as client:
            if _URL.match(target):
                return fetch_url(
                    target,
                    destination,
                    client=client,
                    backoff=self.backoff,
                    max_bytes=most,
                    progress=self.on_bytes,
                )
            with self.api() as api:
                return fetch_session(
                    api,
                    target,
                    destination,
                    client=client,
                    wait_seconds=self.wait,
                    backoff=self.backoff,
                    max_bytes=most,
                    progress=self.on_bytes,
                )


@dataclass(frozen=True, slots=True)
class Dump:
    """An open dump: what to call it (never a signed URL), its bytes, and their number if known."""

    name: str
    stream: BinaryIO
    size: int | None


def is_remote(target: str) -> bool:
    """Whether `target` is a URL or a session id, rather than standard input or a file.

    What is neither raises `SourceError`, an empty one `ConfigError`.
    """
    if not target.strip():
        raise ConfigError("The target is empty; name a file, a session id, a URL, or -.")
    if target == "-" or Path(target).exists():
        return False
    if _URL.match(target) or SESSION_ID.fullmatch(target):
        return True
    raise SourceError(f"There is no file {target}, and it is neither a URL nor a session id.")


def check(target: str, network: Network) -> None:
    """Raises what `opened` would raise, as far as it can be told without reading or asking."""
    if target == "-":
        return
    if not is_remote(target):
        path = Path(target)
        if path.is_dir():
            raise SourceError(f"{target} cannot be read: Is a directory.")
        if not os.access(path, os.R_OK):
            raise SourceError(f"{target} cannot be read: Permission denied.")
    elif not _URL.match(target):
        with _explained(target), network.api():
            pass


@contextmanager
def opened(target: str, network: Network, stdin: BinaryIO) -> Iterator[Dump]:
    """The dump that `target` names, open for reading; remote ones are fetched whole first."""
    if target == "-":
        yield Dump("standard input", stdin, None)
    elif is_remote(target):
        with ExitStack() as stack:
            with _explained(target):
                dump = stack.enter_context(fetched(target, network))
            yield dump
    else:
        try:
            file = Path(target).open("rb")  # noqa: SIM115 (closed below)
        except OSError as error:
            raise SourceError(f"{target} cannot be read: {error.strerror}.") from error
        with file:
            info = os.fstat(file.fileno())
            # A named pipe says nothing of its size, nor where in it one is.
            yield Dump(target, file, info.st_size if stat.S_ISREG(info.st_mode) else None)


@contextmanager
def _explained(target: str) -> Iterator[None]:
    """Most who lack credentials have mistyped the name of a file."""
    try:
        yield
    except ConfigError as error:
        if _URL.match(target):
            raise
        raise ConfigError(
            f"There is no file {target}, so it is taken for a session id; {error}"
        ) from None


@contextmanager
def fetched(target: str, network: Network) -> Iterator[Dump]:
    """The dump at a URL or of a session, fetched whole, whatever files there are of that name."""
    with private_folder() as folder:
        path = folder / DUMP
        size = network.download(target, path).bytes
        with path.open("rb") as stream:
            yield Dump(_name(target), stream, size)


def _name(target: str) -> str:
    if _URL.match(target):
        return f"a URL at {urlsplit(target).hostname}"
    return f"session {target}"
