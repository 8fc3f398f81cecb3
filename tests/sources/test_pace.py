from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from server.app import LoopbackServer
from server.scenario import Fault

from moderator.sources.api import SessionsApi
from moderator.sources.credentials import resolve
from moderator.sources.pace import RATES, Bucket, OwnPace, Rate
from moderator.sources.wire import Backoff


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@given(
    st.floats(0.5, 50.0),
    st.integers(1, 20),
    st.lists(st.floats(0.0, 3.0), min_size=2, max_size=60),
)
def test_no_stretch_of_time_has_more_than_its_rate(
    per_second: float, burst: int, pauses: list[float]
) -> None:
    clock = Clock()
    bucket = Bucket(Rate(per_second, burst), clock)
    sent = []
    for pause in pauses:
        clock.now += pause
        sent.append(clock.now + bucket.reserve())
    assert sent == sorted(sent)
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            allowed = burst + (sent[last] - sent[first]) * per_second
            assert last - first + 1 <= allowed + 1e-6


def test_a_bucket_begins_empty_and_saves_up_to_its_burst() -> None:
    clock = Clock()
    bucket = Bucket(Rate(2.0, 3), clock)
    assert [bucket.reserve() for _ in range(3)] == [0.0, 0.5, 1.0]
    clock.now += 1000
    assert [bucket.reserve() for _ in range(5)] == [0.0, 0.0, 0.0, 0.5, 1.0]


def test_patience_is_for_all_and_takes_what_was_saved() -> None:
    clock = Clock()
    bucket = Bucket(Rate(2.0, 3), clock)
    clock.now += 1000
    bucket.hold(4.0)
    assert [bucket.reserve() for _ in range(2)] == [4.5, 5.0]


@pytest.mark.parametrize(
    ("backend", "window", "limit"),
    [("dyte", 60, 2000), ("realtimekit", 300, 3500), ("realtimekit", 10, 250)],
)
def test_the_vendors_limits_are_kept(backend: str, window: int, limit: int) -> None:
    rate = RATES[backend]
    assert rate.burst + rate.per_second * window <= limit


class Heard(OwnPace):
    """A pace that keeps what it was told."""

    def __init__(self) -> None:
        super().__init__(Rate(1000.0, 1000))
        self.waits = 0
        self.held: list[float] = []

    def wait(self) -> None:
        self.waits += 1
        super().wait()

    def hold(self, seconds: float) -> None:
        self.held.append(seconds)


def test_each_request_of_the_api_waits_and_patience_is_passed_on(
    server: LoopbackServer,
) -> None:
    server.api_faults = [
        Fault(429, {}, {"Retry-After": "3"}), Fault(503), Fault(429, {}, {"Retry-After": "9999"}),
    ]  # fmt: skip
    pace = Heard()
    slept: list[float] = []
    record: Callable[[float], None] = slept.append
    backend = resolve(server.environ("dyte"), "dyte", server.base_urls["dyte"])
    backoff = Backoff(patience=120.0, sleep=record)
    with (
        SessionsApi(backend, pace=pace, backoff=backoff) as api,
        pytest.raises(Exception, match="9999"),
    ):
        list(api.sessions())
    assert pace.waits == 3
    # However long a server asks for, the others are not kept longer than anybody would wait.
    assert pace.held == [3.0, 120.0]
    assert slept[0] >= 3.0
