"""What every kind of behaviour rule sees, and how it says what it found."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Protocol

from moderator.behaviour import likeness
from moderator.behaviour.memory import MOST_OF_A_KEY, Mark, Memory
from moderator.behaviour.people import People
from moderator.behaviour.targets import targets
from moderator.records import Field, Finding, Message, Severity
from moderator.ruleset import BehaviourRule
from moderator.text import fold

NAME = "behaviour"

ABUSE = frozenset(
    ("toxicity", "severe_toxicity", "threat", "insult", "identity_attack", "sexual_explicit",
     "self_harm", "child_safety")
)  # fmt: skip
"""The categories of what is done to a person, as opposed to swearing, spam and addresses."""

LOOKED_AT = 1000
"""Code points of a payload in which names are looked for, and which are compared."""

SignsOf = Callable[[str], frozenset[tuple[str, str]]]


class Seen:
    """One message at its place in the session; what is costly is made when first asked for.

    `now` is the session's clock in seconds; `renamed` says that its sender had not been heard
    under this name.
    """

    def __init__(
        self,
        message: Message,
        findings: Sequence[Finding],
        now: float,
        people: People,
        renamed: bool,
        signs_of: SignsOf,
    ) -> None:
        self.message = message
        self.findings = findings
        self.now = now
        self.people = people
        self.renamed = renamed
        self._signs_of = signs_of

    @cached_property
    def folded(self) -> str:
        """The plain form of the payload, or of the beginning of a long one."""
        return fold(self.message.payload[:LOOKED_AT]).text

    @cached_property
    def words(self) -> list[str]:
        """The words of the payload, letters alone."""
        return likeness.words(self.folded)

    @cached_property
    def signature(self) -> str:
        """What the payload is compared by."""
        return likeness.signature(self.folded, self.words)

    @cached_property
    def is_abuse(self) -> bool:
        """Whether something that is done to a person was found in the payload."""
        return any(
            finding.category in ABUSE
            and finding.severity >= Severity.medium
            and finding.field == "payload"
            and finding.guard is None
            for finding in self.findings
        )

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """Whom the payload is aimed at, as far as that can be told."""
        return targets(self.folded, self.message.participant_id, self.now, self.people)

    @cached_property
    def signs(self) -> frozenset[tuple[str, str]]:
        """Rule id and name of every sign in the payload."""
        return self._signs_of(self.message.payload)

    def mark(self, key: str, note: str = "") -> Mark:
        """This message, to be remembered under `key`."""
        return Mark(self.now, key, self.message.id, self.message.participant_id, note)


class Kind(Protocol):
    """One behaviour rule. It holds no state: that is the session's, in a `Memory` of its own."""

    rule: BehaviourRule

    def see(self, seen: Seen, memory: Memory) -> Finding | None:
        """What this message completes, if it does. `memory` is already rid of what is too old."""


def found(
    rule: BehaviourRule, seen: Seen, marks: Iterable[Mark], field: Field = "payload"
) -> Finding:
    """The finding that `rule` makes of a message and the marks that belong to it.

    The span is the whole field. The version is filled in by the engine.
    """
    text = seen.message.payload if field == "payload" else seen.message.display_name
    ids = dict.fromkeys([*(mark.message for mark in marks), seen.message.id])
    return Finding(
        classifier=NAME,
        version="",
        rule=rule.id,
        label=None,
        category=rule.category,
        severity=rule.severity,
        score=1.0,
        threshold=1.0,
        field=field,
        span=(0, len(text)) if text else None,
        match=text,
        messages=tuple(ids)[-MOST_OF_A_KEY:],
    )
