"""Many mutated inputs through a target: each held to its property, its time, and the memory.

A worker process does a stretch of input numbers and writes down, before each input, which one it
is at. What hangs or ends the process is thus known by its number, and made again by `mutated`.
"""

import multiprocessing
import resource
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized

from fuzz.every import TARGETS
from fuzz.mutate import mutated

HANG = 60.0
"""Seconds for one input after which the worker is ended."""

MEMORY = 6 * 2**30
"""Bytes of address space of a worker, with all that its libraries map."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Input `number` of `target`, and what became of it."""

    target: str
    seed: int
    number: int
    what: str


@dataclass(slots=True)
class Outcome:
    """What a stretch of inputs came to; `slowest` is seconds and the number of that input."""

    inputs: int = 0
    seconds: float = 0.0
    slowest: tuple[float, int] = (0.0, 0)
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Takes in another stretch."""
        self.inputs += other.inputs
        self.seconds += other.seconds
        self.slowest = max(self.slowest, other.slowest)
        self.failures += other.failures


def here(name: str, seed: int, numbers: range, at: "Synchronized[int] | None" = None) -> Outcome:
    """The inputs of these numbers, in this process; stops after five failures."""
    target = TARGETS[name]
    target.check(target.seeds[0])  # what is loaded once is no input's time
    outcome = Outcome()
    began = time.monotonic()
    for number in numbers:
        if at is not None:
            at.value = number
        data = mutated(target, seed, number)
        start = time.process_time()
        try:
            target.check(data)
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__}: {str(error)[:200]} at {frame.name}:{frame.lineno}"
            outcome.failures.append(Failure(name, seed, number, what))
        took = time.process_time() - start
        if took > target.seconds:
            outcome.failures.append(Failure(name, seed, number, f"took {took:.1f} s"))
        outcome.slowest = max(outcome.slowest, (took, number))
        outcome.inputs += 1
        if len(outcome.failures) >= 5:
            break
    outcome.seconds = time.monotonic() - began
    return outcome


def apart(name: str, seed: int, numbers: range) -> Outcome:
    """The same in a worker process with bounded memory, which may hang or end."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    at = context.Value("q", numbers.start, lock=False)
    worker = context.Process(target=_work, args=(theirs, at, name, seed, numbers), daemon=True)
    worker.start()
    theirs.close()
    seen, since = -1, time.monotonic()
    while not ours.poll(1.0):
        if at.value != seen:
            seen, since = at.value, time.monotonic()
        elif time.monotonic() - since > HANG:
            worker.kill()
            break
    try:
        outcome: Outcome = ours.recv()
    except EOFError:
        worker.join()
        what = "hung" if worker.exitcode == -9 else f"ended the process ({worker.exitcode})"
        outcome = Outcome(
            at.value - numbers.start, failures=[Failure(name, seed, int(at.value), what)]
        )
    worker.join()
    return outcome


def _work(
    pipe: Connection, at: "Synchronized[int]", name: str, seed: int, numbers: Sequence[int]
) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    assert isinstance(numbers, range)
    pipe.send(here(name, seed, numbers, at))
