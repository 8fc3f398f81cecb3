"""Ctrl-C and SIGTERM during a run that can go on later: the batch in hand is finished first."""

import os
import signal
import sys
from types import FrameType, TracebackType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """While entered, the first signal is noted, and the second acts as it did before.

    Called, it tells with which exit code to stop; 0 where nobody has asked for that.
    """

    def __init__(self) -> None:
        self._asked = 0
        self._before: dict[signal.Signals, Any] = {}

    def __call__(self) -> int:
        return self._asked

    def __enter__(self) -> "Stopping":
        self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._as_before()

    def _note(self, number: int, _: FrameType | None) -> None:
        self._asked = 128 + number
        self._as_before()
        # Not through the buffer of standard error, which may be in the middle of a write.
        os.write(
            sys.stderr.fileno(),
            b"moderator: Finishing the batch in hand; once more stops at once.\n",
        )

    def _as_before(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
