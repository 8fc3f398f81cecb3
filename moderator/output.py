"""Records as JSON Lines: one object a line, fields in a fixed order, the same bytes every time.

The form of a flagged record is `schemas/flagged.schema.json`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from moderator.pipeline import Judged
from moderator.policy import Verdict
from moderator.records import BadRow, Finding, Message, Unscored

Json = dict[str, Any]


def line(record: Mapping[str, Any]) -> bytes:
    """One JSON Lines record, line break included."""
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def flagged_record(judged: Judged) -> Json:
    """A judged message with its findings, context and verdict."""
    verdict = judged.verdict
    return {
        **_identity(judged.message),
        "isEdited": judged.message.is_edited,
        "pinned": judged.message.pinned,
        **verdict_fields(verdict),
        "categories": verdict.categories,
        "findings": findings_list(judged.findings),
        "scores": {name: dict(scores) for name, scores in judged.scores.items()},
        "context": {
            "before": [_neighbour(message) for message in judged.before],
            "after": [_neighbour(message) for message in judged.after],
        },
        "unscored": unscored_list(judged.unscored),
    }


def unscored_record(judged: Judged) -> Json:
    """A message that at least one classifier could not judge, and why."""
    return {
        **_identity(judged.message),
        "flagged": judged.verdict.flagged,
        "unscored": unscored_list(judged.unscored),
    }


def scores_record(judged: Judged) -> Json:
    """The scores of any message, flagged or not, for calibration; no text."""
    return {
        "sessionId": judged.message.session_id,
        "id": judged.message.id,
        "participantId": judged.message.participant_id,
        "flagged": judged.verdict.flagged,
        "rules": sorted({finding.rule for finding in judged.findings if finding.rule is not None}),
        "scores": {name: dict(scores) for name, scores in judged.scores.items()},
    }


def reject_record(row: BadRow) -> Json:
    """A row that could not be read."""
    return {"line": row.line, "reason": row.reason, "raw": row.raw}


def verdict_fields(verdict: Verdict) -> Json:
    """Whether to look at a message, how grave it is, and what to do."""
    return {
        "flagged": verdict.flagged,
        "severity": verdict.severity.name if verdict.severity is not None else None,
        "action": verdict.action.name if verdict.action is not None else None,
    }


def findings_list(findings: Sequence[Finding]) -> list[Json]:
    """Findings in the order in which they were found."""
    return [
        {
            "classifier": finding.classifier,
            "version": finding.version,
            "rule": finding.rule,
            "label": finding.label,
            "category": finding.category,
            "severity": finding.severity.name,
            "score": finding.score,
            "threshold": finding.threshold,
            "field": finding.field,
            "span": finding.span,
            "match": finding.match,
            "words": finding.words,
            "guard": finding.guard,
            "messages": finding.messages,
        }
        for finding in findings
    ]


def unscored_list(unscored: Sequence[Unscored]) -> list[Json]:
    """Which classifiers could not judge, and why."""
    return [{"classifier": one.classifier, "reason": one.reason} for one in unscored]


def _identity(message: Message) -> Json:
    return {
        "sessionId": message.session_id,
        "meetingId": message.meeting_id,
        **_neighbour(message),
    }


def _neighbour(message: Message) -> Json:
    return {
        "id": message.id,
        "participantId": message.participant_id,
        "displayName": message.display_name,
        "createdAt": message.created_at,
        "payload": message.payload,
    }
