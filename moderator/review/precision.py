"""How often flags are right, by reviewers' verdicts: together, by category, rule and model label.

A verdict is on a whole message. Each category, rule and label that asked for something to be done
with it gets that verdict, also where another finding alone would have been enough; so the
figures do not add up, and say of a rule how often messages that it finds are abusive. Wilson's
interval takes messages for independent: one person's copies of one message make it too narrow.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from moderator.evaluation.metrics import Figure, wilson
from moderator.review.outcomes import Outcome
from moderator.review.verdicts import RecordFacts

Kind = Literal["all", "category", "rule", "label"]
KINDS: tuple[Kind, ...] = ("all", "category", "rule", "label")


@dataclass(frozen=True, slots=True)
class Precision:
    """Verdicts on the flagged messages of one category, rule or label (`classifier: label`)."""

    kind: Kind
    name: str
    right: int
    wrong: int
    unsure: int

    @property
    def decided(self) -> int:
        return self.right + self.wrong

    @property
    def figure(self) -> Figure | None:
        """The share of right flags with its 95 % interval; None where nothing was decided."""
        return wilson(self.right, self.decided)


def precisions(outcomes: Iterable[Outcome]) -> list[Precision]:
    """All of them, most verdicts first within each kind; unflagged messages are left out."""
    counted: defaultdict[tuple[Kind, str], dict[bool | None, int]] = defaultdict(
        lambda: {True: 0, False: 0, None: 0}
    )
    for outcome in outcomes:
        if outcome.flagged:
            for key in set(_credited(outcome.facts)):
                counted[key][outcome.abusive] += 1
    found = [
        Precision(kind, name, right=by[True], wrong=by[False], unsure=by[None])
        for (kind, name), by in counted.items()
    ]
    return sorted(found, key=lambda one: (KINDS.index(one.kind), -one.decided, one.name))


def _credited(facts: RecordFacts) -> Iterator[tuple[Kind, str]]:
    yield "all", "all flags"
    for category in facts.categories:
        yield "category", category
    for finding in facts.findings:
        # Findings that a guard holds back, or whose category asked for nothing, did not flag it.
        if finding.guard is not None or finding.category not in facts.categories:
            continue
        if finding.rule is not None:
            yield "rule", finding.rule
        else:
            yield "label", f"{finding.classifier}: {finding.label}"
