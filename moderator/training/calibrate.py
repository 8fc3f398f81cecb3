"""From scores to probabilities that hold on the dev rows, and to thresholds of a stated cost."""

from collections.abc import Mapping, Sequence

import numpy as np

from moderator.training.data import fraction
from moderator.training.labels import LABELS, Row
from moderator.training.metrics import Array, Mask, flags_per_thousand

FEWEST = 30
"""Positives that the fitting half must hold before a label is calibrated at all."""

BUDGET = 1.0
"""False flags in a thousand clean messages that all labels together may cost."""

FLOOR = 0.5
"""No threshold lies below it: a flag should be more likely right than wrong."""

CLEAN_CHAT = ("chitchat", "irc_ubuntu")


def fitting_half(rows: Sequence[Row]) -> Mask:
    """Which rows calibration may see, by a hash of their text; the rest is for its figures."""
    return np.array([fraction("calibration " + row.text) < 0.5 for row in rows])


def platt(logits: Array, labels: Array, steps: int = 100) -> tuple[float, float]:
    """Slope and offset that make sigmoid(slope · logit + offset) fit 0/1 labels best.

    Newton's method on the log-likelihood with Platt's softened targets. Source: Platt,
    Probabilistic Outputs for Support Vector Machines, 1999; Lin, Lin and Weng, 2007.
    """
    ones = labels.sum()
    soft = np.where(labels == 1, (ones + 1) / (ones + 2), 1 / (len(labels) - ones + 2))
    design = np.stack([logits, np.ones_like(logits)], axis=1)
    theta = np.array([1.0, 0.0])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-design @ theta))
        slope = design.T @ (p - soft)
        bend = (design * (p * (1 - p))[:, None]).T @ design + 1e-6 * np.eye(2)
        move = np.linalg.solve(bend, slope)
        theta = theta - move * min(1.0, 2.0 / max(float(np.abs(move).max()), 1e-12))
        if np.abs(move).max() < 1e-8:
            break
    return float(theta[0]), float(theta[1])


def fit(logits: Array, wanted: Array, half: Mask) -> dict[int, tuple[float, float]]:
    """Slope and offset of each label with enough positives in the half; others are left alone."""
    found: dict[int, tuple[float, float]] = {}
    for at in range(len(LABELS)):
        known = half & (wanted[:, at] >= 0)
        if wanted[known, at].sum() >= FEWEST:
            slope, offset = platt(logits[known, at], wanted[known, at])
            if slope > 0:
                found[at] = (slope, offset)
    return found


def folded(
    weight: Array, bias: Array, scales: Mapping[int, tuple[float, float]]
) -> tuple[Array, Array]:
    """The head [labels, width] and [labels] with slope and offset of each label multiplied in."""
    weight, bias = weight.copy(), bias.copy()
    for at, (slope, offset) in scales.items():
        weight[at] *= slope
        bias[at] = slope * bias[at] + offset
    return weight, bias


def thresholds(clean: Array, toxic: Array) -> dict[int, float]:
    """Thresholds under which clean rows keep the budget and the most toxic rows are flagged.

    Both are [rows, labels] of probabilities. Toxicity may flag one number of clean rows, every
    other label another; all such pairs are tried, and of those whose flags together keep the
    budget the one that flags most toxic rows is taken. Values are rounded up to 4 decimals, as
    scores are written.
    """
    ordered = -np.sort(-clean, axis=0)
    ranks = range(min(len(clean), 2 + int(BUDGET * len(clean) / 1000)))
    best, most = _at(ordered, 0, 0), -1.0
    for first in ranks:
        for rest in ranks:
            tried = _at(ordered, first, rest)
            found = flags_per_thousand(toxic, tried)
            if flags_per_thousand(clean, tried) <= BUDGET and found > most:
                best, most = tried, found
    return best


def _at(ordered: Array, first: int, rest: int) -> dict[int, float]:
    limits = {}
    for at in range(ordered.shape[1]):
        above = np.ceil(ordered[rest if at else first, at] * 1e4 + 1) / 1e4
        limits[at] = float(np.clip(above, FLOOR, 1.0))
    return limits
