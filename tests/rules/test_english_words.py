"""The words of an English dictionary that the default flags are those of the table, each justified.

A line of the table is a word, the rule that flags it, and the reason.
"""

from pathlib import Path

import pytest
from evasion.judged import findings
from evasion.misspelling import WORD_LIST

from moderator.config import load
from moderator.records import Action

TABLE = Path(__file__).parent / "english_words.txt"


def table() -> dict[str, tuple[str, str]]:
    lines = [line.split(" | ") for line in TABLE.read_text("utf-8").splitlines() if line[0] != "#"]
    return {word: (rule, reason) for word, rule, reason in lines}


def flagged(words: list[str]) -> dict[str, set[str]]:
    """The rules that ask for more than a record, by word; possessives are their word."""
    ruleset = load()
    found: dict[str, set[str]] = {}
    for word, one in zip(words, findings(ruleset, words), strict=True):
        for finding in one:
            actions = ruleset.categories[finding.category].actions
            if actions[finding.severity] is not Action.record:
                found.setdefault(word.lower().removesuffix("'s"), set()).add(str(finding.rule))
    return found


def test_every_word_of_the_table_is_flagged_by_its_rule() -> None:
    found = flagged(list(table()))
    assert {word: rule for word, (rule, _) in table().items() if rule not in found[word]} == {}
    assert all(reason.strip() for _, reason in table().values())


@pytest.mark.slow
@pytest.mark.skipif(not WORD_LIST.exists(), reason=f"{WORD_LIST} is missing: install wamerican")
def test_no_other_word_is_flagged() -> None:
    words = WORD_LIST.read_text("utf-8").split()
    assert len(words) >= 100_000
    assert set(flagged(words)) - set(table()) == set()
