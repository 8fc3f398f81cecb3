"""How sure a count is when only a part of the whole was looked at.

Precision, a plain share of independent verdicts, has Wilson's interval (`evaluation.metrics`).
What is put together of several parts, each drawn without replacement, is worked out from draws of
what each part may hold: functions of them need no formula of their own, and a part in which
nothing was found is neither taken for clean nor given half a positive message.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from moderator.evaluation.metrics import Figure
from moderator.training.metrics import Array

DRAWS = 20_000
TAIL = 0.025
"""What a 95 % interval leaves out on either side."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of all messages: how many it holds, how many of those were decided, how many hit."""

    population: int
    decided: int
    hits: int

    @property
    def estimate(self) -> float:
        """How many hits the whole part holds, at the share of those decided."""
        return self.population * self.hits / self.decided


def totals(part: Part, chance: np.random.Generator, draws: int = DRAWS) -> Array:
    """[draws] numbers of hits that the whole part may hold.

    The share of hits is drawn from the confidence distributions of the two exact one-sided
    limits, Beta(x, n - x + 1) and Beta(x + 1, n - x), one as often as the other (which gives the
    mid-P limits), and those not decided follow it. What has been seen is certain, so that a part
    looked at whole has no uncertainty left; for one part, the quantiles are the mid-P limits of
    the hypergeometric distribution. Sources: Thatcher, Relationships between Bayesian and
    confidence limits for predictions, 1964; Fay, Proschan and Brittain, Combining one-sample
    confidence procedures for inference in the two-sample case, 2015.
    """
    unseen, misses = part.population - part.decided, part.decided - part.hits
    if not unseen:
        return np.full(draws, float(part.hits))
    low = chance.beta(part.hits, misses + 1, draws) if part.hits else np.zeros(draws)
    high = chance.beta(part.hits + 1, misses, draws) if misses else np.ones(draws)
    share = np.where(chance.random(draws) < 0.5, low, high)
    return np.asarray(part.hits + chance.binomial(unseen, share), dtype=float)


def total_of(parts: Sequence[Part], chance: np.random.Generator, draws: int = DRAWS) -> Array:
    """[draws] numbers of hits that all parts may hold together."""
    return (
        np.sum([totals(part, chance, draws) for part in parts], axis=0)
        if parts
        else (np.zeros(draws))
    )


def share_of(parts: Sequence[Part], chance: np.random.Generator, tail: float = TAIL) -> Figure:
    """The share of hits in all parts together, which are not empty, with its interval."""
    whole = sum(part.population for part in parts)
    value = sum(part.estimate for part in parts) / whole
    low, high = np.quantile(total_of(parts, chance) / whole, [tail, 1 - tail])
    return Figure(value, min(float(low), value), max(float(high), value))
