"""Names, flags and times in every spelling."""

from datetime import UTC, datetime

import pytest

from moderator.sources.fields import COLUMNS, canonical, flag, parse_time

MOMENT = datetime(2022, 12, 13, 7, 8, 39, tzinfo=UTC)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_is_known_by_any_spelling(name: str) -> None:
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
    for spelling in (name, snake, name.lower(), name.upper(), f" {name} ", snake.replace("_", " ")):
        assert canonical(spelling) == name


@pytest.mark.parametrize("name", ["", "ids", "text", "participant", "payloads"])
def test_other_columns_are_not(name: str) -> None:
    assert canonical(name) is None


@pytest.mark.parametrize(
    ("spellings", "value"),
    [
        (["true", "True", "TRUE", " true ", "1", "t", "T", "yes", "Y", "on"], True),
        (["false", "False", "FALSE", "0", "f", "no", "N", "off"], False),
        (["", "null", "None", "2", "maybe", "truefalse"], None),
    ],
)
def test_flags(spellings: list[str], value: bool | None) -> None:
    assert [flag(s) for s in spellings] == [value] * len(spellings)


@pytest.mark.parametrize(
    "text",
    [
        "2022-12-13T07:08:39Z",
        "2022-12-13T07:08:39.000Z",
        "2022-12-13 07:08:39.000000Z",
        "2022-12-13 07:08:39",
        "2022-12-13 07:08:39 UTC",
        "2022-12-13T09:08:39+02:00",
        " 2022-12-13T07:08:39.000000000Z ",
        "1670915319",
        "1670915319.0",
        "1670915319000",
        "1670915319000000",
    ],
)
def test_times(text: str) -> None:
    assert parse_time(text) == MOMENT


def test_fractions_are_kept() -> None:
    assert parse_time("2022-12-13 07:08:39.051621Z") == MOMENT.replace(microsecond=51621)
    assert parse_time("1670915319051") == MOMENT.replace(microsecond=51000)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "Tuesday",
        "12",
        "9" * 17,
        "2022-13-45",
        "0001-01-01T00:00:00+23:00",
        "１６７０９１５３１９",
    ],
)
def test_no_time(text: str) -> None:
    assert parse_time(text) is None
