"""`moderator purge`, on what the other commands really write."""

import json
import os
import shutil
from pathlib import Path

import pytest
from cli.command import LIGHT, Cli
from review.lines import CANARY, flagged, line

HEADER = (
    "id,participantId,sessionId,meetingId,displayName,pinned,isEdited,payloadType,payload,createdAt"
)
ROWS = [
    f"m{number},p{number % 3},s1,r1,{CANARY},false,false,TEXT_MESSAGE,you idiot {CANARY},{at}"
    for number, at in enumerate(["2026-06-10T10:00:00.000Z", "1781085600000"] * 3)
]


def age(folder: Path, days: int = 90) -> None:
    """Makes every file look as if it had been written so long ago."""
    for file in folder.rglob("*"):
        if file.is_file():
            then = file.stat().st_mtime - days * 86_400
            os.utime(file, (then, then))


def holding(folder: Path) -> set[str]:
    """The names of the files that hold the canary."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.name for file in files if CANARY.encode() in file.read_bytes()}


@pytest.fixture(scope="module")
def long_ago(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a dump was scanned, judged and kept."""
    cli = Cli(tmp_path_factory.mktemp("used"))
    dump = cli.path("dump.csv", "\r\n".join([HEADER, *ROWS, f",,s1,,{CANARY}", ""]))
    out = ("-o", "out/flagged.jsonl", *LIGHT, "--quiet")
    cli.path("out").mkdir()
    assert cli("scan", "dump.csv", *out, "--scores", "out/scores.jsonl").status == 0
    dump.unlink()
    verdicts = "".join(json.dumps(line(one)) + "\n" for one in cli.lines("out/flagged.jsonl"))
    cli.path("out/verdicts.jsonl", verdicts)
    assert cli("verdicts", "import", "out/verdicts.jsonl").status == 0
    return cli.folder


@pytest.fixture
def used(cli: Cli, long_ago: Path) -> Cli:
    """That folder, as it is after three months."""
    shutil.copytree(long_ago, cli.folder, dirs_exist_ok=True)
    age(cli.folder)
    return cli


def test_nothing_old_is_left_on_disk(used: Cli) -> None:
    names = {"flagged.jsonl", "flagged.rejects.jsonl", "flagged.summary.json", "verdicts.jsonl",
             "moderator-ledger.sqlite"}  # fmt: skip
    assert holding(used.folder) == names
    head = used("verdicts", "verify").out.split()[-1]
    summary = json.loads(used.path("out/flagged.summary.json").read_text("utf-8"))

    done = used("purge", "--older-than", "30d", "out")
    assert done.status == 0, done.err
    assert "out/flagged.jsonl: flagged, 6 lost text" in done.out
    assert "out of 4 of 6 files and 6 entries of the ledger; entry 7 of the ledger" in done.out
    assert holding(used.folder) == set()
    assert CANARY not in done.out + done.err

    verified = used("verdicts", "verify", "--head", head)
    assert verified.status == 0
    assert "7 entries, 6 without their notes and salts; 0 problems." in verified.out
    after = json.loads(used.path("out/flagged.summary.json").read_text("utf-8"))
    assert after["read"] == summary["read"]
    assert [one["flagged"] for one in after["participants"]] == [2, 2, 2]
    entry = used("verdicts", "list", "--all", "--json").records[-1]
    assert entry["kind"] == "purge"
    assert {one["name"]: one["records"] for one in entry["files"]}["flagged.jsonl"] == 6


def test_twice_changes_nothing(used: Cli) -> None:
    used("purge", "--older-than", "30d", "out")
    was = {file: file.read_bytes() for file in used.folder.rglob("*") if file.is_file()}
    again = used("purge", "--older-than", "30d", "out")
    assert (again.status, "out of 0 of 6 files and 0 entries" in again.out) == (0, True)
    assert {file: file.read_bytes() for file in was} == was


def test_a_dry_run_says_the_same_and_changes_nothing(used: Cli) -> None:
    was = {file: file.read_bytes() for file in used.folder.rglob("*") if file.is_file()}
    dry = used("purge", "--older-than", "30d", "out", "--dry-run")
    assert dry.status == 0
    assert {file: file.read_bytes() for file in was} == was
    assert "would lose text" in dry.out
    assert "Would take text" in dry.out
    done = used("purge", "--older-than", "30d", "out")
    for name in ("out/flagged.jsonl: flagged, 6", "4 of 6 files and 6 entries"):
        assert name in dry.out
        assert name in done.out


def test_what_is_young_stays(used: Cli) -> None:
    done = used("purge", "--older-than", "2026-06-01", "out")
    assert "out of 0 of 6 files and 0 entries of the ledger." in done.out
    assert "flagged.jsonl" in holding(used.folder)


def test_what_it_cannot_clean_is_named(used: Cli) -> None:
    used.path("out/dump.csv", f"{HEADER}\n{ROWS[0]}\n")
    used.path("out/other.sqlite").write_bytes(used.path("moderator-ledger.sqlite").read_bytes())
    done = used("purge", "--older-than", "30d", "out")
    assert done.status == 6
    assert "out/dump.csv is left as it is, and may hold old text" in done.err
    assert "out/other.sqlite is left as it is" in done.err
    assert "name it with --ledger" in done.err
    assert holding(used.folder) == {"dump.csv", "other.sqlite"}


def test_other_commands_read_what_is_left(used: Cli) -> None:
    used("purge", "--older-than", "30d", "out")
    assert used("verdicts", "list").out.count("abusive") == 6
    assert used("verdicts", "export").records[0]["note"] is None
    assert used("report", "out/flagged.jsonl", "-o", "report.html").status == 0


def test_files_alone_say_that_nothing_keeps_it(cli: Cli) -> None:
    cli.path("f.jsonl", json.dumps(flagged()) + "\n")
    age(cli.folder)
    done = cli("purge", "--older-than", "30d", "f.jsonl")
    assert done.status == 0
    assert "No ledger keeps that this was done" in done.err


def test_usage(cli: Cli) -> None:
    cli("purge", "--older-than", "30d").fails(2, "Nothing to purge")
    cli("purge", "--older-than", "soon", ".").fails(2, "--older-than 'soon' is neither a span")
    cli("purge", "--older-than", "30d", "none").fails(4, "There is no none to purge")
    missing = ("--ledger", "none.sqlite")
    cli("purge", "--older-than", "30d", ".", *missing).fails(3, "There is no ledger none.sqlite")


def test_a_broken_ledger_stops_before_a_file_is_touched(used: Cli) -> None:
    path = used.path("moderator-ledger.sqlite")
    path.write_bytes(path.read_bytes().replace(b'"reviewer":"Ann"', b'"reviewer":"Eve"'))
    used("purge", "--older-than", "30d", "out").fails(3, "the chain breaks at entry 1")
    assert "flagged.jsonl" in holding(used.folder)


def test_a_ledger_that_cannot_be_written_stops_before_a_file_is_touched(used: Cli) -> None:
    # In the place of the journal, since a mode would not keep root from writing.
    used.path("moderator-ledger.sqlite-journal").mkdir()
    done = used("purge", "--older-than", "30d", "out", "--ledger", "moderator-ledger.sqlite")
    assert done.status in (3, 4)
    assert done.err.count("\n") == 1
    assert "flagged.jsonl" in holding(used.folder)


def test_a_report_and_statements_are_known_by_what_they_are(used: Cli) -> None:
    terms = ("--terms", "House rules, part 1")
    flagged = "out/flagged.jsonl"
    assert used("report", flagged, "-o", "out/report.html").status == 0
    assert used("dsa", "moderator-ledger.sqlite", "-o", "out/statements.jsonl", *terms).status == 0
    statements = used.path("out/statements.jsonl").read_bytes()
    done = used("purge", "--older-than", "30d", "out", "--ledger", "moderator-ledger.sqlite")
    assert done.status == 0, done.err
    assert not used.path("out/report.html").exists()
    assert used.path("out/statements.jsonl").read_bytes() == statements
