"""From a link to a file: streamed, resumed where it broke, and whole or not there at all.

The client is `guard.download_client`'s: it knows no credentials, and checks every host,
those of redirects too. Errors name hosts alone, because a signed URL is a credential.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import tenacity

from moderator.errors import NotReady, SourceError
from moderator.sources.answers import ChatLink
from moderator.sources.limits import MAX_BYTES, Backoff
from moderator.sources.partial import Partial, Restart
from moderator.sources.wire import (
    Transient,
    is_transient,
    quiet_logs,
    retry_after,
    retrying,
    transport_errors,
)

Progress = Callable[[int, int | None], None]
"""Told the bytes that have arrived, and how many there are in all where that is known."""

MOST_REDIRECTS = 5
MOST_RENEWALS = 2
"""How often in a row a link that is refused is asked for anew."""

STEP = 2**20
"""So many new bytes make an attempt that broke a success: it is not counted as a failure."""

_REFUSED = (400, 401, 403, 410)  # how S3 and its likes answer an expired or spoilt signature


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A whole dump on disk: where, how long, and which version."""

    path: Path
    bytes: int
    etag: str | None


class _Refused(Transient):
    """The link is not accepted (any more); only a new one can help."""


def download(
    link: Callable[[], ChatLink],
    destination: Path,
    *,
    client: httpx.Client,
    backoff: Backoff | None = None,
    max_bytes: int = MAX_BYTES,
    progress: Progress | None = None,
) -> Downloaded:
    """Fetches what `link` leads to into `destination`, over an older file, mode 0600.

    `link` is called again where its link is refused. Content arrives as it is stored, maybe
    gzip, which is checked to be whole; it may take `max_bytes` as it comes, and unpacked. Raises
    `NotReady` where there is no dump yet (404, or an empty file), `SourceError` where it cannot
    be had whole or is none, `OutputError` where it cannot be written; `destination` is then as it
    was before.
    """
    return _fetch(link, MOST_RENEWALS, destination, client, backoff, max_bytes, progress)


def fetch_url(
    url: str,
    destination: Path,
    *,
    client: httpx.Client,
    backoff: Backoff | None = None,
    max_bytes: int = MAX_BYTES,
    progress: Progress | None = None,
) -> Downloaded:
    """Fetches a URL that the user gave, like `download`; there is no other link to ask for."""
    only = ChatLink(url)
    return _fetch(lambda: only, 0, destination, client, backoff, max_bytes, progress)


def _fetch(
    link: Callable[[], ChatLink],
    renewals: int,
    destination: Path,
    client: httpx.Client,
    backoff: Backoff | None,
    max_bytes: int,
    progress: Progress | None,
) -> Downloaded:
    with Partial(destination) as partial, quiet_logs():
        backoff = backoff or Backoff()
        _Attempts(link, renewals, partial, client, backoff, max_bytes, progress).run()
        partial.check(max_bytes)
        partial.keep()
        return Downloaded(destination, partial.size, partial.etag)


class _Attempts:
    """The attempts at one download, and what they share."""

    def __init__(
        self,
        link: Callable[[], ChatLink],
        most_renewals: int,
        partial: Partial,
        client: httpx.Client,
        backoff: Backoff,
        max_bytes: int,
        progress: Progress | None,
    ) -> None:
        self._ask = link
        self._partial = partial
        self._client = client
        self._backoff = backoff
        self._max_bytes = max_bytes
        self._progress = progress
        self._link: ChatLink | None = None
        self._most_renewals = most_renewals
        self._renewals = 0
        self._failures = 0
        self._furthest = 0

    def run(self) -> None:
        try:
            retrying(self._backoff, stop=self._is_enough)(self._attempt)
        except Transient as exc:
            raise SourceError(f"the download failed: {exc.advice()}; try again later") from None

    def _is_enough(self, _: tenacity.RetryCallState) -> bool:
        if self._partial.size >= self._furthest + STEP:
            self._furthest = self._partial.size
            self._failures = 0
        self._failures += 1
        return self._failures >= self._backoff.attempts

    def _attempt(self) -> None:
        if self._link is None:
            self._link = self._ask()
        try:
            self._follow(self._link)
        except _Refused as exc:
            if self._renewals >= self._most_renewals:
                raise SourceError(self._refusal(exc.reason, self._link)) from None
            self._renewals += 1
            self._link = None
            raise
        except Restart:
            self._partial.clear()
            raise Transient("the dump changed on its host while it was read") from None

    def _refusal(self, reason: str, link: ChatLink) -> str:
        if self._most_renewals == 0:
            return f"{reason}: the URL may have expired, so ask for a new one"
        if link.expires_at is not None and link.expires_at < datetime.now(UTC):
            return f"{reason}: even its newest link has expired, if this machine's clock is right"
        return f"{reason}, and {self._most_renewals} new links too; try again later"

    def _follow(self, link: ChatLink) -> None:
        try:
            url = httpx.URL(link.url)
        except httpx.InvalidURL:
            raise SourceError("the link to the dump is not a URL") from None
        for _ in range(MOST_REDIRECTS + 1):
            host = url.netloc.decode("ascii")
            headers = self._partial.range_headers()
            with (
                transport_errors(host),
                self._client.stream("GET", url, headers=headers) as response,
            ):
                if response.next_request is None:
                    self._receive(response, host, bool(headers))
                    return
                url = response.next_request.url
        raise SourceError(f"{host} redirects more than {MOST_REDIRECTS} times")

    def _receive(self, response: httpx.Response, host: str, resumed: bool) -> None:
        status, headers, partial = response.status_code, response.headers, self._partial
        if status == 416 and resumed:
            if not partial.is_all(headers):
                raise Restart
            return
        if is_transient(status):
            raise Transient(f"{host} answers {status}", retry_after(headers))
        if status in _REFUSED:
            raise _Refused(f"{host} refuses the link ({status})")
        if status == 404:
            raise NotReady(
                f"{host} has no file under the link (404): it is not there yet, or no longer"
            )
        self._renewals = 0
        if status == 206 and resumed:
            partial.resume(headers)
        elif status == 200:
            _demand_readable(headers, host)
            partial.begin(headers)
        else:
            raise SourceError(f"{host} answers {status}, which is no download")
        _demand_an_end(headers, host, partial.total)
        self._demand_room(host, partial.total or 0)
        self._save(response, host)
        self._demand_whole(host)

    def _save(self, response: httpx.Response, host: str) -> None:
        # Raw, so that lengths count the bytes that were sent; and as they come, because httpx
        # loses what it has gathered for a chunk of a given size when the connection breaks.
        for chunk in response.iter_raw():
            self._demand_room(host, self._partial.size + len(chunk))
            self._partial.write(chunk)
            if self._progress is not None:
                self._progress(self._partial.size, self._partial.total)

    def _demand_room(self, host: str, size: int) -> None:
        if size > self._max_bytes:
            raise SourceError(
                f"the dump at {host} is larger than the {self._max_bytes:,} bytes that are"
                " allowed: allow more with --max-bytes if it is to be trusted"
            )

    def _demand_whole(self, host: str) -> None:
        partial = self._partial
        if partial.total is not None and partial.size != partial.total:
            if partial.size > partial.total:
                partial.clear()
            raise Transient(f"{host} sent {partial.size} of {partial.total} bytes")
        if partial.size == 0:
            raise NotReady(f"{host} gives an empty file: the dump is not ready yet")


def _demand_readable(headers: httpx.Headers, host: str) -> None:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        raise SourceError(f"{host} gives a web page instead of a dump: check the link")
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise SourceError(f"{host} sends the dump in coding {coding[:20]!r}, which is not read")


def _demand_an_end(headers: httpx.Headers, host: str, total: int | None) -> None:
    chunked = "chunked" in headers.get("transfer-encoding", "").lower()
    if total is None and not chunked and "content-length" not in headers:
        raise SourceError(
            f"{host} does not say how long the dump is, so that a part could pass for the whole"
        )
