"""What every request shares: retries with back-off, quiet logs, and words for what failed."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import SystemRandom

import httpx
import tenacity

from moderator.errors import SourceError
from moderator.sources.limits import Backoff, Limits

USER_AGENT = "moderator"

_random = SystemRandom()


def timeouts(limits: Limits) -> httpx.Timeout:
    """The limits that concern a single wait, as httpx takes them."""
    return httpx.Timeout(limits.read, connect=limits.connect)


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
    """The seconds that a `Retry-After` header asks for, whichever of its two forms it has.

    A date is measured by the answer's own `Date`, where it has one: clocks differ. What cannot be
    read is None.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,400}(\.[0-9]{1,400})?", value):
        return min(float(value), 1e9)
    moment = _http_date(value)
    if moment is None:
        return None
    now = _http_date(headers.get("date", "")) or now or datetime.now(UTC)
    return max(0.0, (moment - now).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def growing_waits(backoff: Backoff) -> Callable[[tenacity.RetryCallState], float]:
    """Waits that double from `first` to `longest`, each with jitter on top."""
    doubling = tenacity.wait_exponential(multiplier=backoff.first, max=backoff.longest)
    return lambda state: _jittered(doubling(state), backoff)


def retrying(
    backoff: Backoff, stop: Callable[[tenacity.RetryCallState], bool] | None = None
) -> tenacity.Retrying:
    """Tries again on `Transient` until `stop` (by default `backoff.attempts`), then raises it.

    It is raised, too, where the next wait would exceed the budget.
    """
    growing = growing_waits(backoff)
    enough = stop or tenacity.stop_after_attempt(backoff.attempts)

    def wait(state: tenacity.RetryCallState) -> float:
        asked = _transient(state).retry_after
        return growing(state) if asked is None else _jittered(asked, backoff)

    def is_enough(state: tenacity.RetryCallState) -> bool:
        return enough(state) or state.idle_for + state.upcoming_sleep > backoff.budget

    def worth_it(error: BaseException) -> bool:
        return isinstance(error, Transient) and (error.retry_after or 0.0) <= backoff.patience

    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(worth_it),
        wait=wait,
        stop=is_enough,
        sleep=backoff.sleep,
        reraise=True,
    )


def _jittered(seconds: float, backoff: Backoff) -> float:
    """A little longer, never shorter: many that were sent away at once do not return at once."""
    return seconds + _random.uniform(0, max(backoff.first, seconds / 4))


def _transient(state: tenacity.RetryCallState) -> Transient:
    error = state.outcome.exception() if state.outcome is not None else None
    assert isinstance(error, Transient)
    return error


@contextmanager
def transport_errors(host: str) -> Iterator[None]:
    """Turns httpx's errors into `Transient`, worded with the host alone.

    What no second try would mend is a `SourceError`: a certificate that cannot be trusted, a
    proxy that refuses. What a server sent never stands in an error, because it may be chat.
    """
    try:
        yield
    except httpx.TimeoutException as exc:
        stage = "connect to" if isinstance(exc, httpx.ConnectTimeout) else "hear from"
        raise Transient(f"gave up waiting to {stage} {host}") from None
    except httpx.ConnectError as exc:
        told = str(exc)
        if "CERTIFICATE_VERIFY_FAILED" in told:
            reason = told.rpartition("failed: ")[2].partition(" (_ssl")[0]
            raise SourceError(
                f"the certificate of {host} cannot be trusted ({clean(reason)}): check the address"
                " and this machine's clock; SSL_CERT_FILE can name an authority of your own"
            ) from None
        raise Transient(f"cannot connect to {host} ({clean(told)})") from None
    except httpx.ProxyError as exc:
        status = re.search(r"\b([0-9]{3})\b", str(exc).rpartition(", ")[2])
        if status is not None and is_transient(int(status[1])):
            raise Transient(f"cannot connect to {host} ({clean(str(exc))})") from None
        raise SourceError(
            f"the way to {host} is barred ({clean(str(exc))}): check HTTPS_PROXY and NO_PROXY"
        ) from None
    except httpx.RequestError as exc:
        # What follows a colon can be the very bytes that were sent.
        reason = clean(str(exc).partition(":")[0])
        raise Transient(f"the connection to {host} broke ({reason})") from None


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
