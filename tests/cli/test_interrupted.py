"""Scans that are stopped by signals, started again, and started twice at once."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli.command import COMMAND, LIGHT, Cli
from server.scenario import HEADER, Scenario

ROWS = 12_000


def long_dump() -> bytes:
    """Rows that take seconds to judge; the last is in a name of its own."""
    lines = [
        f"m{number},p{number % 300},s1,r1,Sam {number % 400},false,false,TEXT_MESSAGE,"
        f"{'you idiot' if number % 9 == 0 else 'hello there'} {number},2026-06-10T10:00:00.000Z"
        for number in range(ROWS)
    ]
    return HEADER + b"\r\n" + "\r\n".join([*lines, ""]).encode()


LONG = long_dump()


@contextmanager
def at_work(cli: Cli, *arguments: str, part: str = ".f.jsonl") -> Iterator[subprocess.Popen[bytes]]:
    """The command, once it has begun to write."""
    process = subprocess.Popen(
        [COMMAND, *arguments], stderr=subprocess.PIPE, env=cli.environ, cwd=cli.folder
    )
    try:
        deadline = time.monotonic() + 60
        grown = cli.path(f"{part}.moderator.part")
        while not (grown.exists() and grown.stat().st_size):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield process
    finally:
        process.kill()
        process.communicate()


def outputs(folder: Path) -> dict[str, bytes]:
    """The files of a scan, without what is another each time."""
    found = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".csv"}
    for name in found:
        if name.endswith("summary.json"):
            found[name] = json.dumps({**json.loads(found[name]), "seconds": 0}).encode()
    return found


@pytest.mark.parametrize(
    ("number", "status", "word"),
    [(signal.SIGINT, 130, "Interrupted"), (signal.SIGTERM, 143, "Terminated")],
    ids=["interrupted", "terminated"],
)
def test_a_stopped_scan_of_a_file_goes_on_later(
    cli: Cli, number: int, status: int, word: str
) -> None:
    cli.path("dump.csv", LONG)
    scan = ("scan", "dump.csv", *LIGHT, "-o", "f.jsonl")
    with at_work(cli, *scan) as process:
        os.kill(process.pid, number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == status
    said = re.fullmatch(
        "moderator: Finishing the batch in hand; once more stops at once\\.\n"
        f"moderator: {word}; nothing is half-written, and the same command goes on after "
        "([\\d,]+) messages\\.\n",
        err.decode(),
    )
    assert said is not None, err
    assert not cli.path("f.jsonl").exists()
    again = cli(*scan)
    assert again.err.splitlines()[0] == (
        f"moderator: Going on with an interrupted run to f.jsonl: {said[1]} messages are "
        "judged already."
    )
    found = outputs(cli.folder)
    for path in cli.folder.glob("f.*"):
        path.unlink()
    whole = cli(*scan)
    assert len(whole.err.splitlines()) == 1
    assert outputs(cli.folder) == found


def test_a_second_scan_to_the_same_output_is_refused(cli: Cli) -> None:
    cli.path("dump.csv", LONG)
    scan = ("scan", "dump.csv", *LIGHT)
    with at_work(cli, *scan, "-o", "f.jsonl") as process:
        process.send_signal(signal.SIGSTOP)  # it takes its time
        cli(*scan, "-o", "./f.jsonl").fails(4, "f.jsonl is being written by another run")
        cli(*scan, "-o", "g.jsonl", "--rejects", "f.rejects.jsonl").fails(4, "f.rejects.jsonl is")
        assert not cli.path("g.jsonl").exists()
        process.send_signal(signal.SIGCONT)
        assert process.wait(60) == 0
    assert len(cli.lines("f.jsonl")) == ROWS // 9 + 1


def test_a_stopped_sweep_goes_on_in_the_session_where_it_was(online: Cli) -> None:
    assert online.server is not None
    online.server.sessions.clear()
    one = online.server.add(Scenario(body=LONG), "one")
    two = online.server.add(Scenario(), "two")
    sweep = ("scan", "--since", "2026-01-01", "--out-dir", "out", *LIGHT, *online.api())
    with at_work(online, *sweep, part=f"out/.{one}.jsonl") as process:
        os.kill(process.pid, signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "Terminated; nothing is half-written, and the same command goes on" in err.decode()
    again = online(*sweep)
    assert again.status == 0
    assert "Going on with an interrupted run" in again.err
    assert len(online.lines(f"out/{one}.jsonl")) == ROWS // 9 + 1
    assert online.path(f"out/{two}.jsonl").exists()
    hidden = [path.name for path in online.path("out").iterdir() if path.name.startswith(".")]
    assert hidden == []


def handles_sigterm(pid: int) -> bool:
    """Whether the process has a handler of its own for SIGTERM."""
    line = re.search(r"^SigCgt:\s*(\w+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return line is not None and bool(int(line[1], 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.2, 0.3, 0.4])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_it_starts_is_no_bug_of_it(
    cli: Cli, seconds: float, number: int, status: int
) -> None:
    cli.path("dump.csv", LONG)
    process = subprocess.Popen(
        [COMMAND, "scan", "dump.csv", *LIGHT, "-o", "f.jsonl"],
        stderr=subprocess.PIPE, env=cli.environ, cwd=cli.folder,
    )  # fmt: skip
    while not handles_sigterm(process.pid):
        assert process.poll() is None
        time.sleep(0.005)
    time.sleep(seconds)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == status, err
    assert re.search(rb"moderator: (Interrupted|Terminated); nothing is half-written", err)
    assert b"Internal" not in err
    assert not cli.path("f.jsonl").exists()
