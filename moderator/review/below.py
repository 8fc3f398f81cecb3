"""Lower thresholds, by the verdicts on a sample of messages that were not flagged."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from moderator.config import CategoryPolicy
from moderator.records import Severity
from moderator.review.advice import TRIES, Advice, counts, needed, rounded
from moderator.review.intervals import TAIL, Part, share_of
from moderator.review.outcomes import Outcome
from moderator.review.recall import SEED, Sampled
from moderator.review.strata import highest


class Below:
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
        """The advice for a lower threshold of the severity; None where there is no ground."""
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
        for count in counts(fewest, len(rows) + 1):
            if count > len(rows):
                break
            threshold = rows[count - 1][0]
            let_in = [(abusive, one) for score, abusive, one in rows if score >= threshold]
            figure = share_of(_parts(let_in), np.random.default_rng(SEED), TAIL / TRIES)
            if figure.low >= wanted and rounded(threshold) < present:
                found = Advice(
                    category, severity, present, rounded(threshold), "lower", len(let_in),
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
