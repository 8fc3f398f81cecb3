"""`--since`: from `24h`, `7d`, `90m` or an ISO date to a moment."""

import re
from datetime import UTC, datetime, timedelta

from moderator.errors import ConfigError

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(r"([0-9]{1,9})([mhdw])")


def parse_since(text: str, now: datetime, option: str = "--since") -> datetime:
    """The moment that `text` means, in UTC: a span before `now`, or an ISO 8601 date or time.

    A date or time without an offset is UTC. `ConfigError` where it is neither, is not in the
    past, or lies before the calendar begins. `now` must be aware; `option` is for the blame.
    """
    text = text.strip()
    span = _SPAN.fullmatch(text)
    try:
        if span is not None:
            amount, unit = span.groups()
            moment = now.astimezone(UTC) - timedelta(**{_UNITS[unit]: int(amount)})
        else:
            moment = datetime.fromisoformat(text)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ConfigError(
            f"{option} {text!r} is neither a span (90m, 24h, 7d, 2w) nor an ISO date"
            " (2026-06-10 or 2026-06-10T08:30:00Z)"
        ) from None
    if moment >= now:
        raise ConfigError(f"{option} {text!r} must lie in the past")
    return moment
