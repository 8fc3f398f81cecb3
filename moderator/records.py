"""The values that flow through the pipeline; all frozen, all plain data.

Offsets in spans are Unicode code points of the original field, `[start, end)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

Field = Literal["payload", "displayName"]

TEXT_MESSAGE = "TEXT_MESSAGE"

CATEGORIES: tuple[str, ...] = (
    "toxicity",
    "severe_toxicity",
    "obscene",
    "threat",
    "insult",
    "identity_attack",
    "sexual_explicit",
    "self_harm",
    "spam",
    "contact",
    "child_safety",
)
"""What a finding can be about: Detoxify's seven labels and four of our own."""

CHILD_SAFETY = "child_safety"
"""The category in which all is critical, is escalated, and is never held back."""


class Severity(IntEnum):
    """How grave a finding is; ordered, so that `max` gives a message's severity."""

    low = 1
    medium = 2
    high = 3
    critical = 4


class Action(IntEnum):
    """What policy wants done; `record` keeps a finding without flagging the message."""

    record = 0
    review = 1
    hide = 2
    escalate = 3


@dataclass(frozen=True, slots=True)
class Message:
    """One row of a dump, as sent. `line` is where the row starts in the dump, from 1."""

    id: str
    participant_id: str
    session_id: str
    meeting_id: str
    display_name: str
    pinned: bool | None
    is_edited: bool | None
    payload_type: str
    payload: str
    created_at: str
    line: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read: where it starts, why, and what can be shown of it."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a classifier saw in one field of a message.

    Exactly one of `rule` and `label` is set: a rule's id, or a model's label. `score` and
    `threshold` are in 0..1 (a rule that matched scores 1 against a threshold of 1). `span` and
    `match` say where, for rules; `words` are what carried a model's score, gravest first.
    `guard` names what held the finding back; `messages` the ids that make it together.
    """

    classifier: str
    version: str
    rule: str | None
    label: str | None
    category: str
    severity: Severity
    score: float
    threshold: float
    field: Field = "payload"
    span: tuple[int, int] | None = None
    match: str | None = None
    words: tuple[str, ...] | None = None
    guard: str | None = None
    messages: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one classifier says of one text: findings by rules, probabilities by models.

    `scores` maps a model's label to a probability; policy turns it into findings. `cleared` says
    that faster models held the text for surely harmless, so that there are no scores.
    """

    findings: tuple[Finding, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    cleared: bool = False


@dataclass(frozen=True, slots=True)
class Unscored:
    """One classifier could not judge one text, and why (no chat text in the reason)."""

    classifier: str
    reason: str
