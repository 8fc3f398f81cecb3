from datetime import UTC, datetime, timedelta

import pytest

from moderator.errors import ConfigError
from moderator.sources.since import parse_since

NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("90m", timedelta(minutes=90)),
        ("24h", timedelta(hours=24)),
        (" 7d ", timedelta(days=7)),
        ("2w", timedelta(days=14)),
    ],
)
def test_spans(text: str, ago: timedelta) -> None:
    assert parse_since(text, NOW) == NOW - ago


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-06-01", datetime(2026, 6, 1, tzinfo=UTC)),
        ("2026-06-01T08:30:00Z", datetime(2026, 6, 1, 8, 30, tzinfo=UTC)),
        ("2026-06-01T08:30:00+02:00", datetime(2026, 6, 1, 6, 30, tzinfo=UTC)),
        ("2026-06-01 08:30", datetime(2026, 6, 1, 8, 30, tzinfo=UTC)),
    ],
)
def test_dates(text: str, moment: datetime) -> None:
    assert parse_since(text, NOW) == moment


@pytest.mark.parametrize(
    "text", ["", "24", "h", "-3h", "1.5h", "3 months", "yesterday", "2026-13-01", "999999999w"]
)
def test_what_is_neither_is_refused_with_the_known_forms(text: str) -> None:
    with pytest.raises(ConfigError, match=r"90m, 24h, 7d"):
        parse_since(text, NOW)


@pytest.mark.parametrize("text", ["0h", "2026-06-11", "2026-06-10T12:00:00Z"])
def test_it_must_lie_in_the_past(text: str) -> None:
    with pytest.raises(ConfigError, match="in the past"):
        parse_since(text, NOW)
