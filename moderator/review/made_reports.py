"""Reports among outputs: what each form is told by, and when its oldest message was sent."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from moderator.sources.fields import parse_time

_META = re.compile(rb'<meta name="generator" content="moderator\b')
_OLDEST = re.compile(rb'<meta name="moderator-oldest" content="([^"]*)"')
_TABLE = b"\xef\xbb\xbfsession,time (UTC),participantId,displayName,"
_DOCUMENT = re.compile(rb'\s*\{\s*"program"\s*:.{0,9000}?"redacted"\s*:', re.DOTALL)


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A report; `oldest` None where it names no time that can be read."""

    oldest: datetime | None


def report_in(path: Path, head: bytes) -> MadeReport | None:
    """The report that a file is, told by its `head`; None where it is something else.

    A page and Markdown say themselves how old they are; of the others each record is asked, never
    its text, since who writes that could have a report deleted.
    """
    if _META.search(head):
        found = _OLDEST.search(head)
        return MadeReport(parse_time(found[1].decode(errors="replace")) if found else None)
    try:
        if head.startswith(_TABLE):
            return MadeReport(_oldest(_of_table(path.read_bytes())))
        if _DOCUMENT.match(head):
            return MadeReport(_oldest(_of_document(orjson.loads(path.read_bytes()))))
    except (orjson.JSONDecodeError, csv.Error, KeyError, TypeError):
        return None  # it only begins like one
    return None


def _oldest(times: Iterator[str]) -> datetime | None:
    known = (parse_time(time) for time in times)
    return min((time for time in known if time is not None), default=None)


def _of_table(content: bytes) -> Iterator[str]:
    text = io.StringIO(content.decode("utf-8-sig", errors="replace"), newline="")
    for row in csv.DictReader(text):
        yield f"{(row['time (UTC)'] or '').replace(' ', 'T')}Z"


def _of_document(document: dict[str, Any]) -> Iterator[str]:
    for record in document["records"]:
        around = record["context"]
        for message in (record, *around["before"], *around["after"]):
            yield str(message["createdAt"])
