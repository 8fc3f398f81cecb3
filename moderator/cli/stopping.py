"""Runs that can go on later: Ctrl-C and SIGTERM finish the batch in hand first."""

import os
import signal
import sys
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

import typer

from moderator.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from moderator.checkpoints import Resumable
    from moderator.sources.target import Dump

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

received: list[int] = []
"""Signals that were to end the process at once. It goes on where a library that was just being
imported swallowed what they raised."""


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
        if received:
            raise SystemExit(128 + received[-1])
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


class GoingOn:
    """Makes a scan of a file, or of what was downloaded into one, one that can go on later."""

    def __init__(self, options: "Mapping[str, object]", *, quiet: bool) -> None:
        self.stop = Stopping()
        self._options = options
        self._quiet = quiet

    @contextmanager
    def __call__(self, dump: "Dump") -> "Iterator[Resumable | None]":
        """What `scan` needs for that; None for a stream, which cannot be read again."""
        from moderator.checkpoints import Resumable
        from moderator.continued import Reread

        if dump.size is None:
            yield None
            return
        with self.stop:
            yield Resumable(Reread(dump.stream), self._options, self._tell, self.stop)

    def _tell(self, sentence: str) -> None:
        if not self._quiet:
            typer.echo(f"moderator: {printable(sentence, 1000)}", err=True)
