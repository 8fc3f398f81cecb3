"""Every sample of the default rules is a test, and a failing sample is found."""

import pytest
from making import ruleset

from moderator.classifiers.rules import RulesClassifier
from moderator.config import Rule, load
from moderator.records import Assessment
from moderator.samples import run_samples

DEFAULT = load()
CLASSIFIER = RulesClassifier(DEFAULT)


def matches(rule: Rule, text: str) -> bool:
    (result,) = CLASSIFIER.classify([text])
    assert isinstance(result, Assessment)
    return any(finding.rule == rule.id for finding in result.findings)


@pytest.mark.parametrize("rule", DEFAULT.rules, ids=[rule.id for rule in DEFAULT.rules])
def test_default_rule_does_what_its_samples_say(rule: Rule) -> None:
    assert [sample for sample in rule.hits if not matches(rule, sample)] == []
    assert [sample for sample in rule.misses if matches(rule, sample)] == []


def test_wrong_samples_are_named() -> None:
    wrong = ruleset(
        "rules:\n  - {id: a, kind: terms, category: insult, severity: low, terms: [oaf], "
        "hits: [you oaf, you oar], misses: [an oaf]}\n"
    )
    found = [(failure.sample, failure.should_match) for failure in run_samples(wrong)]
    assert found == [("you oar", True), ("an oaf", False)]
