"""Long text goes unread nowhere, and runs have the shape that each text alone asks for."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.classifiers import batching
from moderator.classifiers.windows import highest, slices, spans


@given(st.integers(0, 3000), st.integers(1, 100), st.integers(0, 99))
def test_every_item_is_in_a_window_and_neighbours_overlap(count: int, size: int, lap: int) -> None:
    lap = min(lap, size - 1)
    found = spans(count, size, lap)
    assert found[0][0] == 0
    assert found[-1][1] == count
    assert all(0 <= end - start <= size for start, end in found)
    for (_, end), (start, _) in pairwise(found):
        assert end - start >= lap
    if count > size:
        assert all(end - start == size for start, end in found)


def test_an_overlap_as_large_as_a_window_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        spans(10, 4, 4)


def count_by_fours(words: list[str]) -> list[int]:
    return [-(-len(word) // 4) for word in words]


@given(st.text(alphabet="ab \n\t", max_size=400), st.integers(4, 20))
def test_slices_hold_every_word_in_order(text: str, size: int) -> None:
    parts = slices(text, size, size // 4, count_by_fours)
    assert all(sum(count_by_fours(part.split())) <= size + size // 4 for part in parts)
    assert all(part in text for part in parts)
    joined = "".join(parts)
    assert all(joined.count(letter) >= text.count(letter) for letter in "ab")


def test_a_phrase_on_an_edge_stands_whole_in_one_slice() -> None:
    words = [f"w{n}" for n in range(50)]
    parts = slices(" ".join(words), 10, 4, lambda batch: [1] * len(batch))
    for first, second in pairwise(words):
        assert any(f"{first} {second}" in part for part in parts)


def test_a_word_without_end_is_cut() -> None:
    parts = slices("x" * 1000, 40, 10, lambda batch: [len(word) for word in batch])
    assert all(len(part) <= 40 for part in parts)
    assert parts[-1].endswith("x")


@given(st.lists(st.integers(1, 120), max_size=200))
def test_runs_hold_each_index_once_at_its_own_width(lengths: list[int]) -> None:
    seen: list[int] = []
    for width, indices in batching.runs(lengths):
        assert 0 < len(indices) <= batching.rows(width)
        assert all(width - batching.MULTIPLE < max(lengths[i], 1) <= width for i in indices)
        seen += indices
    assert sorted(seen) == list(range(len(lengths)))


@pytest.mark.parametrize(
    ("text", "clean"),
    [("plain", "plain"), ("\ud83d\ude00", "😀"), ("a\ud83db", "a\ufffdb"), ("😀", "😀")],
)
def test_lone_surrogates_are_replaced(text: str, clean: str) -> None:
    assert batching.well_formed(text) == clean


def test_a_score_that_is_no_number_is_not_hidden() -> None:
    assert highest(0.2, 0.3) == highest(0.3, 0.2) == 0.3
    assert math.isnan(highest(math.nan, 0.3))
    assert math.isnan(highest(0.3, math.nan))
