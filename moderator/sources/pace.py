"""How fast an API may be asked: one bucket of tokens for all who ask, wherever they run.

The bucket grants slots in time rather than making anybody wait, so that one in another process
answers at once, and who asked sleeps by himself.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `burst + seconds * per_second` requests in any stretch of `seconds`."""

    per_second: float
    burst: int


RATES: Mapping[str, Rate] = {
    # 2,000 in a minute from one address.
    "dyte": Rate(30.0, 100),
    # 3,500 in five minutes by one page, 250 in ten seconds by another.
    "realtimekit": Rate(11.0, 100),
}
"""The vendors' limits by back-end, with a little left for others who ask."""


class Pace(Protocol):
    """What an API is asked through."""

    def wait(self) -> None:
        """Returns when the next request may be sent."""

    def hold(self, seconds: float) -> None:
        """The API has asked for so much patience; it holds for everybody."""


class Bucket:
    """Grants requests at a rate. It begins empty, so that many restarts are no way to be faster.

    `clock` is in seconds and never goes back.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._step = 1 / rate.per_second
        self._saved = rate.burst * self._step
        self._clock = clock
        self._last = clock() - self._step

    def reserve(self) -> float:
        """The seconds until the next request may be sent, which is thereby taken."""
        now = self._clock()
        self._last = max(self._last, now - self._saved) + self._step
        return max(0.0, self._last - now)

    def hold(self, seconds: float) -> None:
        """No request is granted for so long, and what was saved up is gone."""
        self._last = max(self._last, self._clock() + seconds)


class OwnPace:
    """The pace of one process that asks alone."""

    def __init__(self, rate: Rate) -> None:
        self._bucket = Bucket(rate)

    def wait(self) -> None:
        """Sleeps until the next slot."""
        time.sleep(self._bucket.reserve())

    def hold(self, seconds: float) -> None:
        """Leaves the API in peace for so long."""
        self._bucket.hold(seconds)
