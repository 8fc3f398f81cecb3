"""What every kind of behaviour rule sees, and how it says what it found."""

from collections.abc import Callable, Iterable, Sequence
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
"""Code points of a payload in which names are looked for."""

Sign = tuple[str, str]
"""The id of a behaviour rule and the name of one of its signs."""

SignsOf = Callable[[str], frozenset[Sign]]


class Seen:
    """One message at its place in the session; what is costly is made when first asked for.

    `now` is the session's clock in seconds; `renamed` says that its sender had not been heard
    under this name. `folded` is the plain form of the payload.
    """

    __slots__ = (
        "_signature", "_signs", "_signs_of", "_targets", "_words",
        "findings", "folded", "is_abuse", "message", "now", "people", "renamed",
    )  # fmt: skip

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
        self.folded = fold(message.payload).text
        self.is_abuse = bool(findings) and any(map(_is_abuse, findings))
        self._signs_of = signs_of
        self._words: list[str] | None = None
        self._signature: str | None = None
        self._targets: tuple[str, ...] | None = None
        self._signs: frozenset[Sign] | None = None

    @property
    def words(self) -> list[str]:
        """The words of the payload, letters alone."""
        if self._words is None:
            self._words = likeness.words(self.folded)
        return self._words

    @property
    def signature(self) -> str:
        """What the payload is compared by."""
        if self._signature is None:
            self._signature = likeness.signature(self.folded, self.words)
        return self._signature

    @property
    def targets(self) -> tuple[str, ...]:
        """Whom the payload is aimed at, as far as that can be told."""
        if self._targets is None:
            who = self.message.participant_id
            self._targets = targets(self.folded[:LOOKED_AT], who, self.now, self.people)
        return self._targets

    @property
    def signs(self) -> frozenset[Sign]:
        """The signs in the payload."""
        if self._signs is None:
            self._signs = self._signs_of(self.folded)
        return self._signs

    def mark(self, key: str, note: str = "") -> Mark:
        """This message, to be remembered under `key`."""
        return Mark(self.now, key, self.message.id, self.message.participant_id, note)


def _is_abuse(finding: Finding) -> bool:
    return (
        finding.category in ABUSE
        and finding.severity >= Severity.medium
        and finding.field == "payload"
        and finding.guard is None
    )


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
