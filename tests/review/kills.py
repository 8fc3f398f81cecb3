"""Writers of one ledger that are killed at random moments, and what must be there afterwards.

A writer adds verdicts, and now and then undoes one or purges. Whenever a method of the ledger has
returned, it writes the entry's number and hash to a file of its own: from then on the entry counts
as acknowledged, and no kill may lose it.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from review.lines import verdict

from moderator.review.entries import AnyEntry
from moderator.review.ledger import Ledger
from moderator.review.verify import verify

_FORK = get_context("fork")  # A process is at work at once, so that kills hit work, not its start.

LONGEST_LIFE = 0.2
"""Seconds between two kills, at most."""


@dataclass
class Outcome:
    """What a campaign came to. `lost` are acknowledged entries that are not in the ledger."""

    kills: int = 0
    in_the_middle: int = 0  # kills of a lone writer that left a journal to be rolled back
    acknowledged: int = 0
    entries: int = 0
    lost: int = 0
    problems: int = 0


def write(folder: Path, name: str, most: int | None = None) -> None:
    """Writes to the ledger in `folder` until `most` verdicts are in, or for ever."""
    chance = random.Random(name)
    acks = os.open(folder / f"{name}.acks", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with Ledger.open(folder / "ledger.sqlite", create=True) as ledger:
        for number in count() if most is None else range(most):
            # A record of its own; the note makes some entries larger than a page.
            given = verdict(number, reviewer=name, note="x" * chance.choice([0, 10, 3900]))
            (entry,) = ledger.add([given]).new
            _acknowledge(acks, entry)
            if chance.random() < 0.1:
                _acknowledge(acks, ledger.undo(entry.number, name))
            if chance.random() < 0.05:
                now = datetime.now(UTC)
                erased = ledger.erase({entry.number}, before=now, reviewer=name, files=())
                _acknowledge(acks, erased)
    os.close(acks)


def _acknowledge(acks: int, entry: AnyEntry) -> None:
    os.write(acks, f"{entry.number} {entry.hash}\n".encode())


@contextmanager
def writers(folder: Path, number: int, most: int | None = None) -> Iterator[list[BaseProcess]]:
    """So many writers at once; those still alive at the end are killed."""
    running = [_start(folder, f"w{n}", most) for n in range(number)]
    try:
        yield running
    finally:
        for process in running:
            _kill(process)


def campaign(folder: Path, *, kills: int, at_once: int, seed: int) -> Outcome:
    """Kills a random one of the writers again and again, each replaced by a new one."""
    chance = random.Random(seed)
    outcome = Outcome()
    journal = folder / "ledger.sqlite-journal"
    with writers(folder, at_once) as running:
        while outcome.kills < kills:
            time.sleep(chance.uniform(0, LONGEST_LIFE))
            victim = chance.randrange(at_once)
            _kill(running[victim])
            if at_once == 1:
                outcome.in_the_middle += journal.exists()
            outcome.kills += 1
            running[victim] = _start(folder, f"w{at_once + outcome.kills}", None)
    check(folder, outcome)
    return outcome


def check(folder: Path, outcome: Outcome) -> None:
    """Counts what was acknowledged, what of it is missing, and what does not verify."""
    path = folder / "ledger.sqlite"
    if not path.exists():
        outcome.lost += any(acks.stat().st_size for acks in folder.glob("*.acks"))
        return
    with Ledger.open(path) as ledger:
        hashes = {(entry.number, entry.hash) for entry in ledger.entries()}
    acknowledged = set()
    for acks in folder.glob("*.acks"):
        # A kill may cut the last line short; what it says was not yet said, then.
        whole = acks.read_text("ascii").split("\n")[:-1]
        acknowledged |= {(int(number), hash_) for number, hash_ in map(str.split, whole)}
    outcome.acknowledged += len(acknowledged)
    outcome.entries += len(hashes)
    outcome.lost += len(acknowledged - hashes)
    outcome.problems += len(verify(path).problems)


def _start(folder: Path, name: str, most: int | None) -> BaseProcess:
    process = _FORK.Process(target=write, args=(folder, name, most), daemon=True)
    process.start()
    return process


def _kill(process: BaseProcess) -> None:
    if process.is_alive() and process.pid is not None:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    process.close()
