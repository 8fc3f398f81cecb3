"""Small things that many tests need: messages, and rule sets from a few lines of YAML."""

import tempfile
from pathlib import Path

from moderator.config import RuleSet, load
from moderator.records import CATEGORIES, TEXT_MESSAGE, Message

HEAD = "version: 1\ncategories:\n" + "".join(
    f"  {name}: {{thresholds: {{medium: 0.6, high: 0.9}}, "
    "actions: {low: record, medium: review, high: hide, critical: escalate}}\n"
    for name in CATEGORIES
)


def message(payload: str, number: int = 1, who: str = "p1", name: str = "Ann") -> Message:
    """A text message with everything else filled in."""
    return Message(
        id=f"m{number}",
        participant_id=who,
        session_id="s1",
        meeting_id="r1",
        display_name=name,
        pinned=False,
        is_edited=False,
        payload_type=TEXT_MESSAGE,
        payload=payload,
        created_at="2026-06-10T10:00:00.000Z",
        line=number + 1,
    )


def ruleset(body: str) -> RuleSet:
    """The rule set of the default test categories and `body` (keys allow and rules)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rules.yaml"
        path.write_text(HEAD + body, encoding="utf-8")
        return load(path)


def rule(kind: str, body: str, extra: str = "") -> RuleSet:
    """The rule set of one rule, `body` being its terms or patterns in YAML."""
    key = "terms" if kind == "terms" else "patterns"
    return ruleset(
        f"rules:\n  - id: test.rule\n    kind: {kind}\n    category: insult\n"
        f"    severity: medium\n    {key}: {body}\n    hits: [x]\n    misses: [x]\n{extra}"
    )
