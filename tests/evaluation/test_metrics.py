"""Figures against tables worked by hand, published values, and brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.evaluation import metrics
from moderator.evaluation.metrics import Counts, Figure
from moderator.training.metrics import auc, ece

SCORED = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.5001, 0.9, 1.0]), st.booleans()))


def test_a_table_worked_by_hand() -> None:
    flagged = np.array([1, 1, 1, 0, 0, 0, 0, 0, 1, 0], dtype=bool)
    expected = np.array([1, 1, 0, 1, 0, 0, 0, 0, 1, 0], dtype=bool)
    cells = metrics.counts(flagged, expected)
    assert cells == Counts(true_flags=3, false_flags=1, missed=1, passed=5)
    assert cells.rows == 10
    values = [f(cells) for f in (metrics.accuracy, metrics.precision, metrics.recall, metrics.f1)]
    assert [one.value for one in values if one] == pytest.approx([0.8, 0.75, 0.75, 0.75])
    false = metrics.false_flags(cells)
    assert false is not None
    assert false.value == pytest.approx(1000 / 6)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [  # Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
    ],
)
def test_wilson(hits: int, of: int, low: float, high: float) -> None:
    found = metrics.wilson(hits, of)
    assert found is not None
    assert found.value == hits / of
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_nothing_gives_no_figure() -> None:
    assert metrics.wilson(0, 0) is None
    clean = Counts(0, 0, 0, 7)
    assert metrics.precision(clean) is None
    assert metrics.recall(clean) is None
    assert metrics.f1(clean) is None
    abusive = Counts(3, 0, 1, 0)
    assert metrics.false_flags(abusive) is None
    assert metrics.recall(abusive) is not None


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_figures_lie_within_their_intervals(a: int, b: int, c: int, d: int) -> None:
    cells = Counts(a, b, c, d)
    for work in (metrics.accuracy, metrics.precision, metrics.recall, metrics.f1):
        found = work(cells)
        if found is not None:
            assert 0.0 <= found.low <= found.value <= found.high <= 1.0
    precision, recall, f1 = metrics.precision(cells), metrics.recall(cells), metrics.f1(cells)
    if precision and recall and f1 and a:
        p, r = precision.value, recall.value
        assert f1.value == pytest.approx(2 * p * r / (p + r))


@given(SCORED)
def test_auc_counts_pairs(rows: list[tuple[float, bool]]) -> None:
    positives = [score for score, positive in rows if positive]
    negatives = [score for score, positive in rows if not positive]
    found = auc(np.array([score for score, _ in rows]), np.array([float(p) for _, p in rows]))
    if not positives or not negatives:
        assert found is None
        return
    wins = sum((p > n) + (p == n) / 2 for p in positives for n in negatives)
    area = wins / (len(positives) * len(negatives))
    assert found == pytest.approx(area)
    around = metrics.auc_interval(area, len(positives), len(negatives))
    assert 0.0 <= around.low <= area <= around.high <= 1.0


@given(SCORED)
def test_average_precision_is_the_sum_over_thresholds(rows: list[tuple[float, bool]]) -> None:
    scores, positive = np.array([s for s, _ in rows]), np.array([p for _, p in rows], dtype=bool)
    found = metrics.average_precision(scores, positive)
    wanted = sum(p for _, p in rows)
    if not wanted or wanted == len(rows):
        assert found is None
        return
    total = before = 0.0
    for threshold in sorted({score for score, _ in rows}, reverse=True):
        flagged = [p for score, p in rows if score >= threshold]
        reached = sum(flagged) / wanted
        total += (reached - before) * sum(flagged) / len(flagged)
        before = reached
    assert found is not None
    assert found.value == pytest.approx(total)


def test_the_interval_of_an_area() -> None:
    around = metrics.auc_interval(0.9, 50, 50)
    # By hand: the error is 0.0430 at 0.815, and 1.96 times that is 0.084; 0.0236 at 0.946.
    assert around.low == pytest.approx(0.8154, abs=0.001)
    assert around.high == pytest.approx(0.9463, abs=0.001)
    perfect = metrics.auc_interval(1.0, 5, 5)
    assert perfect.high == 1.0
    assert 0.4 < perfect.low < 0.9
    wide, narrow = metrics.auc_interval(0.8, 10, 10), metrics.auc_interval(0.8, 1000, 1000)
    assert wide.high - wide.low > 5 * (narrow.high - narrow.low)
    mirrored = metrics.auc_interval(0.1, 50, 50)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((around.low, around.high))


def test_the_interval_of_an_area_covers() -> None:
    rng = np.random.default_rng(7)
    area = 0.7602  # of two normals one standard deviation apart
    covered = 0
    for _ in range(400):
        scores = np.concatenate([rng.normal(1.0, 1.0, 30), rng.normal(0.0, 1.0, 60)])
        found = auc(scores, np.repeat([1.0, 0.0], [30, 60]))
        assert found is not None
        around = metrics.auc_interval(found, 30, 60)
        covered += around.low <= area <= around.high
    assert 0.92 <= covered / 400 <= 0.98


def test_calibration_error_by_hand() -> None:
    scores = np.array([0.1, 0.1, 0.1, 0.1, 0.9, 0.9])
    truth = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 0.0])
    error, table = ece(scores, truth, bins=2)
    # (4 rows · |0.1 - 0.25| + 2 rows · |0.9 - 0.5|) / 6
    assert error == pytest.approx((4 * 0.15 + 2 * 0.4) / 6)
    assert table == [
        (pytest.approx(0.1), pytest.approx(0.25), 4),
        (pytest.approx(0.9), pytest.approx(0.5), 2),
    ]


def test_f1_interval_follows_its_share() -> None:
    share = metrics.wilson(6, 10)
    assert share is not None
    found = metrics.f1(Counts(6, 3, 1, 90))
    assert found == Figure(*(pytest.approx(2 * end / (1 + end)) for end in share))
