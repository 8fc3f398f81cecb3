"""`moderator scan` on files and pipes."""

import gzip
import json
import os
import re
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest
from cli.command import COMMAND, EXAMPLES, LIGHT, RULES, TESTS, Cli
from server.scenario import dump

GOLDEN = TESTS / "golden" / "dump.csv"


def test_an_example_as_the_readme_says(cli: Cli) -> None:
    done = cli("scan", str(EXAMPLES / "class.csv"), "-o", "flagged.jsonl", "--model", "none")
    assert (done.status, done.out) == (0, "")
    flagged = cli.lines("flagged.jsonl")
    assert 3 <= len(flagged) <= 60
    assert all(one["flagged"] and one["participantId"] for one in flagged)
    summary = json.loads(cli.path("flagged.summary.json").read_bytes())
    assert summary["flagged"] == len(flagged)
    assert summary["rules"]["path"] == "default"
    assert done.err.startswith(f"{EXAMPLES / 'class.csv'}: read {summary['read']}, judged ")
    assert sorted(path.name for path in cli.folder.iterdir()) == [
        "flagged.jsonl",
        "flagged.rejects.jsonl",
        "flagged.summary.json",
        "flagged.unscored.jsonl",
    ]
    for path in cli.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_pipe_and_a_file_give_the_same(cli: Cli) -> None:
    piped = cli("scan", "-", *LIGHT, stdin=GOLDEN.read_bytes())
    read = cli("scan", str(GOLDEN), *LIGHT)
    zipped = cli("scan", "-", *LIGHT, stdin=gzip.compress(GOLDEN.read_bytes()))
    assert piped.out == read.out == zipped.out
    assert [one["id"] for one in piped.records] == ["m02", "m04", "m07", "m07"]
    assert "Rejected rows were not kept" in piped.err


def test_standard_output_is_for_records_alone(cli: Cli) -> None:
    done = cli("scan", str(GOLDEN), *LIGHT, "--quiet", "--rejects", "rejects.jsonl")
    assert len(done.records) == 4
    assert done.err == ""
    assert [one["line"] for one in cli.lines("rejects.jsonl")] == [16, 18]


def test_options_for_what_is_kept(cli: Cli) -> None:
    done = cli(
        "scan", str(GOLDEN), *LIGHT, "-o", "a.jsonl", "--all-findings", "--context", "0",
        "--scores", "scores.jsonl", "--rejects", "bad.jsonl",
    )  # fmt: skip
    assert done.status == 0
    flagged = cli.lines("a.jsonl")
    assert [one["flagged"] for one in flagged] == [True, True, True, True, False]
    assert all(one["context"] == {"before": [], "after": []} for one in flagged)
    assert len(cli.lines("scores.jsonl")) == 11
    assert len(cli.lines("bad.jsonl")) == 2
    assert not cli.path("a.rejects.jsonl").exists()


def test_fail_on_tells_what_was_found(cli: Cli) -> None:
    done = cli("scan", str(GOLDEN), *LIGHT, "-o", "f.jsonl", "--fail-on", "critical")
    assert done.status == 1
    assert cli.path("f.jsonl").exists()


def test_fail_on_lets_milder_things_pass(cli: Cli) -> None:
    body = dump(2, "you idiot")
    assert cli("scan", "-", *LIGHT, "-q", "--fail-on", "high", stdin=body).status == 0
    assert cli("scan", "-", *LIGHT, "-q", "--fail-on", "medium", stdin=body).status == 1


def test_no_clobber(cli: Cli) -> None:
    old = cli.path("f.jsonl", "old")
    cli("scan", str(GOLDEN), *LIGHT, "-o", "f.jsonl", "--no-clobber").fails(
        4, "f.jsonl exists already and --no-clobber forbids to replace it"
    )
    assert old.read_text() == "old"
    assert cli("scan", str(GOLDEN), *LIGHT, "-o", "f.jsonl").status == 0
    assert len(cli.lines("f.jsonl")) == 4


def pages(*paths: Path) -> list[str]:
    """Pages without what is another each time: salts, what they open, and when it was made."""
    changing = r'"[ht]":"[0-9a-f]{64}"|(?:0[1-9]|[123]\d) [A-Z][a-z]{2} 2\d{3}, [\d:]{5,8} UTC'
    return [re.sub(changing, "", path.read_text("utf-8")) for path in paths]


def test_a_report_in_the_same_go(cli: Cli) -> None:
    done = cli("scan", str(GOLDEN), *LIGHT, "-o", "f.jsonl", "--report", "made.html")
    assert (done.status, done.out) == (0, "")
    assert cli("report", "f.jsonl", "-o", "later.html").status == 0
    made, later = pages(cli.path("made.html"), cli.path("later.html"))
    assert made == later
    assert "rows read" in made
    assert stat.S_IMODE(cli.path("made.html").stat().st_mode) == 0o600
    cli("scan", str(GOLDEN), *LIGHT, "-o", "f.jsonl", "--report", "made.csv")
    assert len(cli.path("made.csv").read_text("utf-8").splitlines()) == 5


def test_a_report_of_the_scan_has_a_file_of_its_own(cli: Cli) -> None:
    scan = ("scan", str(GOLDEN), *LIGHT)
    cli(*scan, "--report", "r.html").fails(2, "name a file for that with -o FILE")
    cli(*scan, "-o", "/dev/null", "--report", "r.html").fails(2, "name a file for that")
    for other in ("f.jsonl", "f.summary.json", "./f.unscored.jsonl", str(GOLDEN)):
        cli(*scan, "-o", "f.jsonl", "--report", other).fails(2, "is another file of this scan")
    old = cli.path("r.html", "old")
    cli(*scan, "-o", "f.jsonl", "--report", "r.html", "--no-clobber").fails(4, "r.html exists")
    cli(*scan, "-o", "f.jsonl", "--report", "no/r.html").fails(4, "no/r.html cannot be written")
    cli("scan", "--since", "1d", "--out-dir", "x", "--report", "r.html").fails(2, "one TARGET")
    assert old.read_text() == "old"
    assert [path.name for path in cli.folder.iterdir()] == ["r.html"]


def test_the_same_twice_gives_the_same_bytes(cli: Cli) -> None:
    for name in ("a", "b"):
        cli("scan", str(EXAMPLES / "stream.csv"), "--model", "none", "-o", f"{name}.jsonl")
    assert cli.path("a.jsonl").read_bytes() == cli.path("b.jsonl").read_bytes() != b""


def test_a_rules_file_in_the_folder_is_not_picked_up(cli: Cli) -> None:
    cli.path("rules.yaml", "version: nonsense")
    assert cli("scan", "-", "--model", "none", "-q", stdin=dump(1)).status == 0
    cli("scan", "-", "--rules", "rules.yaml", "--model", "none", stdin=dump(1)).fails(
        2, "rules.yaml"
    )


def test_candidate_rules_judge_in_the_shadow(cli: Cli) -> None:
    text = Path(RULES).read_text("utf-8").replace("[idiot, clown]", "[hallo]")
    candidate = cli.path("new.yaml", text)
    alone = cli("scan", str(GOLDEN), *LIGHT, "-o", "alone.jsonl")
    done = cli("scan", str(GOLDEN), *LIGHT, "-o", "f.jsonl", "--shadow", str(candidate))
    assert (alone.status, done.status) == (0, 0)
    assert cli.path("f.jsonl").read_bytes() == cli.path("alone.jsonl").read_bytes()
    shadow = json.loads(cli.path("f.summary.json").read_bytes())["shadow"]
    records = cli.lines("f.shadow.jsonl")
    assert shadow["dropped"] == [one["change"] for one in records].count("dropped") > 0
    assert f"new.yaml would flag {shadow['flagged']}: " in done.err
    assert not cli.path("alone.shadow.jsonl").exists()
    cli("scan", str(GOLDEN), *LIGHT, "--shadow", str(candidate)).fails(2, "name it with -o FILE")


@pytest.mark.parametrize(
    ("arguments", "status", "part"),
    [
        (["missing.csv"], 3, "There is no file missing.csv"),
        (["."], 3, "cannot be read: Is a directory"),
        (["05e57591-d89e-45c9-ae44-08dc1eaad0e0"], 2, "no credentials are set"),
        (["--since", "soon", "--out-dir", "o"], 2, "'soon'"),
        (["--since", "1d", "--out-dir", "o"], 2, "no credentials are set"),
        (["x.csv", "-o", "x.csv"], 2, "x.csv is the dump itself"),
    ],
)
def test_what_is_wrong_is_told_before_rules_and_models_are_loaded(
    cli: Cli, arguments: list[str], status: int, part: str
) -> None:
    cli.path("x.csv", dump(1))
    cli("scan", *arguments, "--rules", "absent.yaml", "--model", "bert").fails(status, part)


def test_stdout_closed_early_is_one_sentence(cli: Cli) -> None:
    body = cli.path("big.csv", dump(20_000, "you idiot"))
    process = subprocess.Popen(
        [COMMAND, "scan", str(body), *LIGHT],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=cli.environ,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"{")
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(60) == 4
    assert err.splitlines() == [
        "moderator: Standard output was closed before the end; records after that are lost. "
        "Use -o FILE to keep all of them."
    ]


def test_records_come_out_while_the_pipe_is_still_open(cli: Cli) -> None:
    process = subprocess.Popen(
        [COMMAND, "scan", "-", *LIGHT, "-q"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=cli.environ,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    # Less than fits into the pipe comes out, since nobody reads it while this is written.
    process.stdin.write(dump(10, "you idiot") + dump(9000).partition(b"\n")[2])
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == "m0"
    process.stdin.close()
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait(60) == 0
    assert len(rest.splitlines()) == 9


@pytest.mark.parametrize(
    ("number", "status", "word"),
    [(signal.SIGINT, 130, "Interrupted"), (signal.SIGTERM, 143, "Terminated")],
    ids=["interrupted", "terminated"],
)
def test_a_stopped_run_leaves_the_older_file_and_says_so(
    cli: Cli, number: int, status: int, word: str
) -> None:
    old = cli.path("f.jsonl", "old")
    process = subprocess.Popen(
        [COMMAND, "scan", "-", *LIGHT, "-o", "f.jsonl"],
        stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=cli.environ, cwd=cli.folder,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(dump(100, "you idiot"))
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while not any(path.suffix == ".part" for path in cli.folder.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == status
    assert err.decode() == (
        f"moderator: {word}; nothing is half-written, "
        "and files of this run that are named are whole.\n"
    )
    assert old.read_text() == "old"
    assert [path.name for path in cli.folder.iterdir()] == ["f.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "status", "parts"),
    [
        ([], 2, ["TARGET", "--since"]),
        (["dump.csv", "--since", "1d", "--out-dir", "o"], 2, ["either one TARGET"]),
        (["--since", "1d"], 2, ["--since needs --out-dir"]),
        (["dump.csv", "--out-dir", "o"], 2, ["--out-dir"]),
        (["--since", "1d", "--out-dir", "o", "-o", "x.jsonl"], 2, ["not for --since"]),
        (["--since", "soon", "--out-dir", "o", *LIGHT], 2, ["'soon'", "ISO date"]),
        (["missing.csv", *LIGHT], 3, ["There is no file missing.csv"]),
        ([".", *LIGHT], 3, ["cannot be read: Is a directory"]),
        (["-", *LIGHT], 3, ["the dump is empty"]),
        (["05e57591-d89e-45c9-ae44-08dc1eaad0e0", *LIGHT], 2, ["no credentials are set"]),
        (["dump.csv", "--model", "bert"], 2, ["'bert' is not known", "chat-minilm"]),
        (["dump.csv", "--model", "none", "--model", "detoxify"], 2, ["cannot be combined"]),
        (["dump.csv", "--rules", "no.yaml", "--model", "none"], 2, ["no.yaml"]),
        (["dump.csv", *LIGHT, "-o", "no/such/f.jsonl"], 4, ["no/such/f.jsonl cannot be written"]),
        (["dump.csv", *LIGHT, "-o", "."], 4, ["is a folder"]),
        (["dump.csv", *LIGHT, "-o", "dump.csv"], 2, ["dump.csv is the dump itself"]),
        (["dump.csv", *LIGHT, "-o", "f", "--scores", "./f"], 2, ["more than one output"]),
        (["page.html", *LIGHT], 3, ["an HTML or XML page"]),
        (["other.csv", *LIGHT], 3, ["this is no chat dump", "participantId"]),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_sentence(
    cli: Cli, arguments: list[str], status: int, parts: list[str]
) -> None:
    cli.path("dump.csv", dump(2))
    cli.path("page.html", "<!doctype html><html></html>")
    cli.path("other.csv", "name,text\r\nAnn,hello\r\n")
    before = sorted(path.name for path in cli.folder.iterdir())
    cli("scan", *arguments).fails(status, *parts)
    assert sorted(path.name for path in cli.folder.iterdir()) == before
    assert cli.path("dump.csv").read_bytes() == dump(2)


def test_an_unknown_option_is_a_usage_error(cli: Cli) -> None:
    done = cli("scan", "x.csv", "--frobnicate")
    assert done.status == 2
    assert "--frobnicate" in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_sentence(cli: Cli) -> None:
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run(
            [COMMAND, "scan", str(GOLDEN), *LIGHT, "-q"],
            stdout=full, stderr=subprocess.PIPE, env=cli.environ, check=False,
        )  # fmt: skip
    assert process.returncode == 4
    assert process.stderr.decode().count("\n") == 1
    assert process.stderr.startswith(b"moderator: Standard output cannot be written: No space")
