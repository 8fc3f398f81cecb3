"""Bare texts through the pipeline: for pipes, and for evaluation against labels."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from moderator.output import findings_list, unscored_list, verdict_fields
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
    return {
        "text": judged.message.payload,
        **verdict_fields(judged.verdict),
        "scores": highest(judged.scores),
        "findings": findings_list(judged.findings),
        "unscored": unscored_list(judged.unscored),
    }


def highest(scores: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Each label's highest score over the models of a message."""
    best: dict[str, float] = {}
    for of_model in scores.values():
        for label, score in of_model.items():
            best[label] = max(score, best.get(label, 0.0))
    return best
