"""The report as one JSON document, in the form of `schemas/report.schema.json`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson

from moderator import __version__
from moderator.report.entries import Entry
from moderator.report.numbers import Numbers
from moderator.report.telling import gravest_first

_RECORD = (
    "sessionId", "id", "participantId", "displayName", "createdAt", "payload", "isEdited",
    "pinned", "flagged", "severity", "action", "categories",
)  # fmt: skip
_FINDING = (
    "classifier", "version", "rule", "label", "category", "severity", "score", "threshold",
    "field", "span", "match", "words", "guard", "messages",
)  # fmt: skip
_NEIGHBOUR = ("id", "participantId", "displayName", "createdAt", "payload")
_NAMES = {"other_types": "otherTypes", "made_by": "madeBy"}


def machine(
    entries: Sequence[Entry], figures: Numbers, *, title: str, now: datetime, redacted: bool
) -> bytes:
    """The document's bytes. Child-safety text must have been withheld."""
    document = {
        "program": {"name": "moderator", "version": __version__},
        "title": title,
        "made": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "redacted": redacted,
        "numbers": {_NAMES.get(name, name): value for name, value in asdict(figures).items()},
        "records": [_record(entry) for entry in gravest_first(entries)],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _record(entry: Entry) -> dict[str, Any]:
    record = entry.record
    around = record["context"]
    return {
        "recordId": entry.record_id,
        "kind": entry.kind,
        **_only(_RECORD, record),
        "findings": [_only(_FINDING, one) for one in record["findings"]],
        "context": {
            side: [_only(_NEIGHBOUR, one) for one in around[side]] for side in ("before", "after")
        },
        "unscored": [_only(("classifier", "reason"), one) for one in record["unscored"]],
    }


def _only(names: Sequence[str], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values.get(name) for name in names}
