"""Calibration and thresholds on numbers whose answer is known."""

import numpy as np

from moderator.training import calibrate, diagram, metrics
from moderator.training.labels import LABELS, Row, vector


def test_platt_finds_the_line_that_made_the_labels() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, 20_000)
    labels = (rng.random(20_000) < 1 / (1 + np.exp(-(0.5 * logits - 1)))).astype(float)
    slope, offset = calibrate.platt(logits, labels)
    assert abs(slope - 0.5) < 0.05
    assert abs(offset + 1) < 0.05


def test_folding_equals_scaling_the_logits() -> None:
    rng = np.random.default_rng(2)
    weight, bias, x = rng.normal(size=(9, 4)), rng.normal(size=9), rng.normal(size=(5, 4))
    new_weight, new_bias = calibrate.folded(weight, bias, {2: (0.5, 1.0)})
    wanted = x @ weight.T + bias
    wanted[:, 2] = 0.5 * wanted[:, 2] + 1.0
    assert np.allclose(x @ new_weight.T + new_bias, wanted)


def test_a_label_with_few_positives_is_left_alone() -> None:
    rng = np.random.default_rng(3)
    wanted = np.full((400, len(LABELS)), -1.0)
    wanted[:, 0] = rng.random(400) < 0.5
    wanted[:, 1] = 0
    wanted[:5, 1] = 1
    logits = rng.normal(size=wanted.shape) + 2 * wanted
    assert set(calibrate.fit(logits, wanted, np.ones(400, dtype=bool))) == {0}


def test_thresholds_keep_the_budget_together_and_the_floor() -> None:
    rng = np.random.default_rng(4)
    clean = rng.beta(1, 12, size=(5000, len(LABELS)))
    clean[:3, 0] = 0.99
    toxic = rng.beta(12, 2, size=(300, len(LABELS)))
    limits = calibrate.thresholds(clean, toxic)
    assert metrics.flags_per_thousand(clean, limits) <= calibrate.BUDGET
    assert all(limit >= calibrate.FLOOR for limit in limits.values())
    assert all(round(limit, 4) == limit for limit in limits.values())


def test_a_clean_row_that_one_label_flags_costs_the_others_nothing() -> None:
    clean = np.full((1000, len(LABELS)), 0.1)
    clean[0] = 0.95
    clean[1, 0] = 0.9
    toxic = np.full((50, len(LABELS)), 0.1)
    toxic[:30, 0] = 0.93
    toxic[30:, 4] = 0.7
    limits = calibrate.thresholds(clean, toxic)
    assert 0.9 < limits[0] <= 0.93
    assert limits[4] == calibrate.FLOOR
    assert metrics.flags_per_thousand(clean, limits) == 1.0
    assert metrics.flags_per_thousand(toxic, limits) == 1000.0


def test_halves_are_stable_and_even() -> None:
    rows = [Row(str(i), "s", vector({})) for i in range(2000)]
    half = calibrate.fitting_half(rows)
    assert 900 < half.sum() < 1100
    assert (half == calibrate.fitting_half(rows)).all()


def test_auc_by_hand() -> None:
    scores = np.array([0.1, 0.4, 0.4, 0.9, 0.7])
    assert metrics.auc(scores, np.array([0, 0, 1, 1, -1.0])) == 0.875
    assert metrics.auc(scores, np.array([0, 0, 0, 0, 0.0])) is None


def test_calibration_error_by_hand() -> None:
    scores = np.array([0.05, 0.05, 0.95, 0.95])
    error, bins = metrics.ece(scores, np.array([0.0, 0, 1, 0]), bins=10)
    assert abs(error - (0.5 * 0.05 + 0.5 * 0.45)) < 1e-9
    assert [rows for _, _, rows in bins] == [2, 2]


def test_the_diagram_names_its_lines() -> None:
    entry = {"ece": 0.01, "bins": [(0.1, 0.12, 5), (0.9, 0.8, 4)]}
    text = diagram.reliability({"toxicity": entry, "toxicity, under 20 characters": entry})
    assert text.startswith("<svg")
    assert text.count("<circle") == 4
