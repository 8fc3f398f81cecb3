import pytest
from behaviour.playing import named, play

KEYS = "window: 600, count: 3, signs: {asks: [[{LOWER: add}, {LOWER: me}]]}"


def requests(*lines: str) -> list[tuple[str, ...] | None]:
    return named(play("contact-requests", KEYS, *lines))


def test_one_who_keeps_asking_one_person_or_several() -> None:
    lines = ["0 v: @ann add me", "60 ann: no", "90 v: add me please", "300 v: Bea, ADD ME"]
    assert requests(*lines) == [("1", "3", "4")]


@pytest.mark.parametrize(
    "lines",
    [
        ["0 v: add me", "9 v: add me"],
        ["0 v: add me", "9 w: add me", "12 x: add me"],
        ["0 v: add me", "400 v: add me", "800 v: add me"],
        ["0 v: add it", "9 v: add them", "12 v: me too"],
    ],
)
def test_no_repeated_requests(lines: list[str]) -> None:
    assert requests(*lines) == []


def test_counting_begins_anew_after_a_finding() -> None:
    assert requests(*(f"{at} v: add me" for at in range(7))) == [("1", "2", "3"), ("4", "5", "6")]
