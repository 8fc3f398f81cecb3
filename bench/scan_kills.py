"""Scans killed at random moments and started again: is a byte lost, and do they go on?

    python bench/scan_kills.py [--kills 400] [--seed 1]

Scans of files (CSV, gzip, JSON Lines) and of sessions from a server on loopback, with the package's
rules alone and with its model, are killed after a time drawn from 0 to what a whole run takes,
started again, killed again, and at last left to end. Most run in processes forked from this one and
write their journal every 50 ms, so that kills hit work; the last line is of the command itself.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # a process that is forked has no threads
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from scan_kills import Outcome, Work, campaign, command, json_lines, rows, work, zipped  # noqa: E402
from server.app import LoopbackServer  # noqa: E402
from server.scenario import Scenario  # noqa: E402

from moderator.api import build  # noqa: E402
from moderator.config import load  # noqa: E402
from moderator.sources.target import Network  # noqa: E402

ROWS = 4000  # more than behaviour rules remember
ROWS_FOR_THE_MODEL = 300
ROWS_FOR_THE_COMMAND = 30_000  # it starts slowly, and writes its first journal after two seconds


def works(folder: Path, server: LoopbackServer) -> dict[str, tuple[Work, float]]:
    """What is killed, by name, and its share of the kills."""
    ruleset = load()
    rules = build(ruleset, [], batch_size=64)
    model = build(ruleset, batch_size=32)
    network = Network("dyte", server.base_urls["dyte"], allow_private=True)
    os.environ.update(server.environ("dyte"))
    dump, short = rows(ROWS), rows(ROWS_FOR_THE_MODEL)
    made = {}
    for name, data in {
        "csv": dump, "gzip": zipped(dump), "jsonl": json_lines(dump), "short": short,
        "long": rows(ROWS_FOR_THE_COMMAND),
    }.items():  # fmt: skip
        made[name] = str(folder / name)
        Path(made[name]).write_bytes(data)
    long_session = server.add(Scenario(body=zipped(dump)), "long")
    short_session = server.add(Scenario(body=short), "short")
    return {
        "CSV, rules": (work(made["csv"], rules, ruleset), 0.2),
        "gzip, rules": (work(made["gzip"], rules, ruleset), 0.15),
        "JSON Lines, rules": (work(made["jsonl"], rules, ruleset), 0.15),
        "session, rules": (work(long_session, rules, ruleset, network), 0.15),
        "CSV, rules and model": (work(made["short"], model, ruleset), 0.15),
        "session, rules and model": (work(short_session, model, ruleset, network), 0.15),
        "the command, rules": (command(made["long"], "--model", "none"), 0.05),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"seed {options.seed}\n{'':26}{'kills':>7}{'resumed':>9}{'anew':>6}{'refused':>9}"
          f"{'ends':>6}{'equal':>7}{'bytes lost':>12}{'left over':>11}{'seconds':>9}")  # fmt: skip
    total, spent = Outcome(), 0.0
    with tempfile.TemporaryDirectory() as folder, LoopbackServer() as server:
        for number, (name, (run, share)) in enumerate(works(Path(folder), server).items()):
            room = Path(folder) / f"work{number}"
            room.mkdir()
            began = time.monotonic()
            kills = round(options.kills * share)
            found = campaign(run, room, kills=kills, chain=6, seed=options.seed + number)
            seconds = time.monotonic() - began
            _show(name, found, seconds)
            total.add(found)
            spent += seconds
    _show("all", total, spent)
    raise SystemExit(total.failed)


def _show(name: str, found: Outcome, seconds: float) -> None:
    print(f"{name:26}{found.kills:7,}{found.resumed:9,}{found.anew:6,}{found.refused:9,}"
          f"{found.ends:6,}{found.equal:7,}{found.lost:12,}{found.left:11,}{seconds:9.0f}",
          flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
