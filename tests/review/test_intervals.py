import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.review.intervals import Part, share_of, total_of, totals


def chance() -> np.random.Generator:
    return np.random.default_rng(7)


parts = st.integers(1, 400).flatmap(
    lambda population: st.integers(1, population).flatmap(
        lambda decided: st.builds(
            Part, st.just(population), st.just(decided), st.integers(0, decided)
        )
    )
)


@given(parts)
def test_totals_never_contradict_what_was_seen(part: Part) -> None:
    drawn = totals(part, chance(), 200)
    misses = part.decided - part.hits
    assert drawn.min() >= part.hits
    assert drawn.max() <= part.population - misses


def test_a_part_looked_at_whole_is_certain() -> None:
    assert set(totals(Part(50, 50, 7), chance())) == {7.0}
    figure = share_of([Part(50, 50, 7), Part(50, 50, 3)], chance())
    assert figure == (0.1, 0.1, 0.1)


def test_the_limits_of_one_part_are_mid_p() -> None:
    """3 of 20 of a population without end."""
    figure = share_of([Part(10**8, 20, 3)], chance())
    assert figure.value == pytest.approx(0.15)
    assert (figure.low, figure.high) == pytest.approx(mid_p(3, 20), abs=0.006)


def mid_p(hits: int, of: int) -> tuple[float, float]:
    from math import comb

    def below(share: float) -> float:
        terms = [comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(hits + 1)]
        return sum(terms[:-1]) + terms[-1] / 2

    def solve(goal: float) -> float:
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if below(middle) > goal else (low, middle)
        return low

    return solve(0.975), solve(0.025)


def test_nothing_found_in_a_part_is_neither_clean_nor_half_a_hit() -> None:
    drawn = totals(Part(10_000, 100, 0), chance())
    assert np.quantile(drawn, 0.025) == 0
    assert 200 < np.quantile(drawn, 0.975) < 400  # 3.0 in 100 at most, by mid-P
    assert (drawn == 0).mean() > 0.5


def test_parts_add_up() -> None:
    whole = total_of([Part(10, 10, 4), Part(20, 20, 5)], chance())
    assert set(whole) == {9.0}
    assert not total_of([], chance()).any()
