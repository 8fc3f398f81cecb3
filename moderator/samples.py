"""Runs the samples of a rules file: what each part says of them has to be so.

A rule has to match its hits and none of its misses. A guard has to hold a finding in each of its
hits and none in its misses. A behaviour rule has to find its scripts, and not the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from moderator.behaviour.engine import Behaviour
from moderator.behaviour.scripts import run_script
from moderator.classifiers.rules import RulesClassifier
from moderator.config import BehaviourRule, Guard, Rule, RuleSet
from moderator.guarding import Guarding
from moderator.pipeline import Pipeline
from moderator.policy import Policy
from moderator.records import Assessment, Finding
from moderator.scoring import messages_of


@dataclass(frozen=True, slots=True)
class SampleFailure:
    """A sample on which a part of the file does not do what it says; no chat text in `problem`."""

    part: Rule | Guard | BehaviourRule
    sample: str
    problem: str


def run_samples(ruleset: RuleSet) -> list[SampleFailure]:
    """Every failing sample of rules, guards and behaviour rules, in the file's order."""
    classifier = RulesClassifier(ruleset)
    return [
        *_of_rules(ruleset, classifier),
        *_of_guards(ruleset, classifier),
        *_of_behaviour(ruleset, classifier),
    ]


def count_samples(ruleset: RuleSet) -> int:
    """How many samples there are."""
    parts: tuple[Rule | Guard | BehaviourRule, ...] = (
        *ruleset.rules,
        *ruleset.guards,
        *ruleset.behaviour,
    )
    return sum(len(part.hits) + len(part.misses) for part in parts)


def _of_rules(ruleset: RuleSet, classifier: RulesClassifier) -> Iterator[SampleFailure]:
    samples = [(rule, *sample) for rule in ruleset.rules for sample in _samples(rule)]
    results = classifier.classify([text for _, text, _ in samples])
    for (rule, text, wanted), result in zip(samples, results, strict=True):
        found = _names(result.findings) if isinstance(result, Assessment) else []
        if (rule.id in found) != wanted:
            others = f"; it matches {', '.join(found)}" if wanted and found else ""
            yield SampleFailure(rule, text, _problem(wanted) + others)


def _of_guards(ruleset: RuleSet, classifier: RulesClassifier) -> Iterator[SampleFailure]:
    policy = Policy(ruleset)
    guarding = Guarding(ruleset, policy)
    pipeline = Pipeline([classifier], policy, guarding=guarding, context=0, words=False)
    samples = [(guard, *sample) for guard in ruleset.guards for sample in _samples(guard)]
    judged = pipeline.moderate(messages_of(text for _, text, _ in samples))
    for (guard, text, wanted), one in zip(samples, judged, strict=True):
        found = ", ".join(_names(one.findings))
        held = any(finding.guard == guard.id for finding in one.findings)
        if not found:
            yield SampleFailure(guard, text, "shows nothing, since no rule finds anything in it")
        elif held != wanted:
            problem = (
                "is not held back, and should be" if wanted else "is held back, and should not be"
            )
            yield SampleFailure(guard, text, f"{problem}; it matches {found}")


def _of_behaviour(ruleset: RuleSet, classifier: RulesClassifier) -> Iterator[SampleFailure]:
    behaviour = Behaviour(ruleset, classifier)
    for rule in ruleset.behaviour:
        for script, wanted in [*((s, True) for s in rule.hits), *((s, False) for s in rule.misses)]:
            found = _names(run_script(behaviour, classifier, script))
            if (rule.id in found) != wanted:
                yield SampleFailure(rule, " / ".join(script), _problem(wanted))


def _samples(part: Rule | Guard) -> list[tuple[str, bool]]:
    return [*((text, True) for text in part.hits), *((text, False) for text in part.misses)]


def _problem(wanted: bool) -> str:
    return "does not match, and should" if wanted else "matches, and should not"


def _names(findings: Sequence[Finding]) -> list[str]:
    return list(dict.fromkeys(finding.rule for finding in findings if finding.rule is not None))
