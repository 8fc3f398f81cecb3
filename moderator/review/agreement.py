"""How far reviewers agree beyond chance: Cohen's kappa, for every pair who judged the same records.

Kappa is `(observed - expected) / (1 - expected)`, expected being what two people with these habits
would agree on by chance (Cohen 1960, doi:10.1177/001316446002000104). Its interval takes the
large-sample standard error, and is rough where records are few.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

from moderator.review.verdicts import VERDICTS, Verdict

FEW = 30
"""Records in common below which kappa says little."""

_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers on the records that both judged.

    `counts` has, for each verdict of the first, how often the second gave which, in the order of
    `VERDICTS`. `kappa` is in -1..1, None where both gave one and the same verdict throughout.
    """

    reviewers: tuple[str, str]
    counts: tuple[tuple[int, ...], ...]
    observed: float
    kappa: float | None
    interval: tuple[float, float] | None

    @property
    def records(self) -> int:
        """How many records both judged."""
        return sum(map(sum, self.counts))

    @property
    def few(self) -> bool:
        """Whether that is too little to rely on."""
        return self.records < FEW


def agreements(verdicts: Iterable[Verdict]) -> list[Agreement]:
    """Every pair of reviewers with records in common; `verdicts` are those that stand."""
    by_reviewer: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for one in verdicts:
        by_reviewer[one.reviewer][one.record_id] = one.verdict
    found = []
    for pair in combinations(sorted(by_reviewer), 2):
        first, second = (by_reviewer[name] for name in pair)
        both = [(first[record], second[record]) for record in first.keys() & second.keys()]
        if both:
            found.append(agreement(pair, both))
    return found


def agreement(reviewers: tuple[str, str], both: Sequence[tuple[str, str]]) -> Agreement:
    """Kappa of at least one pair of verdicts, each the two reviewers' on one record."""
    pairs = Counter(both)
    counts = tuple(tuple(pairs[one, other] for other in VERDICTS) for one in VERDICTS)
    total = len(both)
    observed = sum(counts[index][index] for index in range(len(VERDICTS))) / total
    columns = zip(*counts, strict=True)
    shares = [(sum(row), sum(column)) for row, column in zip(counts, columns, strict=True)]
    expected = sum(row * column for row, column in shares) / total**2
    if expected == 1:
        return Agreement(reviewers, counts, observed, None, None)
    kappa = (observed - expected) / (1 - expected)
    reach = _Z * sqrt(observed * (1 - observed) / total) / (1 - expected)
    return Agreement(
        reviewers, counts, observed, kappa, (max(-1.0, kappa - reach), min(1.0, kappa + reach))
    )


def disputed(verdicts: Iterable[Verdict]) -> frozenset[str]:
    """The ids of records on which one reviewer says abusive and another does not."""
    said: defaultdict[str, set[str]] = defaultdict(set)
    for one in verdicts:
        said[one.record_id].add(one.verdict)
    return frozenset(record for record, all_ in said.items() if {"abusive", "not_abusive"} <= all_)
