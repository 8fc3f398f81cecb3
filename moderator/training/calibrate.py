"""From scores to probabilities that hold on the dev rows, and to thresholds of a stated cost."""

from collections.abc import Mapping, Sequence

import numpy as np

from moderator.training.data import fraction
from moderator.training.labels import LABELS, Row
from moderator.training.metrics import Array, Mask

FEWEST = 30
"""Positives that the fitting half must hold before a label is calibrated at all."""

BUDGET = 1.0
"""False flags in a thousand clean messages that all labels together may cost."""

FLOOR = 0.5
"""No threshold lies below it: a flag should be more likely right than wrong."""

BESIDE = ("obscene", "spam")
"""Labels that a message may bear without being toxic."""

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
    """Thresholds under which clean rows keep the budget and many toxic rows are flagged.

    Both are [rows, labels] of probabilities. Starting above every clean row, the label is lowered
    that flags most further toxic rows for each further clean one, until the budget is spent; a
    clean row that one label flags costs the others nothing. `obscene` and `spam`, which say
    nothing of toxicity, get what is free. Values are rounded up to 4 decimals, as scores are
    written.
    """
    left = int(BUDGET * len(clean) / 1000)
    limits = {at: _above(clean[:, at], 0) for at in range(clean.shape[1])}
    harmful = [at for at in limits if LABELS[at] not in BESIDE]
    while True:
        unseen, missed = clean[~_flagged(clean, limits)], toxic[~_flagged(toxic, limits)]
        tried = [
            (float((missed[:, at] >= limit).sum()) / max(cost, 0.5), -cost, at, limit)
            for at in harmful
            for cost in range(left + 1)
            if (limit := _above(unseen[:, at], cost)) < limits[at]
        ]
        worth, cost, at, limit = max(tried, default=(0.0, 0, 0, 0.0))
        if not worth:
            break
        limits[at], left = limit, left + cost
    for at in limits:
        limits[at] = min(limits[at], _above(clean[~_flagged(clean, limits), at], 0))
    return limits


def crossed(rows: Sequence[Row], clean: Array, toxic: Array) -> float:
    """False flags in 1,000 clean rows by thresholds chosen on the half that a row is not in.

    `rows` are the clean ones, in the order of `clean`.
    """
    half = np.array([fraction("fold " + row.text) < 0.5 for row in rows])
    flagged = [
        _flagged(clean[~chosen], thresholds(clean[chosen], toxic)) for chosen in (half, ~half)
    ]
    return float(np.concatenate(flagged).mean() * 1000)


def _flagged(scores: Array, limits: Mapping[int, float]) -> Mask:
    return np.asarray((scores >= [limits[at] for at in range(scores.shape[1])]).any(axis=1))


def _above(scores: Array, rank: int) -> float:
    """The lowest threshold that flags no more than the `rank` highest of the scores."""
    ordered = np.sort(scores)[::-1]
    highest = float(ordered[rank]) if rank < len(ordered) else 0.0
    return float(np.clip(np.ceil(highest * 1e4 + 1) / 1e4, FLOOR, 1.0))
