"""One reviewer's verdict on one record, and its form as a line of JSON.

The report page exports such lines, `moderator verdicts import` reads them, `export` writes them.
They hold no chat text but what a reviewer puts into the note.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from moderator.records import CATEGORIES, Action, Severity
from moderator.review.fields import Fields, NotAVerdict
from moderator.review.records import SALT_BYTES, record_id_of

VERDICTS = ("abusive", "not_abusive", "unsure")
ACTIONS = (*(action.name for action in Action), "warned", "removed", "suspended", "banned")
"""What a reviewer can say was done: what policy proposes, or what a team did to a person."""

LONGEST_NAME = 200
LONGEST_NOTE = 4_000
CLOCK_SKEW = timedelta(days=1)
"""How far ahead of this machine a reviewer's clock may be."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """A finding without its words: what saw it, of what category, how sure."""

    classifier: str
    version: str
    rule: str | None
    label: str | None
    category: str
    severity: str
    score: float
    threshold: float
    field: str
    guard: str | None


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """How a record was judged when it was reviewed; severity and action None if not flagged."""

    severity: str | None
    action: str | None
    categories: tuple[str, ...]
    findings: tuple[FindingFacts, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one reviewer said of one record. `at` is UTC, to the millisecond, ending in Z.

    `salt` (hexadecimal) opens `record_hash`; it and `note` are None where there are none, or
    no longer.
    """

    record_id: str
    record_hash: str
    salt: str | None
    session_id: str
    message_id: str
    participant_id: str
    custom_participant_id: str | None
    created_at: str
    reviewer: str
    verdict: str
    action: str | None
    note: str | None
    at: str
    record: RecordFacts


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that is no verdict: where it stands, from 1, and why (no text of it)."""

    file: str
    line: int
    reason: str


def from_jsonl(lines: Iterable[bytes], file: str) -> Iterator[Verdict | BrokenLine]:
    """The verdicts of JSON Lines, in order; blank lines are passed over. `file` is for the blame.

    Fields that are not known are passed over too. What is dated ahead of this machine's clock is
    broken, since it would outlast every later verdict.
    """
    horizon = stamp(datetime.now(UTC) + CLOCK_SKEW)
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            verdict = parse(orjson.loads(raw.removeprefix(_BOM) if number == 1 else raw))
        except orjson.JSONDecodeError:
            yield BrokenLine(file, number, "this is not JSON")
        except NotAVerdict as error:
            yield BrokenLine(file, number, str(error))
        else:
            if verdict.at > horizon:
                yield BrokenLine(file, number, "at lies in the future")
            else:
                yield verdict


def parse(line: Any) -> Verdict:
    """The verdict that a line's JSON holds; `NotAVerdict` says which field is wrong."""
    fields = Fields(line)
    session, message = fields.text("sessionId"), fields.text("messageId")
    participant, created_at = fields.text("participantId"), fields.text("createdAt")
    name = fields.hexadecimal("recordId")
    if name != record_id_of(session, message, participant, created_at):
        raise NotAVerdict("recordId does not belong to these ids and createdAt")
    record_hash = fields.hexadecimal("recordHash")
    if len(record_hash) != 64:
        raise NotAVerdict("recordHash has to be 64 hexadecimal digits")
    salt = None if fields.optional("salt") is None else fields.hexadecimal("salt")
    if salt is not None and len(salt) != 2 * SALT_BYTES:
        raise NotAVerdict(f"salt has to be {2 * SALT_BYTES} hexadecimal digits")
    reviewer = fields.text("reviewer").strip()
    if not reviewer or len(reviewer) > LONGEST_NAME:
        raise NotAVerdict(f"reviewer has to be 1 to {LONGEST_NAME} characters")
    note = fields.optional("note")
    if note is not None and len(note) > LONGEST_NOTE:
        raise NotAVerdict(f"note has more than {LONGEST_NOTE} characters")
    return Verdict(
        record_id=name,
        record_hash=record_hash,
        salt=salt,
        session_id=session,
        message_id=message,
        participant_id=participant,
        custom_participant_id=fields.optional("customParticipantId") or None,
        created_at=created_at,
        reviewer=reviewer,
        verdict=fields.choice("verdict", VERDICTS),
        action=fields.choice("action", ACTIONS) if fields.optional("action") is not None else None,
        note=(note or "").strip() or None,
        at=_moment(fields.text("at")),
        record=_record(fields.mapping("record")),
    )


def to_line(verdict: Verdict) -> dict[str, Any]:
    """The verdict as a line's JSON, fields in a fixed order; `parse` reads it back the same."""
    return {
        "recordId": verdict.record_id,
        "recordHash": verdict.record_hash,
        "salt": verdict.salt,
        "sessionId": verdict.session_id,
        "messageId": verdict.message_id,
        "participantId": verdict.participant_id,
        "customParticipantId": verdict.custom_participant_id,
        "createdAt": verdict.created_at,
        "reviewer": verdict.reviewer,
        "verdict": verdict.verdict,
        "action": verdict.action,
        "note": verdict.note,
        "at": verdict.at,
        "record": {
            "severity": verdict.record.severity,
            "action": verdict.record.action,
            "categories": list(verdict.record.categories),
            "findings": [
                {name: getattr(finding, name) for name in FindingFacts.__slots__}
                for finding in verdict.record.findings
            ],
        },
    }


def stamp(known: datetime) -> str:
    """An aware time in the form of `Verdict.at`."""
    return known.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(text: str) -> str:
    """An ISO time with an offset as UTC to the millisecond, so that texts sort as times do."""
    try:
        parsed = datetime.fromisoformat(text)
        known = parsed.astimezone(UTC) if parsed.tzinfo is not None else None
    except (ValueError, OverflowError):
        known = None
    if known is None:
        raise NotAVerdict("at has to be an ISO time with an offset, such as 2026-06-10T10:00:00Z")
    return stamp(known)


_SEVERITIES = tuple(severity.name for severity in Severity)
_POLICY_ACTIONS = tuple(action.name for action in Action)


def _record(fields: Fields) -> RecordFacts:
    optional = fields.optional
    categories = fields.items("categories")
    if not all(category in CATEGORIES for category in categories):
        raise NotAVerdict(f"categories may hold {', '.join(CATEGORIES)} alone")
    return RecordFacts(
        severity=None if optional("severity") is None else fields.choice("severity", _SEVERITIES),
        action=None if optional("action") is None else fields.choice("action", _POLICY_ACTIONS),
        categories=tuple(categories),
        findings=tuple(_finding(Fields(each)) for each in fields.items("findings")),
    )


def _finding(fields: Fields) -> FindingFacts:
    return FindingFacts(
        classifier=fields.text("classifier"),
        version=fields.text("version"),
        rule=fields.optional("rule"),
        label=fields.optional("label"),
        category=fields.choice("category", CATEGORIES),
        severity=fields.choice("severity", _SEVERITIES),
        score=fields.number("score"),
        threshold=fields.number("threshold"),
        field=fields.choice("field", ("payload", "displayName")),
        guard=fields.optional("guard"),
    )
