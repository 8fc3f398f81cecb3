"""What a server may take from this side: time, bytes, and how often it is asked again."""

import time
from collections.abc import Callable
from dataclasses import dataclass

MAX_BYTES = 2 * 2**30
"""How long a dump may be by default, as it comes and unpacked."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much a server may answer; times in seconds.

    `read` is the longest silence. `least_bytes` have to come within `least_seconds`, or the
    answer's end: a server that sends a byte now and then is given up. `answer` is for one whole
    answer of the API, `max_bytes` for a dump, as it comes and unpacked.
    """

    connect: float = 10.0
    read: float = 30.0
    least_bytes: int = 64 * 1024
    least_seconds: float = 60.0
    answer: float = 120.0
    max_bytes: int = MAX_BYTES


@dataclass(frozen=True, slots=True)
class Backoff:
    """How failures are waited out; waits are in seconds.

    `attempts` requests at most, waits doubling from `first` to `longest` with jitter, and no more
    than `budget` of waiting in all. A server's `Retry-After` goes first, and one above `patience`
    ends the attempts at once.
    """

    attempts: int = 6
    first: float = 1.0
    longest: float = 30.0
    patience: float = 120.0
    budget: float = 600.0
    sleep: Callable[[float], None] = time.sleep
