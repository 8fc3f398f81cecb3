"""Figures of a set of scores: area under the ROC curve, calibration error, false flags."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def auc(scores: Array, labels: Array) -> float | None:
    """Area under the ROC curve by ranks, ties halved; None unless both classes are there."""
    positive = labels == 1
    wins, losses = int(positive.sum()), int((labels == 0).sum())
    if not wins or not losses:
        return None
    known = labels >= 0
    values, positive = scores[known], positive[known]
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[positive].sum() - wins * (wins + 1) / 2) / (wins * losses))


def ece(
    scores: Array, labels: Array, bins: int = 15
) -> tuple[float, list[tuple[float, float, int]]]:
    """Expected calibration error over bins of equal width, and (mean score, share, rows) a bin.

    Source: Guo et al., On Calibration of Modern Neural Networks, 2017.
    """
    places = np.minimum((scores * bins).astype(int), bins - 1)
    table: list[tuple[float, float, int]] = []
    error = 0.0
    for place in range(bins):
        chosen = places == place
        if rows := int(chosen.sum()):
            mean, share = float(scores[chosen].mean()), float(labels[chosen].mean())
            error += abs(mean - share) * rows / len(scores)
            table.append((mean, share, rows))
    return error, table


def flags_per_thousand(scores: Array, thresholds: Mapping[int, float]) -> float:
    """Rows of [rows, labels] at or over any threshold, in a thousand."""
    if not len(scores):
        return 0.0
    hit = np.zeros(len(scores), dtype=bool)
    for column, threshold in thresholds.items():
        hit |= scores[:, column] >= threshold
    return float(hit.mean() * 1000)
