"""A process that is asked over pipes and may fail to answer: by dying, hanging or babbling."""

import os
import select
import subprocess
import time
import weakref
from collections.abc import Mapping, Sequence
from typing import IO, Any

from moderator.classifiers import frames
from moderator.classifiers.failure import Failure

GRACE = 5.0
"""Seconds in which a process that has closed its pipes is gone."""

NONSENSE = "worker gave no sense"

_CHUNK = 1 << 18


class Lost(Failure):
    """The process did not answer, and is of no more use."""


class Died(Lost):
    """It ended by itself, or was ended by somebody else."""


class Child:
    """One process, from its start to its end; it does not outlive this one.

    It is of a session of its own, so that Ctrl-C and a closed terminal are its owner's to decide
    on. What it writes to standard error is lost, since it could be chat.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Starts `command` with the number of its lifeline; `OSError` where that cannot be."""
        kept, held = os.pipe()
        try:
            process = subprocess.Popen(  # noqa: S603 - the interpreter itself, a module of ours
                [*command, str(kept)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                pass_fds=[kept],
                start_new_session=True,
                bufsize=0,
            )
        except OSError:
            os.close(held)
            raise
        finally:
            os.close(kept)
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._requests, self._replies = process.stdin, process.stdout
        os.set_blocking(self._requests.fileno(), False)
        os.set_blocking(self._replies.fileno(), False)
        self._end = weakref.finalize(self, _ended, process, held)

    def ask(self, request: Any, seconds: float) -> Any:
        """The reply to `request`; `Lost` where there is none."""
        frame = memoryview(frames.packed(request))
        deadline = time.monotonic() + seconds
        try:
            while frame:
                self._wait(self._requests, select.POLLOUT, deadline, seconds)
                frame = frame[self._requests.write(frame) or 0 :]
        except BrokenPipeError:
            raise self._died() from None
        return self._reply(deadline, seconds)

    def reply(self, seconds: float) -> Any:
        """What it says of its own accord; raises as `ask` does."""
        return self._reply(time.monotonic() + seconds, seconds)

    def stop(self) -> None:
        """Ends it, whoever waits for its reply; it holds nothing that could be lost."""
        self._process.kill()

    def kill(self) -> None:
        """Ends it and lets go of it; nobody may be waiting for its reply."""
        self._end()

    def _reply(self, deadline: float, seconds: float) -> Any:
        (length,) = frames.HEAD.unpack(self._read(frames.HEAD.size, deadline, seconds))
        if length > frames.LONGEST:
            raise Lost(NONSENSE)
        try:
            return frames.unpacked(self._read(length, deadline, seconds))
        except ValueError:
            raise Lost(NONSENSE) from None

    def _read(self, count: int, deadline: float, seconds: float) -> bytes:
        read = bytearray()
        while len(read) < count:
            self._wait(self._replies, select.POLLIN, deadline, seconds)
            part = self._replies.read(min(_CHUNK, count - len(read)))
            if part == b"":
                raise self._died()
            read += part or b""
        return bytes(read)

    def _wait(self, pipe: IO[bytes], event: int, deadline: float, seconds: float) -> None:
        poll = select.poll()
        poll.register(pipe, event)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise Lost(f"time limit of {seconds:.0f} s")

    def _died(self) -> Died:
        """It has closed its pipes: what became of it."""
        try:
            status = self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            return Died("worker stopped talking")
        return Died(f"worker died ({how(status)})")


def how(status: int) -> str:
    """A process's end in words: `signal 9`, or `status 1`."""
    return f"signal {-status}" if status < 0 else f"status {status}"


def _ended(process: "subprocess.Popen[bytes]", lifeline: int) -> None:
    """Ends a process for good, and lets go of all that was held for it."""
    process.kill()  # does nothing where it has been waited for
    process.wait()
    os.close(lifeline)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
