"""Thresholds at which flags are right as often as is wanted, proposed from verdicts.

A category's thresholds apply to all models, so what counts is the highest score that any of them
gave a message there. For each severity that flags, with `wanted` the precision asked for:

- A threshold is raised only where the share of right flags, from it upwards, lies below `wanted`,
  and only to where the lower confidence bound reaches it: that the present one misses may be
  chance, and so may be that a higher one does not, but only the second would be promised.
- It is lowered only by a sample of unflagged messages, since verdicts on flags say nothing of
  what lies below, and only if what it would let in is itself right as often as is wanted, again
  by the lower bound. Otherwise good flags would pay for bad ones.
- The best of several tries looks better than it is, so that the bounds share the 2.5 % among few
  tries (Bonferroni). From a try that holds, further scores are let in one by one until the first
  at which the bound fails, which costs nothing more (a fixed sequence of tests).

Verdicts are on whole messages, also on what was flagged for more than one reason.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, takewhile

from moderator.config import CategoryPolicy, RuleSet
from moderator.evaluation.metrics import wilson
from moderator.records import Action, Severity
from moderator.review.advice import STEP, Advice, Z, counts, needed, rounded
from moderator.review.below import Below
from moderator.review.outcomes import Outcome
from moderator.review.recall import Sampled
from moderator.review.strata import category_of

Verdicted = tuple[float, bool]
"""A score, and whether the message was abusive."""


def propose(
    outcomes: Sequence[Outcome],
    ruleset: RuleSet,
    wanted: float,
    samples: Sequence[Sequence[Sampled]] = (),
) -> list[Advice]:
    """What verdicts say of each flagging threshold of which there is any verdict."""
    scored = _scored(outcomes)
    below = Below(outcomes, samples)
    found = []
    for category, policy in ruleset.categories.items():
        flagging = [one for one in sorted(policy.thresholds) if policy.actions[one] > Action.record]
        rows = scored.get(category, [])
        advice = [_raised(category, one, policy, rows, wanted) for one in flagging if rows]
        if flagging and (not rows or advice[0].state in {"holds", "seems", "few"}):
            lowered = below.lowered(category, flagging[0], policy, wanted)
            if lowered is not None:
                advice[:1] = [lowered]
        found += _rising(advice, policy)
    return found


def changed(ruleset: RuleSet, advice: Iterable[Advice]) -> dict[str, CategoryPolicy]:
    """The policies of all categories, with the proposed thresholds in them."""
    policies = dict(ruleset.categories)
    for one in advice:
        policy = policies[one.category]
        thresholds = {**policy.thresholds, one.severity: one.proposed}
        policies[one.category] = replace(policy, thresholds=thresholds)
    return policies


def _scored(outcomes: Iterable[Outcome]) -> dict[str, list[Verdicted]]:
    """Decided flags by category: the highest score there, by the latest version of each model."""
    versions: dict[str, tuple[str, str]] = {}
    for outcome in outcomes:
        at = outcome.verdicts[-1].at
        for finding in outcome.facts.findings:
            seen = versions.get(finding.classifier, ("", ""))
            versions[finding.classifier] = max(seen, (at, finding.version))
    found: defaultdict[str, list[Verdicted]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.abusive is None or not outcome.flagged:
            continue
        best: dict[str, float] = {}
        for finding in outcome.facts.findings:
            current = finding.version == versions[finding.classifier][1]
            if finding.label is not None and finding.guard is None and current:
                category = category_of(finding.label)
                best[category] = max(finding.score, best.get(category, 0.0))
        for category, score in best.items():
            found[category].append((score, outcome.abusive))
    return found


def _raised(
    category: str,
    severity: Severity,
    policy: CategoryPolicy,
    rows: Sequence[Verdicted],
    wanted: float,
) -> Advice:
    present = policy.thresholds[severity]
    above = sorted((row for row in rows if row[0] >= present), reverse=True)
    right = sum(abusive for _, abusive in above)
    figure = wilson(right, len(above))
    fewest = needed(wanted)
    known = Advice(
        category, severity, present, present, "few", len(above), fewest, precision=figure
    )
    if figure is None or len(above) < fewest:
        return known
    if figure.low >= wanted:
        return replace(known, state="holds")
    if figure.value >= wanted:
        return replace(known, state="seems")
    lowest = _sure(above, fewest, wanted)
    threshold = rounded(lowest) if lowest is not None else 1.0
    if not present < threshold < 1:
        return replace(known, state="unreached")
    kept = [abusive for score, abusive in above if score >= threshold]
    return replace(
        known, state="raise", proposed=threshold, expected=wilson(sum(kept), len(kept), Z)
    )


def _sure(above: Sequence[Verdicted], fewest: int, wanted: float) -> float | None:
    """The lowest score from which on the lower bound reaches `wanted`; of descending scores."""

    def holds(count: int) -> bool:
        bound = wilson(right[count - 1], count, Z)
        return bound is not None and bound.low >= wanted

    right = list(accumulate(abusive for _, abusive in above))
    most = len(above)
    # A threshold keeps all messages of its score.
    ends = [at for at in range(1, most + 1) if at == most or above[at][0] < above[at - 1][0]]
    tries = [next(end for end in ends if end >= count) for count in counts(fewest, most)]
    best = max(filter(holds, tries), default=None)
    if best is None:
        return None
    further = takewhile(holds, (end for end in ends if end > best))
    return above[max(further, default=best) - 1][0]


def _rising(advice: Sequence[Advice], policy: CategoryPolicy) -> list[Advice]:
    """The same with every threshold above that of the severity below, or none changed at all."""
    risen: list[Advice] = []
    for one in advice:
        least = round(risen[-1].proposed + STEP, 4) if risen else 0.0
        if one.proposed < least:
            one = replace(one, proposed=least, state="follow", expected=None)
        risen.append(one)
    whole = {**policy.thresholds, **{one.severity: one.proposed for one in risen}}
    ordered = [whole[severity] for severity in sorted(whole)]
    if ordered == sorted(set(ordered)) and all(threshold <= 1 for threshold in ordered):
        return risen
    return [_unchanged(one) for one in advice]


def _unchanged(one: Advice) -> Advice:
    if one.proposed == one.present:
        return one
    return replace(one, proposed=one.present, state="unreached")
