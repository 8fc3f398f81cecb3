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

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, takewhile
from statistics import NormalDist
from typing import Literal

import numpy as np

from moderator.config import CategoryPolicy, RuleSet
from moderator.evaluation.metrics import Figure, wilson
from moderator.records import Action, Severity
from moderator.review.intervals import TAIL, Part, share_of
from moderator.review.outcomes import Outcome
from moderator.review.recall import SEED, Sampled
from moderator.review.strata import category_of, highest

TRIES = 5
"""Thresholds that are looked at above the present one, or below."""

STEP = 0.0001
"""Between two thresholds; scores are written with four decimals."""

State = Literal["raise", "lower", "follow", "holds", "seems", "few", "unreached"]


@dataclass(frozen=True, slots=True)
class Advice:
    """What verdicts say of one threshold, and where it should lie; equal where nothing is proposed.

    `state`: raise, lower; follow (moved up to stay above a lower severity's); holds (`wanted` is
    reached for sure); seems (reached, but not for sure); few (fewer decided than `needed`);
    unreached (no threshold reaches it for sure). `precision` is that of flags from the present
    threshold upwards, `expected` that of flags kept by a raised one, or let in by a lowered one,
    with its bound.
    """

    category: str
    severity: Severity
    present: float
    proposed: float
    state: State
    decided: int
    needed: int
    precision: Figure | None = None
    expected: Figure | None = None


Verdicted = tuple[float, bool]
"""A score, and whether the message was abusive."""


def needed(wanted: float) -> int:
    """The fewest verdicts from which the lower bound of all being right can reach `wanted`."""
    return math.ceil(_Z * _Z * wanted / (1 - wanted))


def propose(
    outcomes: Sequence[Outcome],
    ruleset: RuleSet,
    wanted: float,
    samples: Sequence[Sequence[Sampled]] = (),
) -> list[Advice]:
    """What verdicts say of each flagging threshold of which there is any verdict."""
    scored = _scored(outcomes)
    below = _Below(outcomes, samples)
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


_Z = NormalDist().inv_cdf(1 - TAIL / TRIES)


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
    threshold = _rounded(lowest) if lowest is not None else 1.0
    if not present < threshold < 1:
        return replace(known, state="unreached")
    kept = [abusive for score, abusive in above if score >= threshold]
    return replace(
        known, state="raise", proposed=threshold, expected=wilson(sum(kept), len(kept), _Z)
    )


def _sure(above: Sequence[Verdicted], fewest: int, wanted: float) -> float | None:
    """The lowest score from which on the lower bound reaches `wanted`; of descending scores."""

    def holds(count: int) -> bool:
        bound = wilson(right[count - 1], count, _Z)
        return bound is not None and bound.low >= wanted

    right = list(accumulate(abusive for _, abusive in above))
    most = len(above)
    # A threshold keeps all messages of its score.
    ends = [at for at in range(1, most + 1) if at == most or above[at][0] < above[at - 1][0]]
    tries = [next(end for end in ends if end >= count) for count in _counts(fewest, most)]
    best = max(filter(holds, tries), default=None)
    if best is None:
        return None
    further = takewhile(holds, (end for end in ends if end > best))
    return above[max(further, default=best) - 1][0]


def _counts(fewest: int, most: int) -> list[int]:
    """How many of the highest scores each try keeps, rising, all fewer than `most`."""
    steps = np.linspace(fewest, most, TRIES + 1)[:-1]
    return sorted({int(step) for step in steps})


def _rounded(threshold: float) -> float:
    return min(round(math.ceil(round(threshold / STEP, 6)) * STEP, 4), 1.0)


class _Below:
    """The verdicts on unflagged messages that were drawn, by their score in a category."""

    def __init__(self, outcomes: Iterable[Outcome], samples: Iterable[Sequence[Sampled]]) -> None:
        verdicts = {one.record_id: one.abusive for one in outcomes}
        self._drawn = [
            (highest(one.scores), abusive, one)
            for sample in samples
            for one in sample
            if (abusive := verdicts.get(one.record_id)) is not None
        ]

    def lowered(
        self, category: str, severity: Severity, policy: CategoryPolicy, wanted: float
    ) -> Advice | None:
        """The finding for a lower threshold of the severity; None where there is no ground."""
        present = policy.thresholds[severity]
        lower = [limit for each, limit in policy.thresholds.items() if each < severity]
        floor = max(lower, default=0.0)
        rows = sorted(
            (
                (scores[category], abusive, one)
                for scores, abusive, one in self._drawn
                if floor < scores.get(category, 0.0) < present
            ),
            key=lambda row: -row[0],
        )
        fewest = needed(wanted)
        found = None
        for count in _counts(fewest, len(rows) + 1):
            if count > len(rows):
                break
            threshold = rows[count - 1][0]
            let_in = [(abusive, one) for score, abusive, one in rows if score >= threshold]
            figure = share_of(_parts(let_in), np.random.default_rng(SEED), TAIL / TRIES)
            if figure.low >= wanted and _rounded(threshold) < present:
                found = Advice(
                    category, severity, present, _rounded(threshold), "lower", len(let_in),
                    fewest, expected=figure,
                )  # fmt: skip
        return found


def _parts(drawn: Iterable[tuple[bool, Sampled]]) -> list[Part]:
    """What is drawn stands for its weight, stratum by stratum."""
    strata: defaultdict[str, list[tuple[bool, Sampled]]] = defaultdict(list)
    for abusive, one in drawn:
        strata[one.stratum].append((abusive, one))
    return [
        Part(
            max(round(sum(one.weight for _, one in members)), len(members)),
            len(members),
            sum(abusive for abusive, _ in members),
        )
        for members in strata.values()
    ]


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


def by_category(advice: Iterable[Advice]) -> Mapping[str, list[Advice]]:
    """The proposed changes, category by category."""
    found: defaultdict[str, list[Advice]] = defaultdict(list)
    for one in advice:
        if one.proposed != one.present:
            found[one.category].append(one)
    return found
