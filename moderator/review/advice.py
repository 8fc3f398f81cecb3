"""What verdicts say of a threshold, and the figures that every proposal is held to."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np

from moderator.evaluation.metrics import Figure
from moderator.records import Severity
from moderator.review.intervals import TAIL

TRIES = 5
"""Thresholds that are looked at above the present one, or below."""

STEP = 0.0001
"""Between two thresholds; scores are written with four decimals."""

State = Literal["raise", "lower", "follow", "holds", "seems", "few", "unreached"]


@dataclass(frozen=True, slots=True)
class Advice:
    """What verdicts say of one threshold, and where it should lie; equal where nothing is proposed.

    `state`: raise, lower; follow (moved up to stay above a lower severity's); holds (`wanted` is
    reached for sure); seems (reached, but not for sure); few (fewer decided than `needed`);
    unreached (no threshold reaches it for sure). `precision` is that of flags from the present
    threshold upwards, `expected` that of flags kept by a raised one, or let in by a lowered one,
    with its bound.
    """

    category: str
    severity: Severity
    present: float
    proposed: float
    state: State
    decided: int
    needed: int
    precision: Figure | None = None
    expected: Figure | None = None


Z = NormalDist().inv_cdf(1 - TAIL / TRIES)
"""Standard errors of a bound that is one of several tries."""


def needed(wanted: float) -> int:
    """The fewest verdicts from which the lower bound of all being right can reach `wanted`."""
    return math.ceil(Z * Z * wanted / (1 - wanted))


def counts(fewest: int, most: int) -> list[int]:
    """How many of the highest scores each try keeps, rising, all fewer than `most`."""
    steps = np.linspace(fewest, most, TRIES + 1)[:-1]
    return sorted({int(step) for step in steps})


def rounded(threshold: float) -> float:
    """The next threshold of so many decimals as are written, not below this one."""
    return min(round(math.ceil(round(threshold / STEP, 6)) * STEP, 4), 1.0)


def by_category(advice: Iterable[Advice]) -> Mapping[str, list[Advice]]:
    """The proposed changes, category by category."""
    found: defaultdict[str, list[Advice]] = defaultdict(list)
    for one in advice:
        if one.proposed != one.present:
            found[one.category].append(one)
    return found
