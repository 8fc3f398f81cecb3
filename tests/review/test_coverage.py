"""A seeded slice of bench/calibration_coverage.py: intervals hold about as often as they say."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCH = Path(__file__).parents[2] / "bench" / "calibration_coverage.py"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("calibration_coverage", BENCH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_wilson_holds_exactly_as_published(bench: ModuleType) -> None:
    """Brown, Cai and DasGupta (2001): its mean coverage is close to 95 % from small n on."""
    for verdicts in (30, 100, 200):
        mean = np.mean([bench.exact(verdicts, share) for share in np.arange(0.6, 0.981, 0.005)])
        assert 0.945 < mean < 0.96


@pytest.mark.slow
@pytest.mark.parametrize(("verdicts", "precision"), [(100, 0.8), (200, 0.9), (500, 0.7)])
def test_precision_holds(bench: ModuleType, verdicts: int, precision: float) -> None:
    chance = np.random.default_rng(11)
    holds = [bench.precision_holds(chance, verdicts, precision) for _ in range(500)]
    assert 0.925 < np.mean(holds) < 0.975  # 95 % give or take 2.5 standard errors


@pytest.mark.slow
@pytest.mark.parametrize("name", ["one evening", "nothing far", "half found", "rules alone"])
def test_recall_holds(bench: ModuleType, name: str) -> None:
    chance = np.random.default_rng(12)
    (situation,) = (one for one in bench.SITUATIONS if one.name == name)
    trials = [bench.recall_trial(chance, situation) for _ in range(250)]
    holds = [trial.holds for trial in trials if trial is not None]
    assert len(holds) == 250
    assert 0.915 < np.mean(holds) < 0.985
    off = np.mean([trial.value - trial.truth for trial in trials if trial is not None])
    assert abs(off) < 0.05  # the estimate itself leans little


@pytest.mark.slow
def test_a_raised_threshold_keeps_its_promise(bench: ModuleType) -> None:
    chance = np.random.default_rng(13)
    promises = [bench.promise(chance, bench.CATEGORIES[0], 400) for _ in range(60)]
    made = [kept for kept in promises if kept is not None]
    assert len(made) > 20
    assert np.mean(made) > 0.95
