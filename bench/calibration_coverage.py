"""Do the 95 % intervals of `moderator calibrate` hold: simulated reviewers, known truth.

    python bench/calibration_coverage.py [--simulations 1000] [--seed 1]

Each simulation makes messages whose truth is known, has them reviewed (some verdicts are unsure,
some messages have two reviewers), and asks the code behind `calibrate` for precision and recall.
An interval holds where the truth lies in it. Four tables: Wilson's interval exactly, at every
number of verdicts and precision; precision through simulated reviewers; recall through simulated
samples and reviewers, drawn as `moderator sample` draws; and how often flags above a raised
threshold are in truth right as often as was wanted. With 1,000 simulations a coverage of 95 % is
known to within 1.4 points.
"""

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from moderator.config import CategoryPolicy, RuleSet
from moderator.evaluation.metrics import wilson
from moderator.records import Action, Severity
from moderator.review.outcomes import settled
from moderator.review.precision import precisions
from moderator.review.recall import Sampled, recall
from moderator.review.records import record_id_of
from moderator.review.strata import allocate
from moderator.review.thresholds import propose
from moderator.review.verdicts import FindingFacts, RecordFacts, Verdict
from moderator.training.metrics import Array

LOW, HIGH = 0.93, 0.97
UNSURE = 0.1
"""The share of messages of which a reviewer is unsure, whatever the truth."""

SECOND = 0.2
"""The share of messages that a second reviewer saw as well."""

VERDICTS = (30, 50, 100, 200, 500, 1000, 2000)
PRECISIONS = (0.6, 0.7, 0.8, 0.9, 0.95, 0.98)


def flagged(score: float) -> RecordFacts:
    """How a message that a model flagged with this score was judged."""
    finding = FindingFacts(
        "m", "1", None, "insult", "insult", "medium", score, 0.6, "payload", None
    )
    return RecordFacts("medium", "review", ("insult",), (finding,))


FLAGGED = flagged(0.9)
UNFLAGGED = RecordFacts(None, None, (), ())


@dataclass(frozen=True)
class Situation:
    """Sessions to sample: flags, their precision, how many were reviewed, what was missed.

    `strata` maps a stratum to (messages, share of them that are abusive); `sample` is -n.
    """

    name: str
    flagged: int
    precision: float
    reviewed: int
    sample: int
    strata: dict[str, tuple[int, float]]


SITUATIONS = (
    Situation("one evening", 100, 0.85, 100, 200,
              {"held": (20, 0.2), "near": (60, 0.2), "middle": (400, 0.01), "far": (9_000, 5e-4)}),
    Situation("half reviewed", 200, 0.8, 100, 300,
              {"held": (30, 0.1), "near": (150, 0.15), "middle": (900, 0.02),
               "far": (9_000, 1e-3)}),
    Situation("nothing far", 150, 0.9, 150, 200,
              {"near": (80, 0.25), "middle": (600, 0.02), "far": (5_000, 0.0)}),
    Situation("nearly all found", 300, 0.95, 300, 600,
              {"near": (60, 0.15), "middle": (300, 0.01), "far": (8_000, 2e-4)}),
    Situation("half found", 120, 0.7, 90, 500,
              {"held": (50, 0.3), "near": (200, 0.2), "middle": (800, 0.03), "far": (4_000, 2e-3)}),
    Situation("a large month", 1_000, 0.9, 600, 1_000,
              {"held": (200, 0.1), "near": (600, 0.15), "middle": (5_000, 0.01),
               "far": (90_000, 2e-4)}),
    Situation("a large sample", 1_000, 0.9, 1_000, 5_000,
              {"held": (200, 0.1), "near": (600, 0.15), "middle": (5_000, 0.01),
               "far": (90_000, 2e-4)}),
    Situation("rules alone", 200, 0.98, 200, 400,
              {"held": (40, 0.1), "unscored": (6_000, 0.008)}),
)  # fmt: skip


def reviewed(
    chance: np.random.Generator, truths: Sequence[bool], facts: RecordFacts, prefix: str
) -> Iterator[Verdict]:
    """Verdicts on messages of known truth, by reviewers who are right or unsure."""
    for number, truth in enumerate(truths):
        for reviewer in ("a", "b") if chance.random() < SECOND else ("a",):
            said = "unsure" if chance.random() < UNSURE else "abusive" if truth else "not_abusive"
            yield verdict(f"{prefix}{number}", reviewer, said, facts)


def verdict(message: str, reviewer: str, said: str, facts: RecordFacts) -> Verdict:
    """One verdict, everything else filled in."""
    return Verdict(
        record_id_of("s", message, "p", ""), "0" * 64, None, "s", message, "p", None, "",
        reviewer, said, None, None, "2026-06-10T10:00:00.000Z", facts,
    )  # fmt: skip


def exact(verdicts: int, precision: float) -> float:
    """How often Wilson's interval holds at exactly so many decided verdicts."""
    total = 0.0
    for right in range(verdicts + 1):
        figure = wilson(right, verdicts)
        assert figure is not None
        if figure.low <= precision <= figure.high:
            ways = math.lgamma(verdicts + 1) - math.lgamma(right + 1)
            ways -= math.lgamma(verdicts - right + 1)
            odds = right * math.log(precision) + (verdicts - right) * math.log1p(-precision)
            total += math.exp(ways + odds)
    return total


def precision_holds(chance: np.random.Generator, verdicts: int, precision: float) -> bool:
    """One simulation: whether the interval of all flags' precision holds."""
    truths = chance.random(verdicts) < precision
    (found, *_) = precisions(settled(reviewed(chance, truths.tolist(), FLAGGED, "f")))
    figure = found.figure
    assert figure is not None
    return figure.low <= precision <= figure.high


@dataclass(frozen=True)
class Trial:
    """One simulated recall: the truth, and the interval said of it."""

    truth: float
    value: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        return self.low <= self.truth <= self.high


def recall_trial(chance: np.random.Generator, situation: Situation) -> Trial | None:
    """One simulation of a situation; None where nothing abusive was found to speak of."""
    flagged = chance.random(situation.flagged) < situation.precision
    seen = chance.permutation(flagged)[: situation.reviewed]
    verdicts = list(reviewed(chance, seen.tolist(), FLAGGED, "f"))
    drawn = allocate({name: size for name, (size, _) in situation.strata.items()}, situation.sample)
    sample: list[Sampled] = []
    missed = 0
    for name, (size, share) in situation.strata.items():
        abusive = chance.random(size) < share
        missed += int(abusive.sum())
        truths = chance.permutation(abusive)[: drawn[name]].tolist()
        verdicts += reviewed(chance, truths, UNFLAGGED, name)
        sample += [
            Sampled(
                record_id_of("s", f"{name}{number}", "p", ""), "s", name, size / drawn[name],
                size, situation.flagged, {},
            )
            for number in range(drawn[name])
        ]  # fmt: skip
    figure = recall(settled(verdicts), [sample]).figure
    if figure is None:
        return None
    hits = int(flagged.sum())
    return Trial(hits / (hits + missed), figure.value, figure.low, figure.high)


@dataclass(frozen=True)
class Category:
    """Flags of one category, scores even from 0.6 to 1: half are right at `middle`."""

    name: str
    middle: float
    slope: float

    def right(self, scores: Array) -> Array:
        """How often a flag of this score is right."""
        return np.asarray(1 / (1 + np.exp((self.middle - scores) * self.slope)))

    def above(self, threshold: float) -> float:
        """The true share of right flags from a threshold upwards."""
        return float(self.right(np.linspace(threshold, 1, 2_000)).mean())


CATEGORIES = (
    Category("much too low", 0.7, 15),
    Category("a little too low", 0.6, 8),
    Category("a sharp edge", 0.75, 25),
    Category("no score is enough", 0.5, 3),
)
POLICY = CategoryPolicy({Severity.medium: 0.6}, dict.fromkeys(Severity, Action.review))
RULES = RuleSet("default", "", {"insult": POLICY}, (), ())
WANTED = 0.9


def promise(chance: np.random.Generator, category: Category, verdicts: int) -> bool | None:
    """One simulation: whether a raised threshold keeps its promise; None if there is none."""
    scores = np.round(chance.uniform(0.6, 1, verdicts), 4)
    said = chance.random(verdicts) < category.right(scores)
    outcomes = settled(
        verdict(f"m{number}", "a", "abusive" if abusive else "not_abusive", flagged(float(score)))
        for number, (score, abusive) in enumerate(zip(scores, said, strict=True))
    )
    (advice,) = propose(outcomes, RULES, WANTED)
    return category.above(advice.proposed) >= WANTED if advice.state == "raise" else None


def share(holds: Sequence[bool]) -> str:
    """How often an interval held."""
    return share_of(sum(holds) / len(holds))


def show_exact() -> None:
    """Wilson's interval, no simulation: at single cells it cannot hold in just 95 %."""
    print("Wilson's interval, exactly, at this many decided verdicts; * outside 93 to 97 %")
    print(f"{'precision':>12}" + "".join(f"{number:>8,}" for number in VERDICTS))
    for precision in PRECISIONS:
        cells = (exact(number, precision) for number in VERDICTS)
        print(f"{precision:>12.2f}" + "".join(f"{share_of(cell):>8}" for cell in cells))
    print("  mean over precisions from 0.60 to 0.98 in steps of 0.001")
    grid = np.arange(0.6, 0.9801, 0.001)
    means = [float(np.mean([exact(n, float(p)) for p in grid])) for n in VERDICTS[:5]]
    print(f"{'':>12}" + "".join(f"{share_of(mean):>8}" for mean in means))


def share_of(value: float) -> str:
    """A coverage in %, marked where it is not within 93 to 97 %."""
    return f"{100 * value:.1f}{' ' if LOW <= value <= HIGH else '*'}"


def main() -> None:
    """All three tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    show_exact()
    chance = np.random.default_rng(options.seed)
    show_precision(chance, options.simulations)
    show_recall(chance, options.simulations)
    show_promises(chance, options.simulations // 4)


def show_precision(chance: np.random.Generator, simulations: int) -> None:
    """Precision through simulated reviewers."""
    runs = range(simulations)
    print()
    print(f"Precision, {len(runs):,} simulations a cell, by verdicts given (about 9 % unsure)")
    print(f"{'precision':>12}" + "".join(f"{number:>8,}" for number in VERDICTS))
    for precision in PRECISIONS:
        cells = (
            share([precision_holds(chance, number, precision) for _ in runs]) for number in VERDICTS
        )
        print(f"{precision:>12.2f}" + "".join(f"{cell:>8}" for cell in cells), flush=True)


def show_recall(chance: np.random.Generator, simulations: int) -> None:
    """Recall through simulated samples and reviewers."""
    runs = range(simulations)
    print()
    print(f"Recall, {len(runs):,} simulations a situation")
    heads = ("holds %", "too low", "too high", "recall", "said", "from", "to")
    print(f"{'':20}" + "".join(f"{head:>10}" for head in heads))
    for situation in SITUATIONS:
        trials = [trial for _ in runs if (trial := recall_trial(chance, situation)) is not None]
        holds = share([trial.holds for trial in trials])
        low = 100 * float(np.mean([trial.high < trial.truth for trial in trials]))
        high = 100 * float(np.mean([trial.low > trial.truth for trial in trials]))
        means = np.mean([(one.truth, one.value, one.low, one.high) for one in trials], axis=0)
        print(
            f"{situation.name:20}{holds:>10}{low:>10.1f}{high:>10.1f}"
            + "".join(f"{mean:>10.3f}" for mean in means),
            flush=True,
        )


def show_promises(chance: np.random.Generator, simulations: int) -> None:
    """How often a raised threshold is as good as it was said to be."""
    print()
    print(
        f"Thresholds raised for {100 * WANTED:g} % right flags, {simulations:,} simulations a "
        "cell: promises kept of promises made, in %"
    )
    columns = (100, 200, 400, 1000)
    print(f"{'verdicts':20}{'true now':>10}" + "".join(f"{number:>16,}" for number in columns))
    for category in CATEGORIES:
        cells = []
        for number in columns:
            tried = [promise(chance, category, number) for _ in range(simulations)]
            made = [kept for kept in tried if kept is not None]
            kept = f"{100 * sum(made) / len(made):.1f}" if made else "–"
            cells.append(f"{kept} of {100 * len(made) / simulations:.0f}")
        print(
            f"{category.name:20}{category.above(0.6):>10.3f}"
            + "".join(f"{cell:>16}" for cell in cells),
            flush=True,
        )


if __name__ == "__main__":
    main()
