import pytest

from moderator.behaviour.clock import LATE, PACE, Clock


def times(*stamps: str) -> list[float]:
    clock = Clock()
    return [clock.advance(stamp) for stamp in stamps]


def test_seconds_from_the_first_message() -> None:
    assert times(
        "2026-01-01T10:00:00Z", "2026-01-01T10:00:02.500Z", "2026-01-01T11:01:00+01:00"
    ) == [0.0, 2.5, 60.0]


@pytest.mark.parametrize("stamp", ["", "yesterday", "1767225600", "2026-13-01T00:00:00Z", "0001"])
def test_what_cannot_be_read_is_a_moment_later(stamp: str) -> None:
    assert times(stamp, stamp, stamp) == [PACE, 2 * PACE, 3 * PACE]


def test_a_little_out_of_order_is_now() -> None:
    assert times(
        "2026-01-01T10:00:10Z", "2026-01-01T10:00:05Z", "2026-01-01T10:00:12Z"
    ) == [0.0, 0.0, 2.0]  # fmt: skip


def test_after_a_leap_into_the_future_the_clock_goes_on() -> None:
    before, wild, after, later = times(
        "2026-01-01T10:00:00Z", "2099-01-01T10:00:00Z", "2026-01-01T10:00:05Z",
        "2026-01-01T10:00:09Z",
    )  # fmt: skip
    assert before == 0.0
    assert wild > LATE
    assert (after, later) == (wild + PACE, wild + PACE + 4)


def test_it_goes_on_from_what_was_saved() -> None:
    clock, again = Clock(), Clock()
    clock.advance("2026-01-01T10:00:00Z")
    again.restore(clock.state())
    stamp = "2026-01-01T10:00:07Z"
    assert again.advance(stamp) == clock.advance(stamp) == 7.0
