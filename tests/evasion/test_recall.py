"""How many disguised terms the default rules find, with spans that cover the disguise exactly."""

from collections.abc import Sequence

import pytest

from evasion.cases import Case, by_trick, cases, plain, terms
from evasion.judged import exact, findings
from evasion.misspelling import WORD_LIST
from evasion.tricks import TRICKS
from moderator.config import load

EACH, OVERALL = 0.98, 0.99
SHOWN = 20

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not WORD_LIST.exists(), reason=f"{WORD_LIST} is missing: install Debian's package wamerican"
    ),
]

Missed = dict[str, tuple[int, list[Case]]]


@pytest.fixture(scope="module")
def missed() -> Missed:
    """Of each evasion, the number of cases and those that were not found exactly."""
    ruleset = load()
    every = list(cases(terms(ruleset), TRICKS))
    found = list(findings(ruleset, [case.text for case in every]))
    return {
        name: (len(places), [every[one] for one in places if not exact(every[one], found[one])])
        for name, places in by_trick(every).items()
    }


def test_plain_terms_are_all_found() -> None:
    ruleset = load()
    written = plain(terms(ruleset))
    found = findings(ruleset, [case.text for case in written])
    assert not _shown(
        [one for one, seen in zip(written, found, strict=True) if not exact(one, seen)]
    )


@pytest.mark.parametrize("name", TRICKS)
def test_of_each_evasion_98_in_100_are_found_exactly(name: str, missed: Missed) -> None:
    number, lost = missed[name]
    assert 1 - len(lost) / number >= EACH, _shown(lost)


def test_of_all_99_in_100_are_found_exactly(missed: Missed) -> None:
    number = sum(number for number, _ in missed.values())
    lost = [case for _, cases in missed.values() for case in cases]
    assert 1 - len(lost) / number >= OVERALL, _shown(lost)


def _shown(lost: Sequence[Case]) -> list[str]:
    step = max(1, len(lost) // SHOWN)
    return [f"{case.term.word}: {case.variant!a}" for case in lost[::step]]
