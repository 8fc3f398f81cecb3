"""Flagged records, and verdicts on them, with everything filled in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from making import message

from moderator.output import flagged_record
from moderator.pipeline import Judged
from moderator.policy import Verdict as Policed
from moderator.records import Action, Finding, Severity
from moderator.review.records import commitment, facts, new_salt, record_id
from moderator.review.verdicts import Verdict, parse

BEGAN = datetime(2026, 6, 10, 12, tzinfo=UTC)
CANARY = "zebra-crossing-canary"
"""What stands in every text that a purge has to take away."""


def flagged(
    number: int = 1, *, payload: str = f"you idiot {CANARY}", **changes: Any
) -> dict[str, Any]:
    """A flagged record as `scan` writes it, with neighbours; keywords change any field."""
    one = message(payload, number, name=f"Ann {CANARY}")
    before, after = (
        message(f"{CANARY} {n}", n, "p2", CANARY) for n in (number + 100, number + 200)
    )
    finding = Finding(
        "rules", "1", "insult.idiot", None, "insult", Severity.medium, 1.0, 1.0,
        span=(4, 9), match=f"idiot {CANARY}", words=(CANARY,),
    )  # fmt: skip
    verdict = Policed(True, Severity.medium, Action.review, ("insult",))
    judged = Judged(one, (finding,), verdict, {"m": {"toxicity": 0.9}}, (), (before,), (after,))
    return {**flagged_record(judged), **changes}


def line(judged: dict[str, Any] | None = None, /, **changes: Any) -> dict[str, Any]:
    """A line of verdicts on a flagged record; keywords change any field."""
    record = judged or flagged()
    salt = new_salt()
    return {
        "recordId": record_id(record),
        "recordHash": commitment(record, salt),
        "salt": salt.hex(),
        "sessionId": record["sessionId"],
        "messageId": record["id"],
        "participantId": record["participantId"],
        "createdAt": record["createdAt"],
        "reviewer": "Ann",
        "verdict": "abusive",
        "action": "hide",
        "note": f"said {CANARY} again",
        "at": "2026-06-10T12:00:00.000Z",
        "record": facts(record),
        **changes,
    }


def verdict(number: int = 1, *, minutes: float = 0, **changes: Any) -> Verdict:
    """A verdict on flagged record `number`, so many minutes after noon."""
    at = (BEGAN + timedelta(minutes=minutes)).isoformat()
    return parse(line(flagged(number), **{"at": at, **changes}))
