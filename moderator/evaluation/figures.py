"""All figures of one system over some rows, and of all systems over all groups, as plain data."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from moderator.evaluation import metrics
from moderator.evaluation.columns import Columns, Truth, Verdicts
from moderator.evaluation.metrics import Figure
from moderator.evaluation.systems import System
from moderator.training.metrics import Array, Mask, auc, ece

Json = dict[str, Any]

DIGITS = 6


def figures(truth: Truth, verdicts: Verdicts, *, by_rules: bool) -> Json:
    """Counts, figures with their intervals, and coverage; over rows with a known verdict.

    A row that a classifier could not score counts as not flagged by it in the verdict's figures,
    is left out of the area under the curve and the average precision, and lowers `coverage`. What
    is not `by_rules` is held to what is expected of models alone.
    """
    wanted = truth.expected if by_rules else truth.by_model
    known = ~np.isnan(wanted)
    flagged, expected = verdicts.flagged[known], wanted[known] == 1
    cells = metrics.counts(flagged, expected)
    scored = known & ~np.isnan(verdicts.scores)
    unscored = int(verdicts.unscored[known].sum())
    return {
        "rows": cells.rows,
        "expected": int(expected.sum()),
        **cells._asdict(),
        "unscored": unscored,
        "coverage": _number(1 - unscored / cells.rows) if cells.rows else None,
        "accuracy": _figure(metrics.accuracy(cells)),
        "precision": _figure(metrics.precision(cells)),
        "recall": _figure(metrics.recall(cells)),
        "f1": _figure(metrics.f1(cells)),
        "false_flags_per_1000": _figure(metrics.false_flags(cells)),
        **_ranking(verdicts.scores[scored], wanted[scored]),
    }


def detailed(system: System, truth: Truth, verdicts: Verdicts) -> Json:
    """`figures`, and for a system with models how its scores are calibrated, and each label.

    Labels are those that the truth and the models share, by the models' own scores; a row counts
    where both are known.
    """
    found = figures(truth, verdicts, by_rules=system.by_rules)
    if not system.models:
        return found
    if not system.by_rules:
        known = ~np.isnan(truth.by_model) & ~np.isnan(verdicts.scores)
        found["calibration"] = _calibration(
            verdicts.scores[known], truth.by_model[known], truth.short[known], table=True
        )
        found["labels"] = {
            label: _label(scores, truth.labels[label], truth.short)
            for label, scores in verdicts.by_label.items()
            if label in truth.labels
        }
    return found


def compare(systems: Sequence[System], columns: Columns, by: str) -> Json:
    """Every system over all rows, over each set, and over each group of the grouping `by`."""
    every = np.ones(columns.rows, dtype=bool)

    def side_by_side(chosen: Mask, *, detail: bool) -> Json:
        truth = columns.truth(chosen)
        found: Json = {}
        for one in systems:
            verdicts = columns.verdicts(one, chosen)
            found[one.name] = (
                detailed(one, truth, verdicts)
                if detail
                else figures(truth, verdicts, by_rules=one.by_rules)
            )
        return found

    def over(grouping: Mapping[str, Mask], *, detail: bool) -> Json:
        return {name: side_by_side(mask, detail=detail) for name, mask in grouping.items()}

    return {
        "by": by,
        "rows": columns.rows,
        "without_verdict": int(np.isnan(columns.truth(every).expected).sum()),
        "systems": {
            system.name: [
                {"name": one.name, "version": one.version} for one in system.pipeline.classifiers
            ]
            for system in systems
        },
        "overall": side_by_side(every, detail=True),
        "sets": over(columns.groups("set"), detail=True),
        "groups": over(columns.groups("group"), detail=False),
    }


def _label(scores: Array, truth: Array, short: Mask) -> Json:
    known = ~np.isnan(truth) & ~np.isnan(scores)
    scores, truth, short = scores[known], truth[known], short[known]
    return {
        "rows": len(truth),
        "expected": int(truth.sum()),
        **_ranking(scores, truth),
        "short": {"rows": int(short.sum()), **_ranking(scores[short], truth[short])},
        **_calibration(scores, truth, short, table=False),
    }


def _ranking(scores: Array, truth: Array) -> Json:
    area, positives = auc(scores, truth), int(truth.sum())
    around = None
    if area is not None:
        around = metrics.auc_interval(area, positives, len(truth) - positives)
    return {
        "auc": _figure(around),
        "average_precision": _figure(metrics.average_precision(scores, truth == 1)),
    }


def _calibration(scores: Array, truth: Array, short: Mask, *, table: bool) -> Json:
    if len(np.unique(truth)) < 2:  # where one class alone is known, its share says nothing
        return {"ece": None, "ece_short": None}
    error, bins = ece(scores, truth)
    found: Json = {
        "ece": _number(error),
        "ece_short": _number(ece(scores[short], truth[short])[0]) if short.any() else None,
    }
    if table:
        found["rows"], found["rows_short"] = len(scores), int(short.sum())
        found["reliability"] = [
            {"score": _number(score), "share": _number(share), "rows": rows}
            for score, share, rows in bins
        ]
    return found


def _figure(found: Figure | None) -> Json | None:
    return {name: _number(end) for name, end in found._asdict().items()} if found else None


def _number(value: float) -> float:
    return round(float(value), DIGITS)
