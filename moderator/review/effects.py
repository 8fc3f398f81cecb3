"""What other thresholds would have flagged more or less, without judging anything again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from moderator.config import CategoryPolicy, RuleSet
from moderator.records import Action, Severity
from moderator.review.outcomes import Outcome
from moderator.review.strata import category_of, highest
from moderator.review.verdicts import RecordFacts

Policies = Mapping[str, CategoryPolicy]


@dataclass(frozen=True, slots=True)
class Effect:
    """Messages flagged no longer, and how many of those are known to be abusive or not; newly
    flagged ones (None where only flagged messages are known); and all that were looked at.
    """

    messages: int
    fewer: int
    abusive: int = 0
    harmless: int = 0
    more: int | None = None


def on_records(outcomes: Iterable[Outcome], before: Policies, after: Policies) -> Effect:
    """The effect on the flagged messages of which there are verdicts."""
    flags = [one for one in outcomes if one.flagged and _flags(one.facts, before)]
    lost = [one for one in flags if not _flags(one.facts, after)]
    return Effect(
        len(flags),
        len(lost),
        abusive=sum(one.abusive is True for one in lost),
        harmless=sum(one.abusive is False for one in lost),
    )


def on_scores(
    lines: Iterable[Mapping[str, Any]], ruleset: RuleSet, changes: Mapping[str, Policies]
) -> dict[str, Effect]:
    """The effect of each change on all messages that `scan --scores` listed, in one reading.

    Flagged messages that models alone do not explain, or that a rule explains as well, stay
    flagged; what a guard would hold back among the new ones is not known here.
    """
    rules = _acting_rules(ruleset)
    messages, fewer, more = 0, dict.fromkeys(changes, 0), dict.fromkeys(changes, 0)
    for line in lines:
        messages += 1
        scores = highest(line["scores"])
        was = _reaches(scores, ruleset.categories)
        for name, after in changes.items():
            now = _reaches(scores, after)
            if line["flagged"]:
                fewer[name] += was and not now and not rules.intersection(line["rules"])
            else:
                more[name] += now and not was
    return {name: Effect(messages, fewer[name], more=more[name]) for name in changes}


def _acting_rules(ruleset: RuleSet) -> set[str]:
    found = [(rule.id, rule.category, rule.severity) for rule in ruleset.rules]
    found += [(rule.id, rule.category, rule.severity) for rule in ruleset.behaviour]
    return {
        name
        for name, category, severity in found
        if ruleset.categories[category].actions[severity] > Action.record
    }


def _reaches(scores: Mapping[str, float], policies: Policies) -> bool:
    return any(_acts(category, score, policies) for category, score in scores.items())


def _acts(category: str, score: float, policies: Policies) -> bool:
    policy = policies[category]
    reached = [one for one, threshold in policy.thresholds.items() if score >= threshold]
    return bool(reached) and policy.actions[max(reached)] > Action.record


def _flags(facts: RecordFacts, policies: Policies) -> bool:
    return any(
        policies[finding.category].actions[Severity[finding.severity]] > Action.record
        if finding.label is None
        else _acts(category_of(finding.label), finding.score, policies)
        for finding in facts.findings
        if finding.guard is None
    )
