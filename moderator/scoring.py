"""Bare texts through the pipeline: for pipes, and for evaluation against labels."""

from collections.abc import Iterable, Iterator
from typing import Any

from moderator.output import findings_list
from moderator.pipeline import Judged
from moderator.records import TEXT_MESSAGE, Message


def messages_of(texts: Iterable[str]) -> Iterator[Message]:
    """Texts as messages of nobody in particular, numbered from 1."""
    for number, text in enumerate(texts, start=1):
        yield Message(
            id=str(number),
            participant_id="",
            session_id="",
            meeting_id="",
            display_name="",
            pinned=None,
            is_edited=None,
            payload_type=TEXT_MESSAGE,
            payload=text,
            created_at="",
            line=number,
        )


def judgement(judged: Judged) -> dict[str, Any]:
    """What `moderator score` writes of one text; with several models, a label's highest score."""
    scores: dict[str, float] = {}
    for of_model in judged.scores.values():
        for label, value in of_model.items():
            scores[label] = max(value, scores.get(label, 0.0))
    verdict = judged.verdict
    return {
        "text": judged.message.payload,
        "flagged": verdict.flagged,
        "severity": verdict.severity.name if verdict.severity is not None else None,
        "action": verdict.action.name if verdict.action is not None else None,
        "scores": scores,
        "findings": findings_list(judged.findings),
        "unscored": [
            {"classifier": one.classifier, "reason": one.reason} for one in judged.unscored
        ],
    }
