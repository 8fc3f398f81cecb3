"""What the rules find in many texts, and whether a disguise was found exactly."""

from collections.abc import Iterator, Sequence

from evasion.cases import Case
from moderator.classifiers.rules import RulesClassifier
from moderator.config import RuleSet
from moderator.records import Assessment, Finding

BATCH = 256


def findings(ruleset: RuleSet, texts: Sequence[str]) -> Iterator[tuple[Finding, ...]]:
    """The findings of each text, in order, by the whole rule set."""
    classifier = RulesClassifier(ruleset)
    for start in range(0, len(texts), BATCH):
        for result in classifier.classify(texts[start : start + BATCH]):
            assert isinstance(result, Assessment)
            yield result.findings


def exact(case: Case, found: Sequence[Finding]) -> bool:
    """Whether a finding covers the disguised term and nothing else."""
    return any(
        finding.span == (case.start, case.end) and finding.match == case.variant
        for finding in found
    )
