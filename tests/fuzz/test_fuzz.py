"""A slice of the fuzzing campaign, and proof that it would notice what it looks for.

The campaign itself is `python bench/fuzz.py`: a million inputs, and atheris beside it.
"""

import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz import campaign, every
from fuzz.mutate import COMMON, LONGEST, VALUES, mutated
from fuzz.target import Target

TARGETS = every.TARGETS
SLICE = 6_000
"""Inputs of all targets together, a seeded part of those that the campaign tries."""


@pytest.mark.parametrize("name", TARGETS)
def test_seeded_inputs_keep_every_property(name: str) -> None:
    shares = sum(target.share for target in TARGETS.values())
    count = max(20, SLICE * TARGETS[name].share // shares)
    outcome = campaign.here(name, 1, range(count))
    assert outcome.inputs == count
    assert not outcome.failures


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes_keep_every_property(name: str) -> None:
    target = TARGETS[name]
    pieces = st.one_of(
        st.sampled_from([*target.seeds, *target.words, *COMMON, *VALUES]),
        st.binary(max_size=40),
        st.text(max_size=40).map(lambda text: text.encode()),
    )

    @settings(max_examples=12 if name in ("page", "csv, md, json") else 60, database=None)
    @given(st.lists(pieces, max_size=6).map(b"".join))
    def holds(data: bytes) -> None:
        target.check(data[:LONGEST])

    holds()


def test_the_same_number_makes_the_same_input() -> None:
    target = TARGETS["dump reader"]
    made = [mutated(target, 1, number) for number in range(200)]
    assert made == [mutated(target, 1, number) for number in range(200)]
    assert len(set(made)) > 150
    assert made != [mutated(target, 2, number) for number in range(200)]


def fails(data: bytes) -> None:
    assert b"\xff" not in data


def crashes(data: bytes) -> None:
    if data:
        {}[data]


def dawdles(data: bytes) -> None:
    end = time.process_time() + 0.05
    while data and time.process_time() < end:
        pass


@pytest.fixture
def faulty() -> Iterator[None]:
    """Three targets that do not hold."""
    broken = [
        Target("fails", fails, (b"", b"x")),
        Target("crashes", crashes, (b"", b"x")),
        Target("dawdles", dawdles, (b"", b"x"), seconds=0.02),
    ]
    TARGETS.update({target.name: target for target in broken})
    yield
    for target in broken:
        del TARGETS[target.name]


@pytest.mark.usefixtures("faulty")
@pytest.mark.parametrize(
    ("name", "what"), [("fails", "AssertionError"), ("crashes", "KeyError"), ("dawdles", "took")]
)
def test_what_fails_is_found_and_found_again(name: str, what: str) -> None:
    first, second = (campaign.here(name, 1, range(400)).failures for _ in range(2))
    assert len(first) == 5
    assert all(what in one.what for one in first)
    if name != "dawdles":
        assert first == second
