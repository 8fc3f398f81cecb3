"""Child-safety text kept out of files: what may be shown by an act alone has no place in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from moderator.records import CHILD_SAFETY
from moderator.report.entries import Entry

TEXT_WITHHELD = "[text withheld: child safety]"
NAME_WITHHELD = "[name withheld: child safety]"

_Place = tuple[str, str]


def withheld(entries: Sequence[Entry]) -> list[Entry]:
    """The entries without the text of child-safety messages, also where others cite them."""
    messages = set(_messages(entries))
    names = set(_names(entries))
    if not messages and not names:
        return list(entries)
    return [replace(entry, record=_without(entry.record, messages, names)) for entry in entries]


def _messages(entries: Iterable[Entry]) -> Iterable[_Place]:
    for record in (entry.record for entry in entries):
        session = record["sessionId"]
        if CHILD_SAFETY in record["categories"]:
            yield session, record["id"]
        for finding in record["findings"]:
            if finding["category"] == CHILD_SAFETY:
                yield session, record["id"]
                yield from ((session, message) for message in finding.get("messages") or ())


def _names(entries: Iterable[Entry]) -> Iterable[str]:
    for record in (entry.record for entry in entries):
        for finding in record["findings"]:
            if finding["category"] == CHILD_SAFETY and finding["field"] == "displayName":
                yield record["displayName"]


def _without(
    record: Mapping[str, Any], messages: set[_Place], names: set[str]
) -> Mapping[str, Any]:
    session = record["sessionId"]

    def message(one: Mapping[str, Any]) -> dict[str, Any]:
        left = dict(one)
        if (session, one["id"]) in messages and one["payload"] is not None:
            left["payload"] = TEXT_WITHHELD
        if one["displayName"] in names:
            left["displayName"] = NAME_WITHHELD
        return left

    left = message(record)
    left["context"] = {
        side: [message(one) for one in record["context"][side]] for side in ("before", "after")
    }
    hidden = {field for field in ("payload", "displayName") if left[field] != record[field]}
    left["findings"] = [
        {**one, "span": None, "match": None, "words": None} if one["field"] in hidden else one
        for one in record["findings"]
    ]
    return left
