"""Verdicts for tests: made up of a few words, everything else filled in."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

from moderator.records import Action, Severity
from moderator.review.outcomes import Outcome, settled
from moderator.review.records import record_id_of
from moderator.review.verdicts import FindingFacts, RecordFacts, Verdict, to_line

UNFLAGGED = RecordFacts(None, None, (), ())
WHEN = "2026-06-10T10:00:00Z"


def found(category: str = "insult", **changes: Any) -> FindingFacts:
    """A rule's finding; keywords change any field."""
    fields: dict[str, Any] = {
        "classifier": "rules", "version": "1", "rule": "insult.suck", "label": None,
        "category": category, "severity": "medium", "score": 1.0, "threshold": 1.0,
        "field": "payload", "guard": None,
    }  # fmt: skip
    return FindingFacts(**{**fields, **changes})


def scored(score: float, label: str = "insult", **changes: Any) -> FindingFacts:
    """A model's finding."""
    fields: dict[str, Any] = {
        "classifier": "m", "rule": None, "label": label, "score": score, "threshold": 0.6,
    }  # fmt: skip
    return found(**{"category": label, **fields, **changes})


def facts(*findings: FindingFacts) -> RecordFacts:
    """How a record with these findings was judged."""
    gravest = max(Severity[one.severity] for one in findings)
    categories = tuple(sorted({one.category for one in findings if one.guard is None}))
    return RecordFacts(gravest.name, Action.review.name, categories, findings)


def verdict(
    message: str = "m1",
    said: str = "abusive",
    of: RecordFacts | None = None,
    *,
    reviewer: str = "rita",
    session: str = "s1",
    who: str = "p1",
    created: str = WHEN,
    **changes: Any,
) -> Verdict:
    """One reviewer's verdict on one message."""
    fields: dict[str, Any] = {
        "record_id": record_id_of(session, message, who, created),
        "record_hash": message.encode().hex().zfill(64)[-64:],
        "salt": None, "session_id": session, "message_id": message, "participant_id": who,
        "custom_participant_id": None, "created_at": created, "reviewer": reviewer,
        "verdict": said, "action": None, "note": None, "at": "2026-06-11T09:00:00.000Z",
        "record": of if of is not None else facts(found()),
    }  # fmt: skip
    return Verdict(**{**fields, **changes})


def many(said: Sequence[bool | None], of: RecordFacts, prefix: str = "m") -> list[Verdict]:
    """One verdict a message: abusive, not, or unsure."""
    words = {True: "abusive", False: "not_abusive", None: "unsure"}
    return [verdict(f"{prefix}{number}", words[one], of) for number, one in enumerate(said)]


def ranked(rows: Iterable[tuple[float, bool]], label: str = "insult") -> list[Outcome]:
    """Outcomes of messages that a model flagged with these scores."""
    return settled(
        verdict(f"m{number}", "abusive" if abusive else "not_abusive", facts(scored(score, label)))
        for number, (score, abusive) in enumerate(rows)
    )


def write(path: Path, verdicts: Iterable[Verdict]) -> Path:
    """The verdicts as JSON Lines."""
    path.write_bytes(b"".join(orjson.dumps(to_line(one)) + b"\n" for one in verdicts))
    return path
