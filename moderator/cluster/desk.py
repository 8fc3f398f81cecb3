"""What all workers of a backfill share: the pace at which the API is asked, and who died of what.

The desk is an actor of the cluster. If it dies it starts anew and empty, which makes the run
slower for a moment and loses nothing.
"""

import time
from collections import Counter
from typing import Any

from moderator.sources.pace import Bucket, Rate

MOST_ATTEMPTS = 3
"""How often a session may take its worker down with it before it is given up."""


class Desk:
    """Hands out slots of time, and counts how often each session was begun."""

    def __init__(self, rate: Rate) -> None:
        self._bucket = Bucket(rate)
        self._begun: Counter[str] = Counter()

    def reserve(self) -> float:
        """The seconds to wait before the next request."""
        return self._bucket.reserve()

    def hold(self, seconds: float) -> None:
        """The API asked for patience."""
        self._bucket.hold(seconds)

    def begin(self, key: str) -> int:
        """How often a session was begun, this time included."""
        self._begun[key] += 1
        return self._begun[key]


class SharedPace:
    """The pace that a desk sets, as a worker keeps to it."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk

    def wait(self) -> None:
        """Sleeps until the slot that the desk gave."""
        import ray

        time.sleep(ray.get(self._desk.reserve.remote()))

    def hold(self, seconds: float) -> None:
        """Tells the desk, and so everybody."""
        import ray

        ray.get(self._desk.hold.remote(seconds))
