"""The word list of Debian: of 100,000 English words, those alone are found that a rule lists.

Findings that are only recorded count, too; what is flagged has its table in tests/rules.
"""

from collections.abc import Iterator

import pytest

from evasion.judged import findings
from evasion.misspelling import WORD_LIST
from moderator.config import RuleSet, load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not WORD_LIST.exists(), reason=f"{WORD_LIST} is missing: install Debian's package wamerican"
    ),
]


def listed(ruleset: RuleSet) -> frozenset[str]:
    """Every word that a rule writes down, and so means to catch, small letters."""
    return frozenset(_written(ruleset))


def _written(ruleset: RuleSet) -> Iterator[str]:
    for rule in ruleset.rules:
        yield from (term.lower() for term in rule.terms)
        for pattern in rule.tokens:
            for token in pattern:
                value = token.get("LOWER")
                if isinstance(value, str):
                    yield value
                elif isinstance(value, dict):
                    yield from value.get("IN", ())


def test_no_word_is_found_but_what_a_rule_lists() -> None:
    ruleset = load()
    words = WORD_LIST.read_text("utf-8").split()
    assert len(words) >= 100_000
    meant = listed(ruleset)
    found = {
        word: [finding.rule for finding in one]
        for word, one in zip(words, findings(ruleset, words), strict=True)
        if one and word.lower().removesuffix("'s") not in meant
    }
    assert not found
