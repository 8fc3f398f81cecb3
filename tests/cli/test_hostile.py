"""A dump made to break things: every row is judged or rejected, and no terminal is steered."""

import csv
import io
import json
import os
import pty
import re
import subprocess
from collections.abc import Iterator

import pytest
from cli.command import COMMAND, LIGHT, Cli
from server.scenario import HEADER

PAYLOADS = [
    "you idiot \x00 with a NUL",
    "x" * 2**20 + " you idiot",
    "you idiot \x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J \x08\x7f",
    "=cmd|'/c calc'!A1 you idiot",
    "+1 you idiot",
    "@SUM(1) you idiot",
    "\u202etoidi uoy\u202c you idiot \u2066\u2069\u200f",
    "<script>alert('you idiot ')</script>",
    "line\nline\r\nline \u2028\u2029\u0085 you idiot",
    'said "you idiot", twice',
    "\ufeff\u200b\U000e0041 you idiot",
    "\u0301" * 500 + " you idiot",
]
NAMES = ["\x1b[2JAnn", "=HYPERLINK(1)", "\u202eeve", "<b>Bob</b>", "\x00", "a" * 5000]
BROKEN = [
    b'b1,p1,s1,r1,"unclosed,false,false,TEXT_MESSAGE,you idiot,2026-06-10T10:00:00.000Z',
    b"b2,p1,s1,too,few",
    b"b3,p1,s1,r1,Ann,false,false,TEXT_MESSAGE,one,2026-06-10T10:00:00.000Z,too,many",
    b"b4,p1,s1,r1,Ann,false,false,TEXT_MESSAGE,caf\xe9 you idiot,2026-06-10T10:00:00.000Z",
    b"b5,p1,s1,r1,Ann,false,false,TEXT_MESSAGE,\xff\xfe\x00,2026-06-10T10:00:00.000Z",
    b",,,,,,,,,",
    b'b6,p1,s1,r1,Ann,false,false,TEXT_MESSAGE,"a "stray" quote",2026-06-10T10:00:00.000Z',
    b"<html><body>502 Bad Gateway</body></html>",
]


def rows() -> Iterator[bytes]:
    """Good rows and broken ones in turn; each starts on a line of its own."""
    for number, payload in enumerate(PAYLOADS):
        cells = [
            f"m{number}", f"p{number}", "s1", "r1", NAMES[number % len(NAMES)], "false", "false",
            "TEXT_MESSAGE", payload, "2026-06-10T10:00:00.000Z",
        ]  # fmt: skip
        text = io.StringIO(newline="")
        csv.writer(text).writerow(cells)
        yield text.getvalue().encode()
        if number < len(BROKEN):
            yield BROKEN[number] + b"\r\n"


DUMP = HEADER + b"\r\n" + b"".join(rows())


def test_every_row_is_judged_or_rejected(cli: Cli) -> None:
    done = cli("scan", "-", *LIGHT, "-o", "f.jsonl", "-q", stdin=DUMP)
    assert done.status == 0
    flagged = cli.lines("f.jsonl")
    rejects = cli.lines("f.rejects.jsonl")
    summary = json.loads(cli.path("f.summary.json").read_bytes())
    assert [one["payload"] for one in flagged] == PAYLOADS
    assert len(rejects) == len(BROKEN)
    assert all(one["reason"] and one["line"] > 1 for one in rejects)
    assert summary["read"] == len(PAYLOADS) + len(BROKEN)
    assert summary["read"] == summary["judged"] + summary["rejected"]
    for one in flagged:
        (found,) = one["findings"]
        assert one[found["field"]][slice(*found["span"])] == found["match"]


@pytest.mark.parametrize("name", ["f.jsonl", "f.rejects.jsonl", "f.summary.json"])
def test_files_hold_no_raw_control_character(cli: Cli, name: str) -> None:
    cli("scan", "-", *LIGHT, "-o", "f.jsonl", "-q", stdin=DUMP)
    content = cli.path(name).read_bytes()
    assert not re.search(rb"[\x00-\x09\x0b-\x1f]", content)


STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(cli: Cli, *arguments: str, **environ: str) -> str:
    """What a terminal gets to see, of both streams."""
    cli.path("dump.csv", DUMP)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, *arguments], cwd=cli.folder, stdout=theirs, stderr=theirs, stdin=theirs,
        env={**cli.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environ},
    )  # fmt: skip
    os.close(theirs)
    seen = bytearray()
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how Linux says that the other side is closed
            break
        if not part:
            break
        seen += part
    os.close(ours)
    assert process.wait(60) == 0
    return seen.decode()


def test_a_terminal_sees_no_control_character(cli: Cli) -> None:
    seen = on_terminal(cli, "scan", "dump.csv", *LIGHT)
    assert not STEERING.search(STYLE.sub("", seen))
    lines = [line.rstrip("\r") for line in seen.split("\n") if line.startswith("{")]
    assert [json.loads(line)["payload"] for line in lines] == PAYLOADS
    assert "most flagged participant" in seen


def test_no_colour_when_none_is_wanted(cli: Cli) -> None:
    seen = on_terminal(cli, "scan", "dump.csv", *LIGHT, "-o", "f.jsonl", NO_COLOR="1")
    assert not STEERING.search(re.sub(r"\x1b\[[0-9;]*m", "", seen))
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", seen)
    assert "Written to f.jsonl" in seen
    assert on_terminal(cli, "scan", "dump.csv", *LIGHT, "-o", "f.jsonl", "-q") == ""
