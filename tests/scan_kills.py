"""Scans that are killed at random moments and started again, and what must be there in the end.

A scan runs in a process of its own, forked from one in which all is loaded, so that kills hit its
work. It is killed after a time drawn from 0 to what a whole run takes, started again, killed
again, and at last left to end: then every file has to be what a run writes that nobody kills.
"""

import gzip
import json
import math
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import orjson
from cli.command import COMMAND

from moderator.checkpoints import Resumable
from moderator.config import RuleSet
from moderator.continued import Reread
from moderator.pipeline import Pipeline
from moderator.scan import Destinations, scan
from moderator.sources.dump import read_dump
from moderator.sources.target import Network, opened

HEADER = (
    "id,participantId,sessionId,meetingId,displayName,pinned,isEdited,payloadType,payload,createdAt"
)


def rows(count: int = 1000, first: str = "well") -> bytes:
    """A dump with flags, unscored messages, repeats, rejects, other types, floods and names."""
    lines = [HEADER]
    for number in range(count):
        text = first if number == 0 else f"message {number}"
        if number % 7 == 3:
            text = "you idiot"
        elif number % 31 == 5:
            text = "buy this"
        elif number % 53 == 9:
            text = "das ist deutsch"
        kind = "IMAGE_MESSAGE" if number % 29 == 1 else "TEXT_MESSAGE"
        who, name = f"p{number % 11}", f"Sam {number % 17}" if number % 5 else "Clown"
        row = f"m{number},{who},s1,r1,{name},false,false,{kind},{text},2026-06-10T10:00:00.000Z"
        lines.append("a broken row" if number % 97 == 2 else row)
        if number % 41 == 6:
            lines.append(row)
    return "\r\n".join([*lines, ""]).encode()


def json_lines(dump: bytes) -> bytes:
    """The rows of such a dump that are whole, as JSON Lines."""
    names, *lines = (line.split(",") for line in dump.decode().split("\r\n") if line)
    kept = (dict(zip(names, line, strict=True)) for line in lines if len(line) == len(names))
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in kept)


def zipped(dump: bytes) -> bytes:
    """The same bytes each time."""
    return gzip.compress(dump, mtime=0)


@dataclass
class Outcome:
    """What a campaign came to.

    `early` are scans that ended before they were killed. `resumed` began where a journal said,
    `anew` where there was none yet; `refused` are journals that did not fit. `lost` are the bytes
    of files that are missing or others in the end, or were when they had their names at a kill;
    `left` are files that nobody asked for.
    """

    kills: int = 0
    early: int = 0
    resumed: int = 0
    anew: int = 0
    refused: int = 0
    ends: int = 0
    equal: int = 0
    lost: int = 0
    left: int = 0

    def add(self, other: "Outcome") -> None:
        """Adds all of another campaign."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def failed(self) -> bool:
        """Whether something is not as it has to be."""
        return bool(self.lost or self.left or self.refused or self.equal < self.ends)


Work = Callable[[Path, Callable[[str], None]], None]
"""Scans into a folder; tells what it goes on with."""


def work(
    target: str,
    pipeline: Pipeline,
    ruleset: RuleSet,
    network: Network | None = None,
    every: float = 0.05,
) -> Work:
    """A scan of a file or of a session, as the command does it, with a journal that often."""

    def run(folder: Path, tell: Callable[[str], None]) -> None:
        to = Destinations.beside(folder / "f.jsonl", scores=folder / "s.jsonl")
        with opened(target, network or Network(), sys.stdin.buffer) as dump:
            again = Reread(dump.stream)
            scan(
                read_dump(again), pipeline, ruleset, to, source=dump.name,
                stdout=sys.stdout.buffer, all_findings=True,
                resumable=Resumable(again, tell=tell, every=every, share=0.2),
            )  # fmt: skip

    return run


def command(*arguments: str) -> Work:
    """The command itself, from its start on."""

    def run(folder: Path, tell: Callable[[str], None]) -> None:
        told = folder.with_name(f"{folder.name}.told")
        os.dup2(os.open(told, os.O_WRONLY | os.O_APPEND), 2)
        to = ["-o", str(folder / "f.jsonl"), "--scores", str(folder / "s.jsonl")]
        words = [COMMAND, "scan", *arguments, "--all-findings", *to]
        os.execve(COMMAND, words, {**os.environ, "OMP_NUM_THREADS": "1"})

    return run


def campaign(run: Work, folder: Path, *, kills: int, chain: int, seed: int) -> Outcome:
    """So many kills, up to `chain` of them on the way to each end."""
    chance = random.Random(seed)
    outcome = Outcome()
    whole = folder / "whole"
    whole.mkdir()
    began = time.monotonic()
    assert _ended(_started(run, whole))
    longest = time.monotonic() - began
    expected = _files(whole)
    while outcome.kills < kills:
        trial = folder / f"{outcome.ends}"
        trial.mkdir()
        for _ in range(chance.randint(1, chain)):
            began = time.monotonic()
            process = _started(run, trial)
            if _ended(process, began + chance.uniform(0, longest)):
                longest = (longest + time.monotonic() - began) / 2  # other work comes and goes
                outcome.early += 1
                break
            outcome.kills += 1
            named = {name: data for name, data in _files(trial).items() if name in expected}
            outcome.lost += _lost({name: expected[name] for name in named}, named)
        else:
            assert _ended(_started(run, trial))
        _count(outcome, trial, expected)
    return outcome


def _count(outcome: Outcome, trial: Path, expected: dict[str, bytes]) -> None:
    found = _files(trial)
    told = trial.with_name(f"{trial.name}.told").read_text("utf-8").splitlines()
    resumed = sum("Going on with" in line for line in told)
    refused = sum("cannot be gone on with" in line for line in told)
    outcome.resumed += resumed
    outcome.refused += refused
    outcome.anew += told.count("begun") - 1 - resumed - refused
    outcome.ends += 1
    outcome.equal += found == expected
    outcome.lost += _lost(expected, found)
    outcome.left += len(found.keys() - expected.keys())


def _lost(expected: dict[str, bytes], found: dict[str, bytes]) -> int:
    """The bytes of files that are not what they have to be."""
    return sum(len(data) for name, data in expected.items() if found.get(name) != data)


def _files(folder: Path) -> dict[str, bytes]:
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    if "f.summary.json" in found:
        summary: dict[str, Any] = json.loads(found["f.summary.json"])
        found["f.summary.json"] = json.dumps({**summary, "seconds": 0}).encode()
    return found


def _started(run: Work, folder: Path) -> int:
    """The process that scans; what it tells is noted beside the folder."""
    told = os.open(folder.with_name(f"{folder.name}.told"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(told, b"begun\n")
    if process := os.fork():
        os.close(told)
        return process
    try:
        run(folder, lambda sentence: _note(told, sentence))
        os._exit(0)
    finally:
        os._exit(1)


def _note(told: int, sentence: str) -> None:
    os.write(told, f"{sentence}\n".encode())


def _ended(process: int, kill_at: float = math.inf) -> bool:
    """Waits for it, or kills it then: whether it came to its end; it may not fail."""
    while not (done := os.waitpid(process, os.WNOHANG))[0]:
        if time.monotonic() >= kill_at:
            os.kill(process, signal.SIGKILL)
            done = os.waitpid(process, 0)
            break
        time.sleep(0.002)
    if os.WIFSIGNALED(done[1]):
        return False
    assert os.WEXITSTATUS(done[1]) == 0, "a scan failed"
    return True
