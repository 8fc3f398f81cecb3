"""Flagged and unscored records as `moderator scan` writes them, read line by line and checked.

A record stays the mapping that its line holds, since its hash is taken of all of it. What is
checked is what a report builds on; a category or a field of a newer version passes.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Literal, TypedDict, cast

import orjson

from moderator.errors import SourceError
from moderator.records import Action, Severity

_SURROGATE = re.compile("[\ud800-\udfff]")
_FINDING_TEXTS = ("classifier", "version", "category", "field")
_IDENTITY = ("sessionId", "id", "participantId", "displayName", "createdAt")
# Tuples, since what a file holds in their place need not be hashable.
_SEVERITIES = tuple(severity.name for severity in Severity)
_ACTIONS = tuple(action.name for action in Action)


class Neighbour(TypedDict):
    """A message as it is named in a record; `payload` is None once its text was removed."""

    id: str
    participantId: str
    displayName: str
    createdAt: str
    payload: str | None


class FoundBy(TypedDict):
    """One finding of a record; `span` is in code points of the field."""

    classifier: str
    version: str
    rule: str | None
    label: str | None
    category: str
    severity: str
    score: float
    threshold: float
    field: str
    span: list[int] | None
    match: str | None
    words: list[str] | None
    guard: str | None
    messages: list[str] | None


class Context(TypedDict):
    """The nearest messages of the session on either side."""

    before: list[Neighbour]
    after: list[Neighbour]


class Unjudged(TypedDict):
    """Which classifier could not judge a message, and why."""

    classifier: str
    reason: str


class Unscored(Neighbour):
    """A line of `flagged.unscored.jsonl`."""

    sessionId: str
    flagged: bool
    unscored: list[Unjudged]


class Flagged(Unscored):
    """A line of `flagged.jsonl`; with `flagged` false, of a scan with --all-findings."""

    severity: str | None
    action: str | None
    categories: list[str]
    findings: list[FoundBy]
    context: Context


def kind_of(record: Flagged) -> Literal["flag", "held", "sample"]:
    """Whether a record flags, was found and held back, or was drawn by `moderator sample`."""
    if record["flagged"]:
        return "flag"
    return "held" if record["findings"] and "sample" not in record else "sample"


def read_flagged(stream: BinaryIO, name: str) -> Iterator[Flagged]:
    """The records of a flagged file. `SourceError` with `name` and line for a bad one."""
    for line, row in _rows(stream, name, "-o"):
        _check(row, _is_flagged, f"{name}, line {line}", "-o")
        yield cast(Flagged, row)


def read_unscored(stream: BinaryIO, name: str) -> Iterator[Unscored]:
    """The records of an unscored file. `SourceError` with `name` and line for a bad one."""
    for line, row in _rows(stream, name, "scan's unscored file"):
        _check(row, _is_unscored, f"{name}, line {line}", "scan's unscored file")
        yield cast(Unscored, row)


def count_reasons(stream: BinaryIO, name: str) -> dict[str, int]:
    """How many rows were rejected, by reason, in a rejects file."""
    counts: dict[str, int] = {}
    for line, row in _rows(stream, name, "scan's rejects file"):
        reason = row.get("reason")
        if not isinstance(reason, str):
            raise SourceError(f"{name}, line {line}: the field 'reason' is missing.")
        counts[reason] = counts.get(reason, 0) + 1
    return counts


def _rows(stream: BinaryIO, name: str, wanted: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    # By line feeds alone: texts may hold U+2028, which str.splitlines would break at.
    for number, raw in enumerate(stream, start=1):
        line = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        if not line.strip():
            continue
        try:
            row = _parsed(line)
        except (ValueError, RecursionError) as error:
            raise SourceError(
                f"{name}, line {number}: this is not JSON; give the file that `moderator scan` "
                f"wrote ({wanted})."
            ) from error
        if not isinstance(row, dict):
            raise SourceError(f"{name}, line {number}: a JSON object is needed here.")
        yield number, row


def _parsed(line: bytes) -> object:
    """The line's value; an escape of half a character becomes U+FFFD, one code point for one."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        loose = json.dumps(json.loads(line), ensure_ascii=False)
        return orjson.loads(_SURROGATE.sub("\ufffd", loose))


def _check(
    row: Mapping[str, Any], look: Callable[[Mapping[str, Any]], str | None], place: str, wanted: str
) -> None:
    wrong = look(row)
    if wrong is not None:
        raise SourceError(
            f"{place}: the field {wrong!r} is missing or not what `moderator scan` writes; "
            f"give its own file ({wanted})."
        )


def _is_flagged(row: Mapping[str, Any]) -> str | None:
    """The name of the first field that is wrong, or None."""
    wrong = _is_unscored(row)
    if wrong is not None:
        return wrong
    if row.get("severity") not in (None, *_SEVERITIES):
        return "severity"
    if row.get("action") not in (None, *_ACTIONS):
        return "action"
    if not _texts(row.get("categories")):
        return "categories"
    findings = row.get("findings")
    if not isinstance(findings, list) or not all(map(_is_finding, findings)):
        return "findings"
    context = row.get("context")
    if not isinstance(context, dict):
        return "context"
    sides = (context.get("before"), context.get("after"))
    if not all(isinstance(side, list) and all(map(_is_neighbour, side)) for side in sides):
        return "context"
    return None


def _is_unscored(row: Mapping[str, Any]) -> str | None:
    for name in _IDENTITY:
        if not isinstance(row.get(name), str):
            return name
    if not isinstance(row.get("payload", 0), str | None):
        return "payload"
    if not isinstance(row.get("flagged"), bool):
        return "flagged"
    unscored = row.get("unscored")
    if not isinstance(unscored, list) or not all(map(_is_unjudged, unscored)):
        return "unscored"
    return None


def _is_neighbour(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("payload", 0), str | None):
        return False
    return all(isinstance(value.get(name), str) for name in _IDENTITY if name != "sessionId")


def _is_unjudged(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(name), str) for name in ("classifier", "reason")
    )


def _is_finding(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    span = value.get("span")
    return (
        all(isinstance(value.get(name), str) for name in _FINDING_TEXTS)
        and value.get("severity") in _SEVERITIES
        and all(_is_share(value.get(name)) for name in ("score", "threshold"))
        and all(isinstance(value.get(name), str | None) for name in ("rule", "label", "guard"))
        and (value.get("words") is None or _texts(value["words"]))
        and (value.get("messages") is None or _texts(value["messages"]))
        and (span is None or _is_span(span))
    )


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_span(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(edge, int) and edge >= 0 for edge in value)
        and value[0] <= value[1]
    )


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
