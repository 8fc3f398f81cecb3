"""Scans whose model's process is killed again and again: are their files those of a quiet scan?

Kills come at random moments of a seed: while the model loads, judges, or waits. What is compared is
every byte of every file but the summary's times.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGTERM)
RUN = "from moderator.cli.main import run; run()"
PLAIN = (
    "hello everyone", "gg", "when is the exam?", "lol", "nice one", "can you hear me", "brb",
    "the link is in the notes", "thanks", "which page are we on", "my mic is broken", "same here",
)  # fmt: skip
RUDE = ("you are an idiot", "shut up loser", "i will find you and kill you", "this is trash", "kys")
TIMED = "seconds"
"""What may differ between two summaries."""


@dataclass
class Outcome:
    """What a campaign came to: files that differ, and messages that were left unjudged."""

    scans: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    bytes_equal: int = 0
    differ: int = 0
    unscored: int = 0


def write_dump(path: Path, rows: int, seed: int) -> None:
    """A dump whose messages are all different, one in twenty of them rude."""
    chance = random.Random(seed)
    head = (
        "id,participantId,sessionId,meetingId,displayName,pinned,isEdited,payloadType,payload,"
        "createdAt\n"
    )
    lines = [
        f"m{number},p{number % 40},s1,r1,Guest {number % 40},false,false,TEXT_MESSAGE,"
        f'"{chance.choice(PLAIN)} {chance.choice(RUDE if number % 20 == 7 else PLAIN)} '
        f'{chance.randrange(10**6)}",'
        f"2026-06-10T10:00:00.{number % 1000:03}Z\n"
        for number in range(rows)
    ]
    path.write_text(head + "".join(lines), "utf-8")


def scan(dump: Path, folder: Path, *, scores: bool = False) -> "subprocess.Popen[bytes]":
    """Starts a scan of a dump into a folder, with the bundled model."""
    folder.mkdir()
    command = ["scan", str(dump), "-o", str(folder / "flagged.jsonl"), "--quiet"]
    if scores:
        command += ["--scores", str(folder / "scores.jsonl")]
    return subprocess.Popen([sys.executable, "-c", RUN, *command], stderr=subprocess.PIPE)


def workers(pid: int) -> list[int]:
    """The processes below `pid` in which a model lives."""
    found = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text("ascii").split():
                line = Path(f"/proc/{child}/cmdline").read_bytes()
                if b"moderator.classifiers.worker" in line:
                    found.append(int(child))
    except OSError:  # it has ended meanwhile
        pass
    return found


class Killer(threading.Thread):
    """Kills a scan's model `most` times, waiting up to `seconds` before each."""

    def __init__(
        self, running: "subprocess.Popen[bytes]", chance: random.Random, seconds: float, most: int
    ) -> None:
        super().__init__(daemon=True)
        self.kills: Counter[str] = Counter()
        self._scan, self._chance, self._seconds, self._most = running, chance, seconds, most
        self.start()

    def run(self) -> None:
        while self._scan.poll() is None and self.kills.total() < self._most:
            time.sleep(self._chance.uniform(0.01, self._seconds))
            for pid in workers(self._scan.pid):
                how = self._chance.choice(SIGNALS)
                try:
                    os.kill(pid, how)
                except ProcessLookupError:
                    continue
                self.kills[how.name] += 1


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a scan by name; of the summary, all but how long it took."""
    found: dict[str, bytes] = {}
    for file in sorted(folder.iterdir()):
        found[file.name] = file.read_bytes()
        if file.name.endswith(".summary.json"):
            summary = json.loads(found[file.name])
            del summary[TIMED]
            found[file.name] = json.dumps(summary).encode()
    return found


def campaign(folder: Path, *, rows: int, kills: int, seed: int, scores: bool = False) -> Outcome:
    """Scans one dump until its model has been killed so often, and compares with a quiet scan.

    Before each kill it waits at most as long as the quiet scan took, whatever the machine's speed:
    some hit a model that loads, few enough that it is never given up.
    """
    chance = random.Random(seed)
    dump = folder / "dump.csv"
    write_dump(dump, rows, seed)
    began = time.monotonic()
    quiet = scan(dump, folder / "quiet", scores=scores)
    complaint = quiet.communicate()[1]
    assert quiet.returncode == 0, complaint.decode()
    seconds = time.monotonic() - began
    expected = contents(folder / "quiet")
    outcome = Outcome()
    while outcome.kills.total() < kills:
        place = folder / f"disturbed-{outcome.scans}"
        disturbed = scan(dump, place, scores=scores)
        killer = Killer(disturbed, chance, seconds, kills - outcome.kills.total())
        complaint = disturbed.communicate()[1]
        killer.join()
        assert disturbed.returncode == 0, complaint.decode()
        outcome.scans += 1
        outcome.kills += killer.kills
        found = contents(place)
        for name in expected.keys() | found.keys():
            same = found.get(name) == expected.get(name)
            outcome.differ += not same
            outcome.bytes_equal += len(expected[name]) if same else 0
        outcome.unscored += found["flagged.unscored.jsonl"].count(b"\n")
    return outcome


def never_ready(folder: Path, *, seed: int) -> tuple[int, str, list[str], int]:
    """A scan whose model is killed whenever it starts: status, complaint, files, kills."""
    dump = folder / "dump.csv"
    write_dump(dump, 50, seed)
    process = scan(dump, folder / "never")
    killer = Killer(process, random.Random(seed), 0.02, 1000)
    complaint = process.communicate()[1].decode()
    killer.join()
    names = sorted(file.name for file in (folder / "never").iterdir())
    return process.returncode, complaint, names, killer.kills.total()
