"""Runs the samples that every rule carries: its hits have to match, its misses must not."""

from dataclasses import dataclass

from moderator.classifiers.rules import RulesClassifier
from moderator.config import Rule, RuleSet
from moderator.records import Assessment


@dataclass(frozen=True, slots=True)
class SampleFailure:
    """A sample on which its rule does not do what the rules file says."""

    rule: Rule
    sample: str
    should_match: bool


def run_samples(ruleset: RuleSet) -> list[SampleFailure]:
    """Every failing sample of every rule, in the file's order."""
    samples = [
        (rule, sample, should_match)
        for rule in ruleset.rules
        for should_match, texts in ((True, rule.hits), (False, rule.misses))
        for sample in texts
    ]
    results = RulesClassifier(ruleset).classify([sample for _, sample, _ in samples])
    return [
        SampleFailure(rule, sample, should_match)
        for (rule, sample, should_match), result in zip(samples, results, strict=True)
        if _matches(rule, result) != should_match
    ]


def _matches(rule: Rule, result: object) -> bool:
    return isinstance(result, Assessment) and any(
        finding.rule == rule.id for finding in result.findings
    )
