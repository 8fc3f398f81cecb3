"""The same messages under two rule sets at once; what a model says of them is asked once.

Used by `scan --shadow`, where a candidate judges beside the live rules, and by `rules diff`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import tee
from typing import Any

from moderator.api import build
from moderator.classifiers.base import Classifier
from moderator.classifiers.remembering import remembering
from moderator.config import RuleSet
from moderator.output import Json, flagged_record, verdict_fields
from moderator.pipeline import Judged, Pipeline
from moderator.records import Message


class Change(StrEnum):
    """How a verdict differs: newly flagged, no longer flagged, flagged otherwise, or neither
    flagged and another severity recorded.
    """

    added = "added"
    dropped = "dropped"
    regraded = "regraded"
    recorded = "recorded"


def pair(
    live: RuleSet,
    candidate: RuleSet,
    models: Sequence[Classifier],
    *,
    context: int = 2,
    words: bool = True,
    exhaustive: bool = True,
) -> tuple[Pipeline, Pipeline]:
    """A pipeline for each, over the same models; `words` are looked for by the first alone."""
    built = [remembering(model) for model in models]
    return (
        build(live, built, context=context, words=words, exhaustive=exhaustive),
        build(candidate, built, context=context, words=False, exhaustive=exhaustive),
    )


Judges = Callable[[Iterable[Message]], Iterable[Judged]]
"""`Pipeline.moderate`, or `Run.judged`."""


def judged_twice(
    messages: Iterable[Message], live: Judges, candidate: Judges
) -> Iterator[tuple[Judged, Judged]]:
    """Each message as both judge it, in order; a few batches are held at a time."""
    one, other = tee(messages)
    yield from zip(live(one), candidate(other), strict=True)


def change(old: Judged, new: Judged) -> Change | None:
    """How the verdict differs in flagged, severity or action; None where it does not."""
    before, after = old.verdict, new.verdict
    if before.flagged != after.flagged:
        return Change.added if after.flagged else Change.dropped
    if (before.severity, before.action) == (after.severity, after.action):
        return None
    return Change.regraded if after.flagged else Change.recorded


def sources(judged: Judged) -> list[str]:
    """The rules, and the models' labels, that found something no guard holds back."""
    names = (
        finding.rule or f"{finding.classifier}:{finding.label}"
        for finding in judged.findings
        if finding.guard is None
    )
    return list(dict.fromkeys(names))


def shadow_record(live: Judged, candidate: Judged) -> Json:
    """What the candidate makes of a message, in the form of a flagged record, and two fields more.

    `change` is how its verdict differs from the live one, or null; `live` is the live verdict,
    with the rules and labels that it rests on.
    """
    kind = change(live, candidate)
    return {
        **flagged_record(candidate),
        "change": kind.value if kind is not None else None,
        "live": {
            **verdict_fields(live.verdict),
            "categories": live.verdict.categories,
            "sources": sources(live),
        },
    }


@dataclass(slots=True)
class Changes:
    """How many verdicts differ, of how many; by how they do."""

    judged: int = 0
    flagged: int = 0
    kinds: Counter[Change] = field(default_factory=Counter)

    def add(self, old: Judged, new: Judged) -> Change | None:
        """Counts one message; tells how its verdict differs."""
        self.judged += 1
        self.flagged += new.verdict.flagged
        kind = change(old, new)
        if kind is not None:
            self.kinds[kind] += 1
        return kind

    def state(self) -> dict[str, Any]:
        """All that was counted, as data that JSON can hold."""
        return {"judged": self.judged, "flagged": self.flagged, "kinds": self.counts()}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> "Changes":
        """What `state` was said of."""
        kinds = Counter({Change(name): count for name, count in state["kinds"].items()})
        return cls(state["judged"], state["flagged"], kinds)

    def counts(self) -> dict[str, int]:
        """Each kind of change with its number, those that are 0 too."""
        return {kind.value: self.kinds[kind] for kind in Change}
