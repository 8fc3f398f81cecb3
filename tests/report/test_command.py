"""`moderator report` as a process."""

import json
import stat
from pathlib import Path

import pytest
from cli.command import Cli
from report.flags import flag, write


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)


def test_a_page_for_its_owner_alone(cli: Cli) -> None:
    write(cli.path("a.jsonl"), [flag(), flag("b", 2, flagged=False, severity="low")])
    done = cli("report", "a.jsonl", "-o", "out.html")
    assert done.status == 0
    assert "1 flagged, 1 held back" in done.err
    path = cli.path("out.html")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text("utf-8").startswith("<!doctype html>")


def test_from_standard_input_with_a_title(cli: Cli) -> None:
    line = json.dumps(flag())
    done = cli("report", "-", "-o", "out.html", "--title", "Last night", "-q", stdin=line)
    assert (done.status, done.err) == (0, "")
    assert "<title>Last night · moderator</title>" in cli.path("out.html").read_text("utf-8")


def test_what_goes_wrong_is_one_sentence(cli: Cli) -> None:
    write(cli.path("a.jsonl"), [flag(), {"text": "x"}])
    cli("report", "a.jsonl", "-o", "out.html").fails(3, "a.jsonl, line 2", "'sessionId'")
    cli("report", "none.jsonl", "-o", "out.html").fails(3, "none.jsonl cannot be read")
    cli("report", "a.jsonl", "-o", "a.jsonl").fails(2, "is one of the files")
    cli("report", "a.jsonl", "-o", "no/out.html").fails(4, "cannot be written")
    assert not cli.path("out.html").exists()
