import pytest
from behaviour.playing import named, play

KEYS = "window: 60, count: 3, words: [hello, all, how, do, you, unmute]"
TEXT = "follow the better channel tidewatch"
OPEN = "0 host: welcome"


def raid(*lines: str) -> list[tuple[str, ...] | None]:
    return named(play("raid", KEYS, *lines))


def wave(*texts: str, start: int = 100) -> list[str]:
    """Each text by somebody new, a second apart."""
    return [f"{start + number} r{number}: {text}" for number, text in enumerate(texts)]


def test_a_raid_with_others_in_between() -> None:
    first, second, third = wave(TEXT, TEXT.upper() + "!!", "folow the better chanel tidewatch")
    assert raid(OPEN, first, second, "101 host: what is this", third) == [("2", "3", "5")]


def test_counting_begins_anew_after_a_finding() -> None:
    assert raid(OPEN, *wave(*[TEXT] * 7)) == [("2", "3", "4"), ("5", "6", "7")]


@pytest.mark.parametrize(
    "lines",
    [
        [OPEN, *wave(TEXT, TEXT)],
        # everybody is new when a session starts
        wave(TEXT, TEXT, TEXT, start=0),
        # common words, and few
        [OPEN, *wave("hello all", "hello all", "hello all")],
        [OPEN, *wave("how do you unmute", "how do you unmute", "how do you unmute")],
        [OPEN, *wave("the sound stops", "the sound stops", "the sound stops")],
        # different texts
        [OPEN, *wave(TEXT, "when does the second half begin", "is there a recording of it")],
        # one newcomer
        [OPEN, *(f"{at} r0: {TEXT}" for at in range(100, 105))],
        # too slow
        [OPEN, f"100 r0: {TEXT}", f"131 r1: {TEXT}", f"170 r2: {TEXT}"],
        # not new
        [f"{at} r{at}: hello" for at in range(3)]
        + [f"{at + 100} r{at}: {TEXT}" for at in range(3)],
    ],
)
def test_no_raid(lines: list[str]) -> None:
    assert raid(*lines) == []


def test_abuse_counts_from_the_start_and_with_any_words() -> None:
    assert raid(*wave("you idiot", "YOU IDIOT", "you idiot!", start=0)) == [("1", "2", "3")]
