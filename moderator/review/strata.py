"""Unflagged messages by how near their scores came to a flag, and how many to draw of each.

A sample of all of them alike would be nearly all harmless. Those near a threshold are drawn more
often than the rest, and each record says for how many it stands.
"""

import math
from collections.abc import Mapping
from typing import Any

from moderator.config import RuleSet
from moderator.records import CATEGORIES, Action

STRATA: Mapping[str, float] = {
    "held": 0.1,
    "near": 0.1,
    "middle": 0.02,
    "unscored": 0.01,
    "far": 0.002,
}
"""The strata, and a guess at the share of abusive messages in each, which guides the drawing.

held: a rule matched, or a threshold was reached, yet nothing was flagged. near, middle, far: the
highest score is at least a half, at least a tenth, or less, of what would have flagged it.
unscored: no model judged it. A wrong guess costs precision, not truth: weights make up for it.
"""

NEAR, MIDDLE = 0.5, 0.1
FEWEST = 10
"""Drawn of each stratum at least, where it holds so many."""


def flagging_thresholds(ruleset: RuleSet) -> dict[str, float]:
    """The score from which on a category flags; without those that flag nothing."""
    return {
        name: min(flagging)
        for name, policy in ruleset.categories.items()
        if (
            flagging := [
                threshold
                for severity, threshold in policy.thresholds.items()
                if policy.actions[severity] > Action.record
            ]
        )
    }


def category_of(label: str) -> str:
    """The category that judges a model's label, as policy has it."""
    return label if label in CATEGORIES else "toxicity"


def highest(scores: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The highest score of any model by category; a label that is none of ours is `toxicity`."""
    found: dict[str, float] = {}
    for labels in scores.values():
        for label, score in labels.items():
            category = category_of(label)
            found[category] = max(score, found.get(category, 0.0))
    return found


def stratum(record: Mapping[str, Any], thresholds: Mapping[str, float]) -> str:
    """The stratum of an unflagged message, from its line of scores."""
    reached = max(
        (
            score / max(thresholds[category], 1e-9)
            for category, score in highest(record["scores"]).items()
            if category in thresholds
        ),
        default=0.0,
    )
    if record["rules"] or reached >= 1:
        return "held"
    if not record["scores"]:
        return "unscored"
    if reached >= NEAR:
        return "near"
    return "middle" if reached >= MIDDLE else "far"


def allocate(populations: Mapping[str, int], wanted: int) -> dict[str, int]:
    """How many to draw of each stratum, `wanted` together, or fewer where there are fewer.

    Neyman's allocation, in proportion to size times the guessed standard deviation, once each
    has its `FEWEST`. Source: Neyman, On the two different aspects of the representative method,
    1934.
    """
    left = min(wanted, sum(populations.values()))
    drawn = dict.fromkeys(populations, 0)
    for name in sorted(populations, key=list(STRATA).index):
        drawn[name] = min(populations[name], FEWEST, left)
        left -= drawn[name]
    while left:
        open_ = [name for name in populations if drawn[name] < populations[name]]
        # The one that is furthest behind its share gets the next.
        behind = max(open_, key=lambda name: _worth(name, populations[name]) / (drawn[name] + 1))
        drawn[behind] += 1
        left -= 1
    return drawn


def _worth(name: str, population: int) -> float:
    guess = STRATA[name]
    return population * math.sqrt(guess * (1 - guess))
