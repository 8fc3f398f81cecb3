"""What is kept of each judged row: some numbers a system and label, never the text."""

import math
from array import array
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from moderator.evaluation.readers import Case
from moderator.evaluation.systems import System
from moderator.pipeline import Judged
from moderator.scoring import highest
from moderator.training.metrics import Array, Mask

SHORT = 20
"""Texts with fewer characters are short."""

GAP = math.nan


class Column:
    """Numbers by row; a row that was left out is `GAP`."""

    def __init__(self) -> None:
        self._values = array("d")

    def put(self, row: int, value: float | None) -> None:
        """The value of a row, in the order of rows; None is a gap."""
        self._values.extend([GAP] * (row - len(self._values)))
        self._values.append(GAP if value is None else value)

    def numbers(self, rows: int) -> Array:
        """All rows, those after the last that was put being gaps."""
        values = np.array(self._values, dtype=np.float64)
        return np.pad(values, (0, rows - len(values)), constant_values=GAP)


class Verdicts(NamedTuple):
    """One system over some rows, in step with their `Truth`."""

    flagged: Mask
    unscored: Mask
    scores: Array
    by_label: Mapping[str, Array]


class Truth(NamedTuple):
    """What is known of some rows: 1, 0 or NaN."""

    expected: Array
    by_model: Array
    short: Mask
    labels: Mapping[str, Array]


class Columns:
    """The truth of all rows and what every system made of them.

    A row's score answers the question that its truth answers: the label's own score where the
    truth was read from a label, else the highest among the labels that the policy flags at all.
    A rule that flags scores 1, whatever a model says. Where no model scored the row and no rule
    flags it there is no score.
    """

    def __init__(self, systems: Sequence[System]) -> None:
        self.rows = 0
        self._systems = tuple(systems)
        self._columns: dict[tuple[str, ...], Column] = {}
        self._groups: dict[str, dict[str, int]] = {}

    def add(self, case: Case, groups: Mapping[str, str], judged: Sequence[Judged]) -> None:
        """One more row, where it belongs in each grouping, and its judgement by each system."""
        self._put(("expected",), case.expected)
        self._put(("by_model",), case.expected if case.by_model is None else case.by_model)
        self._put(("short",), len(case.text) < SHORT)
        for label, value in case.labels.items():
            self._put(("label", label), value)
        for grouping, name in groups.items():
            names = self._groups.setdefault(grouping, {})
            self._put(("group", grouping), names.setdefault(name, len(names)))
        for system, one in zip(self._systems, judged, strict=True):
            self._add(system, case, one)
        self.rows += 1

    def groups(self, grouping: str) -> dict[str, Mask]:
        """Which rows belong to each group, in the order in which groups came up."""
        places = self._get(("group", grouping))
        return {name: places == at for name, at in self._groups.get(grouping, {}).items()}

    def truth(self, chosen: Mask) -> Truth:
        """What is known of the chosen rows."""
        return Truth(
            self._get(("expected",))[chosen],
            self._get(("by_model",))[chosen],
            self._get(("short",))[chosen] == 1,
            self._family(("label",), chosen),
        )

    def verdicts(self, system: System, chosen: Mask) -> Verdicts:
        """What the system made of the chosen rows."""
        return Verdicts(
            self._get(("flagged", system.name))[chosen] == 1,
            self._get(("unscored", system.name))[chosen] == 1,
            self._get(("score", system.name))[chosen],
            self._family(("score of", system.name), chosen),
        )

    def _add(self, system: System, case: Case, judged: Judged) -> None:
        self._put(("flagged", system.name), judged.verdict.flagged)
        self._put(("unscored", system.name), bool(judged.unscored))
        if not system.models:
            return
        best = highest(judged.scores)
        for label, score in best.items():
            self._put(("score of", system.name, label), score)
        by_rule = [finding for finding in judged.findings if finding.rule is not None]
        if system.policy.judge(by_rule).flagged:
            self._put(("score", system.name), 1.0)
        elif case.answers in best:
            self._put(("score", system.name), best[case.answers])
        else:
            self._put(("score", system.name), _highest_flagging(system, best))

    def _put(self, key: tuple[str, ...], value: float | None) -> None:
        self._columns.setdefault(key, Column()).put(self.rows, value)

    def _get(self, key: tuple[str, ...]) -> Array:
        return self._columns.get(key, Column()).numbers(self.rows)

    def _family(self, stem: tuple[str, ...], chosen: Mask) -> dict[str, Array]:
        keys = (key for key in self._columns if key[:-1] == stem)
        return {key[-1]: self._get(key)[chosen] for key in keys}


def _highest_flagging(system: System, best: Mapping[str, float]) -> float | None:
    return max((score for label, score in best.items() if system.flags(label)), default=None)
