"""Flagged messages as `scan` wrote them, for what looks records up or counts them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from moderator.errors import SourceError
from moderator.records import Severity

_TEXTS = ("sessionId", "id", "participantId", "createdAt")
_SEVERITIES = (None, *(severity.name for severity in Severity))


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file by `scan`, in order; `SourceError` where a line is none."""
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if raw.strip():
                    yield _record(raw, f"{path}, line {number}")
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error


def _record(raw: bytes, place: str) -> dict[str, Any]:
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError:
        record = None
    if (
        not isinstance(record, dict)
        or not all(isinstance(record.get(name), str) for name in _TEXTS)
        or not _all_of(dict, record.get("findings"))
        or not _all_of(str, record.get("categories"))
        or record.get("severity") not in _SEVERITIES
    ):
        raise SourceError(f"{place}: this is no record that scan writes.")
    return record


def _all_of(kind: type, value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, kind) for each in value)
