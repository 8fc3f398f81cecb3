"""What is left of a line of output once its text has to go: identity, verdict, numbers.

What is kept is listed, and all else goes: a field that a later version adds loses its text rather
than keeps it. Display names are text too. A record whose text is gone has the payload null.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Kept = Mapping[str, Any]
"""Field by field: KEEP, or what is put in its place, or in turn the fields of what it holds."""

KEEP = object()


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of line: how it is called, the fields that tell it, and what is kept of it.

    `dated` says whether a line has a time of its own, in createdAt.
    """

    kind: str
    told_by: frozenset[str]
    kept: Kept
    dated: bool = True


def _keep(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, KEEP)


_PERSON = {"displayName": "", "payload": None}
_NEIGHBOUR = {**_keep("id", "participantId", "createdAt"), **_PERSON}
_UNSCORED = {
    **_keep("sessionId", "meetingId"),
    **_NEIGHBOUR,
    **_keep("flagged"),
    "unscored": [_keep("classifier", "reason")],
}
_FINDING = {
    **_keep("classifier", "version", "rule", "label", "category", "severity", "score"),
    **_keep("threshold", "field", "span", "guard", "messages"),
    **dict.fromkeys(("match", "words")),
}
_FLAGGED = {
    **_UNSCORED,
    **_keep("isEdited", "pinned", "severity", "action", "categories", "scores"),
    "findings": [_FINDING],
    "context": {"before": [_NEIGHBOUR], "after": [_NEIGHBOUR]},
    "sample": _keep("stratum", "weight", "population", "drawn", "flagged"),
    "change": KEEP,
    "live": _keep("flagged", "severity", "action", "categories", "sources"),
}
_JUDGED = {
    **_keep("flagged", "severity", "action", "scores"),
    "text": None,
    "findings": [_FINDING],
    "unscored": [_keep("classifier", "reason")],
}
_VERDICT = {
    **_keep("recordId", "recordHash", "sessionId", "messageId", "participantId"),
    **_keep("customParticipantId", "createdAt", "reviewer", "verdict", "action", "at", "record"),
    **dict.fromkeys(("note", "salt")),
}
_SCORES = _keep("sessionId", "id", "participantId", "flagged", "rules", "scores")
_STATEMENT = _keep(
    "decision_visibility", "decision_visibility_other", "decision_monetary",
    "decision_monetary_other", "decision_provision", "decision_account", "account_type",
    "decision_ground", "decision_ground_reference_url", "illegal_content_legal_ground",
    "illegal_content_explanation", "incompatible_content_ground",
    "incompatible_content_explanation", "incompatible_content_illegal", "content_type",
    "category", "category_addition", "category_specification", "category_specification_other",
    "territorial_scope", "content_language", "content_date", "application_date",
    "end_date_visibility_restriction", "end_date_monetary_restriction",
    "end_date_service_restriction", "end_date_account_restriction", "decision_facts",
    "source_type", "source_identity", "automated_detection", "automated_decision", "puid",
)  # fmt: skip
"""Statements of reasons are checked to hold nothing personal when they are made."""

FORMS: tuple[Form, ...] = (
    Form("verdicts", frozenset({"recordId", "verdict"}), _VERDICT),
    Form("flagged", frozenset({"payload", "findings", "context"}), _FLAGGED),
    Form("unscored", frozenset({"payload", "unscored"}), _UNSCORED),
    Form("judgements", frozenset({"text", "findings"}), _JUDGED, dated=False),
    Form("rejects", frozenset({"line", "reason", "raw"}), {**_keep("line", "reason"), "raw": ""},
         dated=False),
    Form("scores", frozenset(_SCORES), _SCORES, dated=False),
    Form("statements", frozenset({"puid", "decision_facts"}), _STATEMENT, dated=False),
)  # fmt: skip
"""Every kind of line with or beside chat text; the first whose fields are there tells it."""


def form_of(line: Any) -> Form | None:
    """Which kind of line it is; None where no command writes such a line."""
    if not isinstance(line, Mapping):
        return None
    return next((form for form in FORMS if form.told_by <= line.keys()), None)


def without_text(line: Mapping[str, Any], kept: Kept) -> dict[str, Any]:
    """What is left of `line`, fields in their order."""
    left = {}
    for name, value in line.items():
        wanted = kept.get(name)
        if wanted is KEEP or _is_bare(value):
            left[name] = value
        elif name in kept:
            left[name] = _replaced(value, wanted)
    return left


def summary_without_names(summary: Mapping[str, Any]) -> dict[str, Any]:
    """A scan's summary, which names the most flagged, without the names."""
    people = [{**person, "displayNames": []} for person in summary["participants"]]
    return {**summary, "participants": people}


def _replaced(value: Any, wanted: Any) -> Any:
    if isinstance(wanted, list):
        (inner,) = wanted
        return [without_text(one, inner) for one in value if isinstance(one, Mapping)]
    if isinstance(wanted, Mapping):
        return without_text(value, wanted) if isinstance(value, Mapping) else None
    return wanted


def _is_bare(value: Any) -> bool:
    """Whether it can hold no text, whatever its name."""
    return value is None or isinstance(value, bool | int | float)
