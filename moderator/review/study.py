"""All that `moderator calibrate` learns from verdicts, gathered; pure data for the screen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from moderator.config import RuleSet
from moderator.errors import ConfigError, OutputError
from moderator.files import WrittenAside
from moderator.review.advice import Advice, by_category
from moderator.review.effects import Effect, on_records, on_scores
from moderator.review.fragment import FIRST_LINE, fragment
from moderator.review.outcomes import Outcome, read
from moderator.review.precision import Precision, precisions
from moderator.review.recall import Recall, read_sample, recall
from moderator.review.sample import score_lines
from moderator.review.thresholds import changed, propose
from moderator.review.verdicts import BrokenLine

TOGETHER = "all together"


@dataclass(frozen=True, slots=True)
class Study:
    """Precision, recall where a sample was given, and advice on thresholds with its effects.

    `effects` are by category, and of all changes together. `disputed` counts records on which
    reviewers do not agree.
    """

    ruleset: RuleSet
    wanted: float
    flagged: int
    sampled: int
    decided: int
    unsure: int
    disputed: int
    precisions: Sequence[Precision]
    advice: Sequence[Advice]
    effects: dict[str, Effect] = field(default_factory=dict)
    recall: Recall | None = None
    broken: Sequence[BrokenLine] = ()

    def fragment(self) -> str | None:
        """The piece of a rules file that makes the proposed changes; None where there is none."""
        if not by_category(self.advice):
            return None
        return fragment(
            self.advice, self.ruleset, wanted=self.wanted, verdicts=self.decided,
            effects=self.effects,
        )  # fmt: skip


def study(
    verdicts: Path,
    ruleset: RuleSet,
    *,
    wanted: float,
    samples: Sequence[Path] = (),
    scores: Sequence[Path] = (),
) -> Study:
    """Reads a ledger or verdicts, and samples and scores where there are any; `SourceError`."""
    outcomes, broken = read(verdicts)
    drawn = [read_sample(path) for path in samples]
    advice = propose(outcomes, ruleset, wanted, drawn)
    decided = [one for one in outcomes if one.abusive is not None]
    return Study(
        ruleset=ruleset,
        wanted=wanted,
        flagged=sum(one.flagged for one in outcomes),
        sampled=sum(not one.flagged for one in outcomes),
        decided=len(decided),
        unsure=len(outcomes) - len(decided),
        disputed=sum(_disputed(one) for one in outcomes),
        precisions=precisions(outcomes),
        advice=advice,
        effects=_effects(advice, outcomes, ruleset, scores),
        recall=recall(outcomes, drawn) if drawn else None,
        broken=broken,
    )


def write_fragment(text: str, path: Path) -> None:
    """Writes the fragment; `ConfigError` where `path` is a file that is no earlier fragment."""
    if path.exists() and path.is_file():
        try:
            with path.open("rb") as file:
                ours = file.read(len(FIRST_LINE)) == FIRST_LINE.encode()
        except OSError as error:
            raise OutputError(f"{path} cannot be read: {error.strerror}.") from error
        if not ours:
            raise ConfigError(f"{path} is no earlier proposal, and is not replaced; name another.")
    with WrittenAside(path) as out:
        out.write(text.encode())


def _disputed(outcome: Outcome) -> bool:
    return len({one.verdict for one in outcome.verdicts} - {"unsure"}) > 1


def _effects(
    advice: Sequence[Advice],
    outcomes: Sequence[Outcome],
    ruleset: RuleSet,
    scores: Sequence[Path],
) -> dict[str, Effect]:
    changes = {category: changed(ruleset, own) for category, own in by_category(advice).items()}
    if not changes:
        return {}
    changes[TOGETHER] = changed(ruleset, advice)
    if scores:
        return on_scores(chain.from_iterable(map(score_lines, scores)), ruleset, changes)
    return {
        name: on_records(outcomes, ruleset.categories, after) for name, after in changes.items()
    }
