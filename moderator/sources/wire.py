"""What every request shares: retries with back-off, quiet logs, and words for what failed."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import SystemRandom

import httpx
import tenacity

USER_AGENT = "moderator"
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
"""Seconds to connect, and between two reads or writes; a long download may take longer."""

_random = SystemRandom()


@dataclass(frozen=True, slots=True)
class Backoff:
    """How failures are waited out; waits are in seconds.

    `attempts` requests at most, waits doubling from `first` to `longest` with jitter. A server's
    `Retry-After` goes first, and one above `patience` ends the attempts at once.
    """

    attempts: int = 6
    first: float = 1.0
    longest: float = 30.0
    patience: float = 120.0
    sleep: Callable[[float], None] = time.sleep


class Transient(Exception):
    """One request failed in a way that the next may not; `retry_after` is in seconds."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after

    def advice(self) -> str:
        """The reason, and when to come back where the server said so."""
        if self.retry_after is None:
            return self.reason
        return f"{self.reason}; it asks for {self.retry_after:.0f} s of patience"


def is_transient(status: int) -> bool:
    """Whether a status says that the same request may succeed later."""
    return status in (408, 425, 429) or 500 <= status <= 599


def retry_after(headers: httpx.Headers, now: datetime | None = None) -> float | None:
    """The seconds that a `Retry-After` header asks for, whichever of its two forms it has."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def growing_waits(backoff: Backoff) -> Callable[[tenacity.RetryCallState], float]:
    """Waits that double from `first` to `longest`, each with up to `first` of jitter on top."""
    return tenacity.wait_exponential(
        multiplier=backoff.first, max=backoff.longest
    ) + tenacity.wait_random(0, backoff.first)


def retrying(
    backoff: Backoff, stop: Callable[[tenacity.RetryCallState], bool] | None = None
) -> tenacity.Retrying:
    """Tries again on `Transient` until `stop` (by default `backoff.attempts`), then raises it."""
    growing = growing_waits(backoff)

    def wait(state: tenacity.RetryCallState) -> float:
        asked = _transient(state).retry_after
        return growing(state) if asked is None else asked + _random.uniform(0, backoff.first)

    def worth_it(error: BaseException) -> bool:
        return isinstance(error, Transient) and (error.retry_after or 0.0) <= backoff.patience

    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(worth_it),
        wait=wait,
        stop=stop or tenacity.stop_after_attempt(backoff.attempts),
        sleep=backoff.sleep,
        reraise=True,
    )


def _transient(state: tenacity.RetryCallState) -> Transient:
    error = state.outcome.exception() if state.outcome is not None else None
    assert isinstance(error, Transient)
    return error


@contextmanager
def transport_errors(host: str) -> Iterator[None]:
    """Turns httpx's errors into `Transient`, worded with the host alone."""
    try:
        yield
    except httpx.TimeoutException as exc:
        stage = "connect to" if isinstance(exc, httpx.ConnectTimeout) else "hear from"
        raise Transient(f"gave up waiting to {stage} {host}") from None
    except httpx.ConnectError as exc:
        raise Transient(f"cannot connect to {host} ({clean(str(exc))})") from None
    except httpx.RequestError as exc:
        raise Transient(f"the connection to {host} broke ({clean(str(exc))})") from None


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")
_URL = re.compile(r"\bhttps?://\S+", re.IGNORECASE)


def clean(text: str, *secrets: str) -> str:
    """Foreign words made fit for an error: no control characters, URLs or secrets, and short."""
    text = _URL.sub("(a URL)", _CONTROLS.sub(" ", text))
    for secret in secrets:
        text = text.replace(secret, "***")
    text = text.strip()
    return text if len(text) <= 160 else f"{text[:160]}…"


_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


class _Hush(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING or not _quiet.get()


_hush = _Hush()


@contextmanager
def quiet_logs() -> Iterator[None]:
    """Keeps httpx and httpcore from logging URLs and headers inside, at whatever level.

    Both write whole URLs at INFO or headers at DEBUG, and a signed URL's query is a credential.
    Other users of the two in the same process keep their logs.
    """
    for name in ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "proxy"))):
        # Filters do not reach child loggers, so that each is named; adding twice does nothing.
        logging.getLogger(name).addFilter(_hush)
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)
