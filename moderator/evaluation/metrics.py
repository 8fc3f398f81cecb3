"""Figures of verdicts and scores against labels, each with a 95 % interval; pure numbers.

The area under the curve and the calibration error are those that training uses.
"""

import math
from typing import NamedTuple

import numpy as np

from moderator.training.metrics import Array, Mask

Z = 1.959964
"""The standard normal's 97.5th percentile: intervals are of 95 %."""


class Figure(NamedTuple):
    """A value with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


class Counts(NamedTuple):
    """The four cells of verdicts against the truth."""

    true_flags: int
    false_flags: int
    missed: int
    passed: int

    @property
    def rows(self) -> int:
        return sum(self)


def counts(flagged: Mask, expected: Mask) -> Counts:
    """How often a verdict was given, by what was expected."""
    return Counts(
        int((flagged & expected).sum()),
        int((flagged & ~expected).sum()),
        int((~flagged & expected).sum()),
        int((~flagged & ~expected).sum()),
    )


def wilson(hits: float, of: int, z: float = Z) -> Figure | None:
    """A proportion with Wilson's score interval, `z` standard errors each way; None of nothing.

    Source: Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    if not of:
        return None
    share = hits / of
    spread = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    centre, scale = share + z * z / (2 * of), 1 + z * z / of
    low = min(max((centre - spread) / scale, 0.0), share)
    high = max(min((centre + spread) / scale, 1.0), share)
    return Figure(share, low, high)


def accuracy(cells: Counts) -> Figure | None:
    """The share of right verdicts."""
    return wilson(cells.true_flags + cells.passed, cells.rows)


def precision(cells: Counts) -> Figure | None:
    """The share of flags that are right; None where nothing was flagged."""
    return wilson(cells.true_flags, cells.true_flags + cells.false_flags)


def recall(cells: Counts) -> Figure | None:
    """The share flagged of what was to be flagged; None where nothing was."""
    return wilson(cells.true_flags, cells.true_flags + cells.missed)


def f1(cells: Counts) -> Figure | None:
    """The harmonic mean of precision and recall; None where nothing was or should be flagged.

    F1 = 2 J / (1 + J) grows with J, the share of true flags among all rows that were flagged or
    should have been, so the ends of Wilson's interval of J give its own.
    """
    share = wilson(cells.true_flags, cells.true_flags + cells.false_flags + cells.missed)
    return Figure(*(2 * end / (1 + end) for end in share)) if share else None


def false_flags(cells: Counts) -> Figure | None:
    """False flags in a thousand rows that are not to be flagged; None where there are none."""
    share = wilson(cells.false_flags, cells.false_flags + cells.passed)
    return Figure(*(1000 * end for end in share)) if share else None


def auc_interval(area: float, positives: int, negatives: int) -> Figure:
    """The area under a ROC curve with an interval that also holds for small sets and area 1.

    Each end is the area from which the observed one lies just `Z` standard errors away, the error
    being Hanley and McNeil's (1982) with both class sizes in its middle terms replaced by their
    mean. Source: Newcombe, Confidence intervals for an effect size measure based on the
    Mann-Whitney statistic, part 2 (method 5), 2006.
    """
    middle = (positives + negatives) / 2 - 1

    def reaches(true: float) -> bool:
        terms = (1 - true) / (2 - true) + true / (1 + true)
        variance = true * (1 - true) * (1 + middle * terms) / (positives * negatives)
        return abs(area - true) <= Z * math.sqrt(variance)

    def end(outside: float) -> float:
        inside = area
        for _ in range(50):
            between = (inside + outside) / 2
            if reaches(between):
                inside = between
            else:
                outside = between
        return inside

    return Figure(area, end(0.0), end(1.0))


def average_precision(scores: Array, positive: Mask) -> Figure | None:
    """The precision at each distinct score, weighted by the recall gained there; no interpolation.

    None unless both classes are there. Its interval is Wilson's with as many trials as there are
    positives, after the binomial interval of Boyd, Eng and Page, Area under the precision-recall
    curve: point estimates and confidence intervals, 2013.
    """
    wanted = int(positive.sum())
    if not wanted or wanted == len(positive):
        return None
    order = np.argsort(-scores, kind="stable")
    hits, last = np.cumsum(positive[order]), np.append(np.diff(scores[order]) != 0, True)
    found = hits[last]
    precisions = found / (np.flatnonzero(last) + 1)
    value = min(float((precisions * np.diff(found, prepend=0)).sum() / wanted), 1.0)
    return wilson(value * wanted, wanted)
