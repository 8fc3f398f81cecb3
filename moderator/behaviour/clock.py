"""A session's clock, told by the times of its messages as far as they can be trusted."""

from datetime import datetime

LATE = 60.0
"""Seconds by which a message may come after a later one and still be taken as just now."""

PACE = 1.0
"""Seconds that a message without a readable time is taken to come after the one before it."""


class Clock:
    """Seconds that never go back.

    A time that cannot be read counts as one second after the message before it, so that rules
    over time become rules over order. A message a little out of order happens now. A leap back
    by more than `LATE` means that one of the times was wrong: the clock goes on from where it is.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._ahead = 0.0
        self._started = False

    def advance(self, stamp: str) -> float:
        """The time of the next message; `stamp` is ISO 8601, or anything."""
        try:
            sent = datetime.fromisoformat(stamp).timestamp()
        except (ValueError, OverflowError, OSError):
            self.now += PACE
            return self.now
        if not self._started:
            self._started = True
            self._ahead = self.now - sent
        now = sent + self._ahead
        if now >= self.now:
            self.now = now
        elif self.now - now > LATE:
            self.now += PACE
            self._ahead = self.now - sent
        return self.now

    def state(self) -> list[float]:
        """The clock as plain data; `restore` is the way back."""
        return [self.now, self._ahead, float(self._started)]

    def restore(self, state: list[float]) -> None:
        """Goes on from what `state` said."""
        self.now, self._ahead, started = state
        self._started = bool(started)
