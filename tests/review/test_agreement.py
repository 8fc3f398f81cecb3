"""Cohen's kappa, against worked figures and its own bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review.lines import verdict

from moderator.review.agreement import agreement, agreements, disputed
from moderator.review.verdicts import VERDICTS

YES, NO, UNSURE = VERDICTS
PAIR = ("Ann", "Bob")


def test_a_worked_example() -> None:
    """20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: 0.7 observed, 0.5 by chance, kappa 0.4."""
    both = [(YES, YES)] * 20 + [(YES, NO)] * 5 + [(NO, YES)] * 10 + [(NO, NO)] * 15
    found = agreement(PAIR, both)
    assert found.records == 50
    assert found.observed == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)
    assert found.interval == pytest.approx((0.1459, 0.6541), abs=1e-4)
    assert found.counts == ((20, 5, 0), (10, 15, 0), (0, 0, 0))
    assert not found.few


@pytest.mark.parametrize(
    ("both", "kappa"),
    [
        ([(YES, YES), (NO, NO), (UNSURE, UNSURE)], 1.0),
        ([(YES, NO), (NO, YES)], -1.0),
        ([(YES, YES), (YES, NO), (NO, YES), (NO, NO)], 0.0),
        ([(YES, YES)] * 9, None),
        ([(YES, NO)] * 9, 0.0),
    ],
)
def test_extremes(both: list[tuple[str, str]], kappa: float | None) -> None:
    found = agreement(PAIR, both)
    assert found.kappa == (None if kappa is None else pytest.approx(kappa))
    assert found.few


@given(st.lists(st.tuples(st.sampled_from(VERDICTS), st.sampled_from(VERDICTS)), min_size=1))
def test_bounds_and_symmetry(both: list[tuple[str, str]]) -> None:
    found = agreement(PAIR, both)
    turned = agreement(PAIR, [(other, one) for one, other in both])
    assert found.records == len(both)
    if found.kappa is None:
        assert found.observed == 1
        return
    assert turned.kappa == pytest.approx(found.kappa)
    low, high = found.interval or (0, 0)
    assert -1 <= low <= found.kappa + 1e-9
    assert found.kappa - 1e-9 <= high <= 1


def test_pairs_are_of_those_who_judged_the_same() -> None:
    given = [
        verdict(1), verdict(1, reviewer="Bob"), verdict(2), verdict(3, reviewer="Cy"),
        verdict(1, reviewer="Cy", verdict=NO),
    ]  # fmt: skip
    found = {one.reviewers: (one.records, one.observed) for one in agreements(given)}
    assert found == {("Ann", "Bob"): (1, 1), ("Ann", "Cy"): (1, 0), ("Bob", "Cy"): (1, 0)}
    assert disputed(given) == {given[0].record_id}
    assert disputed([verdict(1), verdict(1, reviewer="Bob", verdict=UNSURE)]) == frozenset()
