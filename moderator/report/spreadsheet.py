"""The report as CSV for spreadsheets: a line a record, and no cell that a program would run.

A byte-order mark leads the file, since Excel reads a CSV without one in the machine's old code
page and shows accents and emoji as rubbish; other readers pass over it ("utf-8-sig" in Python).
Where Excel parts columns at semicolons, as in much of Europe, it parts texts at them too, and at
line breaks; so what begins a formula is disarmed after those as well.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moderator.report.entries import Entry
from moderator.report.telling import (
    STATES,
    TEXT_REMOVED,
    categories,
    finding_told,
    gravest_first,
)
from moderator.report.visible import visible
from moderator.sources.fields import parse_time

COLUMNS = (
    "session", "time (UTC)", "participantId", "displayName", "severity", "action", "categories",
    "state", "why", "text", "guards", "not judged by", "messageId", "recordId",
)  # fmt: skip

LONGEST_CELL = 32_000
"""Characters; spreadsheets take 32,767 in a cell, and spill the rest over the next ones."""

_STARTERS = r"=+\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−"
"""What begins a formula, also in the forms that become it when they are normalised."""

# Apostrophes among them: somebody may have put one there to have it taken off.
_BLANKS = "\\s\"'`´‘’‚‛“”„‟«»＂＇"
_LEADS = re.compile(rf"[{_BLANKS}]*[{_STARTERS}]|[\t\n]")
_NEXT = re.compile(rf"([;\t\n][{_BLANKS}]*)([{_STARTERS}])?")


def spreadsheet(entries: Sequence[Entry]) -> bytes:
    """The file's bytes. Child-safety text must have been withheld."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for entry in gravest_first(entries):
        rows.writerow(map(disarmed, _cells(entry)))
    return out.getvalue().encode("utf-8-sig")


def disarmed(text: str) -> str:
    """`text` for a cell: an apostrophe before what would begin a formula, controls visible.

    Line breaks stay; a text too long for a cell is cut.
    """
    shown = visible(text)
    if len(shown) > LONGEST_CELL:
        shown = f"{shown[:LONGEST_CELL]}… [{len(shown) - LONGEST_CELL:,} more characters]"
    shown = _NEXT.sub(lambda found: f"{found[1]}'{found[2]}" if found[2] else found[0], shown)
    return f"'{shown}" if _LEADS.match(shown) else shown


def _cells(entry: Entry) -> Iterator[str]:
    record = entry.record
    findings = record["findings"]
    sent = parse_time(record["createdAt"])
    payload = record["payload"]
    yield record["sessionId"]
    yield f"{sent:%Y-%m-%d %H:%M:%S}" if sent is not None else record["createdAt"]
    yield record["participantId"]
    yield record["displayName"]
    yield record["severity"] or ""
    yield record["action"] or ""
    yield ", ".join(categories(record))
    yield STATES[entry.kind]
    yield "; ".join(finding_told(one, _quoted(one)) for one in findings)
    yield payload if payload is not None else TEXT_REMOVED
    yield ", ".join(dict.fromkeys(one["guard"] for one in findings if one.get("guard")))
    yield "; ".join(f"{one['classifier']}: {one['reason']}" for one in record["unscored"])
    yield record["id"]
    yield entry.record_id


def _quoted(finding: Mapping[str, Any]) -> str | None:
    if finding.get("match") is not None:
        return f'"{finding["match"]}"'
    return ", ".join(finding["words"]) if finding.get("words") else None
