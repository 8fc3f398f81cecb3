import pytest
from behaviour.playing import named, play

from moderator.behaviour.pile_on import MOST_NAMESAKES

KEYS = "window: 60, count: 3, words: [will]"
NORBERT = "0 Norbert: a dropdown is enough"


def pile_on(*lines: str) -> list[tuple[str, ...] | None]:
    return named(play("pile-on", KEYS, *lines))


@pytest.mark.parametrize(
    "lines",
    [
        ["1 a: norbert you idiot", "9 b: @norbert kys", "20 c: you idiot, Norbert"],
        # right after the target's message, and right after abuse of the target
        ["1 a: you idiot", "9 b: you idiot", "20 c: ^ kys"],
        ["1 a: norbert you idiot", "9 b: you idiot", "20 c: kys norbert"],
    ],
)
def test_a_pile_on(lines: list[str]) -> None:
    assert pile_on(NORBERT, *lines) == [("2", "3", "4")]


@pytest.mark.parametrize(
    "lines",
    [
        # one or two against one
        [
            "1 a: norbert you idiot",
            "5 a: norbert kys",
            "9 b: norbert you idiot",
            "15 a: kys norbert",
        ],
        # several against several
        ["1 a: norbert you idiot", "9 b: @a kys", "20 c: @b you idiot"],
        # no abuse
        ["1 a: norbert no", "9 b: norbert that is wrong", "20 c: you are wrong norbert"],
        # at nobody
        ["1 x: hello", "50 a: kys", "51 b: kys all", "52 c: kys"],
        # too slow
        ["1 a: norbert you idiot", "40 b: norbert you idiot", "80 c: norbert you idiot"],
        # of oneself
        ["1 Norbert: norbert you idiot", "2 a: norbert kys", "3 b: kys norbert"],
    ],
)
def test_no_pile_on(lines: list[str]) -> None:
    assert pile_on(NORBERT, *lines) == []


def test_somebody_who_has_not_spoken() -> None:
    lines = ["0 a: @host you idiot", "1 b: @host kys", "2 c: @Host you idiot"]
    assert pile_on(*lines) == [("1", "2", "3")]


def test_counting_begins_anew_after_a_finding() -> None:
    lines = [f"{at} p{at % 3}: norbert you idiot" for at in range(1, 8)]
    assert pile_on(NORBERT, *lines) == [("2", "3", "4"), ("5", "6", "7")]


def test_a_shared_name_is_one_target() -> None:
    lines = [
        "0 Alex Chen: hi",
        "0 Alex Moor: hi",
        *(f"{n} p{n}: alex you idiot" for n in (1, 2, 3)),
    ]
    assert pile_on(*lines) == [("3", "4", "5")]


@pytest.mark.parametrize(("bearers", "found"), [(MOST_NAMESAKES, 1), (MOST_NAMESAKES + 1, 0)])
def test_a_name_that_many_bear_is_nobodys(bearers: int, found: int) -> None:
    lines = [f"0 Alex {letter}: hi" for letter in "ABCDEFGH"[:bearers]]
    lines += [f"{n} p{n}: alex you idiot" for n in (1, 2, 3)]
    assert len(pile_on(*lines)) == found
