"""A session's dump, waited for where it is not there yet."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import httpx
import tenacity

from moderator.errors import NotReady
from moderator.sources.answers import ChatLink
from moderator.sources.api import SessionsApi
from moderator.sources.download import Downloaded, Progress, download
from moderator.sources.limits import MAX_BYTES, Backoff
from moderator.sources.wire import growing_waits

T = TypeVar("T")

POLL_FIRST = 5.0
POLL_LONGEST = 60.0


def wait_for_link(
    api: SessionsApi, session_id: str, wait_seconds: float, *, backoff: Backoff | None = None
) -> ChatLink:
    """The link to a session's dump, asked for until it is there or `wait_seconds` are over."""
    return until_ready(lambda: api.chat_link(session_id), wait_seconds, backoff=backoff)


def fetch_session(
    api: SessionsApi,
    session_id: str,
    destination: Path,
    *,
    client: httpx.Client,
    wait_seconds: float = 0.0,
    backoff: Backoff | None = None,
    poll: Backoff | None = None,
    max_bytes: int = MAX_BYTES,
    progress: Progress | None = None,
) -> Downloaded:
    """Fetches a session's dump into `destination`; see `download` for its errors.

    `backoff` is for requests that fail, `poll` for the waits (within `wait_seconds` in all)
    while there is no link, or only one to a file that is absent or empty.
    """

    def once() -> Downloaded:
        return download(
            lambda: api.chat_link(session_id),
            destination,
            client=client,
            backoff=backoff,
            max_bytes=max_bytes,
            progress=progress,
        )

    return until_ready(once, wait_seconds, backoff=poll)


def until_ready(
    attempt: Callable[[], T], wait_seconds: float, *, backoff: Backoff | None = None
) -> T:
    """The result of `attempt`, called again after `NotReady` until `wait_seconds` are over.

    Of `backoff` only the waits count, not the number of attempts. The last `NotReady` is
    raised with the time that was waited.
    """
    backoff = backoff or Backoff(first=POLL_FIRST, longest=POLL_LONGEST)
    begun = time.monotonic()
    growing = growing_waits(backoff)

    def wait(state: tenacity.RetryCallState) -> float:
        left = begun + wait_seconds - time.monotonic()
        return max(0.0, min(growing(state), left))  # one last attempt when time is up

    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(NotReady),
        wait=wait,
        stop=lambda _: time.monotonic() - begun >= wait_seconds,
        sleep=backoff.sleep,
        reraise=True,
    )
    try:
        return attempts(attempt)
    except NotReady as exc:
        if wait_seconds <= 0:
            raise
        raise NotReady(f"{exc} (after waiting {time.monotonic() - begun:.0f} s)") from None
