"""What is fuzzed: a function that takes any bytes and raises where a property does not hold."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """One part of the program, and what its inputs are made of.

    `check` returns for every input, whatever it is; `AssertionError` says which property broke,
    and any other exception is a crash. `seeds` are inputs to start from, `words` are pieces that
    the part has an eye for. `share` is how much of a campaign it gets, relative to the others.
    `seconds` is what one input of up to 4 KiB may take at most, on a busy machine.
    """

    name: str
    check: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()
    share: int = 1
    seconds: float = 2.0
