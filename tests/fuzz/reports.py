"""Reports and redaction: whatever the records hold, each form is whole, and nothing of it acts."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from acting import acting_cells, acting_markdown, acting_page

from fuzz.records import flagged_seeds
from fuzz.target import Target
from fuzz.texts import SEEDS, WORDS, text_of
from moderator.redaction.masking import Masker, Placeholders
from moderator.redaction.names import Names
from moderator.report.entries import entries
from moderator.report.inputs import read
from moderator.report.machine import machine
from moderator.report.markdown import markdown
from moderator.report.numbers import numbers
from moderator.report.page import build
from moderator.report.redacted import redacted
from moderator.report.spreadsheet import spreadsheet
from moderator.report.withheld import withheld

_EXACT = ("payload", "displayName", "participantId", "sessionId", "id", "createdAt")
NOW = datetime(2026, 6, 11, tzinfo=UTC)


def check_redaction(data: bytes) -> None:
    """What is not replaced stays as it was, and every span moves to where its text went."""
    lines = text_of(data).split("\n")
    text = "\n".join(lines[3:] or lines)
    names = Names()
    for number, name in enumerate(lines[:3]):
        names.add_name(f"p{number}", name)
        names.add_id(f"p{number}", name)
    masked = Masker(names, Placeholders()).masked(text)
    kept = position = moved = 0
    for one in masked.placed:
        assert position <= one.start < one.end <= len(text)
        assert masked.text[moved : one.new_start] == text[position : one.start]
        assert masked.text[one.new_start] == "["
        assert masked.text[one.new_end - 1] == "]"
        position, moved, kept = one.end, one.new_end, kept + 1
    assert masked.text[moved:] == text[position:]
    assert (masked.text == text) == (kept == 0) or kept
    step = max(1, len(text) // 12)
    spans = [masked.span(at, min(at + step, len(text))) for at in range(0, len(text), step)]
    assert all(0 <= start <= end <= len(masked.text) for start, end in spans)
    assert spans == sorted(spans)


def check_forms(data: bytes) -> None:
    """CSV, Markdown and JSON of records whose texts are the lines of `data`."""
    joined = read(["-"], io.BytesIO(records_of(data)))
    found = withheld(entries(joined))
    figures = numbers(joined)
    document = orjson.loads(machine(found, figures, title="t", now=NOW, redacted=False))
    exact = [[one[name] for name in _EXACT] for one in document["records"]]
    assert sorted(exact) == sorted([entry.record[name] for name in _EXACT] for entry in found)
    table = spreadsheet(found).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table, newline=""), strict=True))
    assert len(rows) == len(found) + 1, "a row a record"
    assert not acting_cells(table)
    assert not acting_markdown(markdown(found, figures, title=data[:9].hex(), now=NOW).decode())


def check_page(data: bytes) -> None:
    """The page of such records, redacted or not."""
    joined = read(["-"], io.BytesIO(records_of(data)))
    if data and data[-1] % 2:
        joined = redacted(joined, "tag")
    found = entries(joined)
    title = text_of(data[:40]).encode("utf-8", "replace").decode()
    page = build(found, numbers(joined), title=title, now=NOW).decode()
    assert not acting_page(page)
    inside = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    assert len(inside["entries"]) == len(found)
    texts = {message[6] for message in inside["messages"]}
    assert {entry.record["payload"] for entry in found} <= texts


def records_of(data: bytes) -> bytes:
    """Flagged lines with the lines of `data` in all the places where strangers write."""
    pieces = text_of(data).split("\n")
    place = iter(range(1_000_000))

    def piece() -> str:
        return pieces[next(place) % len(pieces)]

    def hostile(message: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **message, "payload": piece(), "displayName": piece(), "participantId": piece(),
            "id": piece(), "createdAt": piece() if len(pieces) % 3 == 0 else message["createdAt"],
        }  # fmt: skip

    lines = []
    for line in flagged_seeds():
        record = hostile(orjson.loads(line))
        record["sessionId"] = piece()
        for one in record["findings"]:
            one |= {"rule": one["rule"] and piece(), "guard": piece() or None}
            one |= {"match": one["match"] and piece(), "words": one["words"] and [piece()]}
            one["messages"] = [piece()]
        record["unscored"] = [{"classifier": "m", "reason": piece()}]
        around = record["context"]
        record["context"] = {side: [hostile(one) for one in around[side]] for side in around}
        lines.append(json.dumps(record))
    return "\n".join(lines).encode()


_SEEDS = tuple(
    "\n".join(parts).encode("utf-8", "surrogatepass")
    for parts in (
        ("Ann", "=1+1", "<b>Bob</b>", "you idiot ann, jo@mail.example or +49 170 1234567"),
        ("Jo Doe", "jo.doe99", "J", "Jo Doe lives at 1.2.3.4, card 4111 1111 1111 1111", "x", "y"),
        ("</script><script>alert(1)</script>", "`a` ``b`` [x](javascript:y)", "![i](http://a.b/c)"),
        ("- @x\t=2", "'=1", "a\r=1", "＝1+1", "\t=cmd|' /C calc'!A0", "a;=b", "x\r\n+1"),
        ("~~~", "```", "    code", "# head", "> quote", "* item", "| a | b |", "<!-- x -->",
        "&lt;"),
        ("__proto__", "constructor", "\u2028", "\x85", "\0", "\u202eevil", "x" * 300),
        ("insta: jo_99", "DE89 3704 0044 0532 0130 00", "https://a.b/c?d",
        "fe80::1 a.b.c jo (at) x dot de"),
    )
)  # fmt: skip
_WORDS = (
    *WORDS[:8], b"\n", b"=", b"+", b"-", b"@", b"\t", b"\r", b"`", b"```", b"~~~", b"](",
    b"![", b"<!--", b"-->",
    b"<script>", b"</script>", b"<svg onload=x>", b"javascript:", b"&#x3c;", b"|",
    b"jo@mail.example",
    b"+491701234567", b"1.2.3.4", b"www.a.de", b"[at]", b" dot ", b"@jo", b"insta:",
    b"4111111111111111",
    b"Ann", b"Jo Doe", b"//", b"\\u003c", "＝".encode(), b"DE89370400440532013000",
)  # fmt: skip

TARGETS = (
    Target("redaction", check_redaction, (*_SEEDS, *SEEDS), _WORDS, share=80),
    Target("csv, md, json", check_forms, _SEEDS, _WORDS, share=10),
    Target("page", check_page, _SEEDS, _WORDS, share=1),
)
