"""How a classifier fails: reasons that quote no text, and results that are none."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from moderator.classifiers.base import Result
from moderator.records import Unscored

DECIMALS = 4
"""Those of a score as it is written, so that the verdict and the file agree."""

_NO_MEMORY = re.compile(r"(?i)out of memory|\balloc")
"""How runtimes that know no `MemoryError` complain: `bad allocation`, `can't allocate`."""


class Failure(Exception):
    """A classifier failed on what it was given; `reason` says how, and quotes none of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


OUT_OF_MEMORY = "out of memory"


def reason_of(error: Exception) -> str:
    """What can be told of an error; its own words could quote the text that it is about."""
    if isinstance(error, Failure):
        return error.reason
    if isinstance(error, MemoryError) or _NO_MEMORY.search(str(error)):
        return OUT_OF_MEMORY
    return f"failed with {type(error).__name__}"


def checked(results: Sequence[Result], count: int) -> list[Result]:
    """The results of `count` texts, scores rounded; `Failure` if they cannot be such."""
    if len(results) != count:
        raise Failure(f"gave {len(results)} results instead of {count}")
    return [_rounded(result) for result in results]


def _rounded(result: Result) -> Result:
    if isinstance(result, Unscored) or not result.scores:
        return result
    for label, score in result.scores.items():
        if not math.isfinite(score):
            raise Failure(f"gave no number for {label}")
        if not 0.0 <= score <= 1.0:
            raise Failure(f"gave no probability for {label}")
    scores = {label: round(score, DECIMALS) for label, score in result.scores.items()}
    return replace(result, scores=scores)
