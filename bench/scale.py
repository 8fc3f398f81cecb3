"""Whether a scan's cost is a straight line, and its memory flat, from 1,000 rows to millions.

    python bench/scale.py rules [--rows N ...] [--again]
    python bench/scale.py model [--rows N ...] [--again]

Scans run from a plain install without torch, `rules` with --model none, `model` with the bundled
one. What was measured is kept in bench/scale.json row by row, so that a run that is stopped goes
on where it was; --again measures anew. Each dump is made up on the fly from a seed, and piped into
a `moderator` of its own, so that its rows are never all anywhere. The rows are as hard on memory
as chat can be: every message is another one, one word in twelve has never been seen before, ids
are UUIDs. Of a thousand rows, 3 are images, 2 repeat the row before, 1 is broken, and about 30 are
abuse. There are always 2,000 participants. Prints a table, draws bench/scale.svg, and exits with 1
where memory or residuals are over their limits, or rows went missing.
"""

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from plain import ROOT, commit, plain
from processes import machine, watched
from straight import Line, draw, fitted

OUT = Path(__file__).with_suffix(".json")
SEED = 11
PARTICIPANTS = 2_000
ROWS = {
    "rules": (1_000, 10_000, 100_000, 1_000_000, 5_000_000),
    "model": (1_000, 10_000, 50_000, 200_000),
}
MOST_MIB = {"rules": 200.0, "model": 450.0}
MOST_RESIDUAL = 0.15
"""How far a run's processor time may lie from the line, as a share of it."""

OPTIONS = {"rules": ("--model", "none"), "model": ()}

HEADER = (
    "id,participantId,sessionId,meetingId,displayName,pinned,isEdited,payloadType,payload,createdAt"
)
_WORDS = """
the a to and of it is in that on for with this was are be can we not just so but what how there all
ok yes no lol thanks hello everyone morning question slide audio sound screen link recording again
today tomorrow week minute part page chapter example answer code build test server game round team
map score goal song stream camera mic really very maybe sure great nice good cool sorry wait please
someone anyone could would should think know see hear mean need want does did has have been about
same here now then next first last still also only more than back up down out over when where why
"""
PLAIN = _WORDS.split()
RUDE = ["you are an idiot", "kys", "shut the fuck up", "u r trash lol", "i will kill you"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def dump(rows: int) -> Iterator[bytes]:
    """The lines of a CSV dump, the same for the same number."""
    source = random.Random(SEED)
    yield f"{HEADER}\r\n".encode()
    last = b""
    for number in range(rows):
        die = source.randrange(1_000)
        if die < 2 and last:
            yield last
        elif die == 2:
            yield b"a row,of too few columns\r\n"
        else:
            last = _row(source, number, image=3 <= die < 6, rude=6 <= die < 36)
            yield last


def _row(source: random.Random, number: int, *, image: bool, rude: bool) -> bytes:
    who = source.randrange(PARTICIPANTS)
    words = source.choices(PLAIN, k=source.randrange(2, 14))
    if source.random() < 0.6:
        words.append("".join(source.choices(LETTERS, k=9)))
    if rude:
        words.append(source.choice(RUDE))
    payload = f"https://files.example/{number}.png" if image else f"{' '.join(words)}, {number}"
    kind = "IMAGE_MESSAGE" if image else "TEXT_MESSAGE"
    return (
        f"{source.getrandbits(128):032x},p{who:08x},s-1,r-1,Guest {who},false,false,{kind},"
        f'"{payload}",2026-06-10T{number // 3600 % 24:02}:{number // 60 % 60:02}:'
        f"{number % 60:02}.000Z\r\n"
    ).encode()


def measure(way: str, rows: int, moderator: Path) -> dict[str, Any]:
    """One run: seconds from start to exit, processor time, and the peak of memory."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "flagged.jsonl"
        command: list[str | Path] = [moderator, "scan", "-", "-o", output, *OPTIONS[way], "--quiet"]
        spent = watched(command, lambda pipe: pipe.writelines(dump(rows)))
        summary = json.loads(output.with_suffix(".summary.json").read_bytes())
    return {
        "rows": rows,
        "judged": summary["judged"],
        "flagged": summary["flagged"],
        "complete": _adds_up(summary, rows),
        "seconds": round(spent.seconds, 2),
        "cpuSeconds": round(spent.cpu, 2),
        "peakMiB": round(spent.peak_mib, 1),
        "commit": commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "load": os.getloadavg()[0],
    }


def _adds_up(summary: dict[str, Any], rows: int) -> bool:
    others = sum(n for kind, n in summary["payloadTypes"].items() if kind != "TEXT_MESSAGE")
    accounted = summary["rejected"] + summary["repeats"] + others + summary["judged"]
    return bool(summary["read"] == rows == accounted)


def kept() -> dict[str, Any]:
    """What was measured before."""
    found: dict[str, Any] = (
        json.loads(OUT.read_bytes()) if OUT.exists() else {"runs": {way: {} for way in ROWS}}
    )
    return found


def show(way: str, runs: list[dict[str, Any]]) -> bool:
    """The table of one way; whether all is within its limits."""
    line = fitted([(run["rows"], run["cpuSeconds"]) for run in runs])
    print(f"\n{way}: {_told(line)}; at most {MOST_MIB[way]:.0f} MiB\n")
    print(
        "| rows | rows/s | seconds | CPU s | off the line | peak MiB |\n|---|---|---|---|---|---|"
    )
    good = True
    for run in runs:
        off = line.residual(run["rows"], run["cpuSeconds"])
        print(
            f"| {run['rows']:,} | {run['rows'] / run['seconds']:,.0f} | {run['seconds']:,.1f} "
            f"| {run['cpuSeconds']:,.1f} | {100 * off:+.1f} % | {run['peakMiB']:,.0f} |"
        )
        good &= run["complete"] and run["peakMiB"] <= MOST_MIB[way] and abs(off) <= MOST_RESIDUAL
    return good


def _told(line: Line) -> str:
    return f"{line.start:.2f} s + {1000 * line.each:.3f} s of processor time a thousand rows"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("way", choices=ROWS)
    parser.add_argument("--rows", type=int, nargs="+")
    parser.add_argument("--again", action="store_true", help="measure what was measured before")
    parser.add_argument("--envs", type=Path, default=ROOT / "build" / "peers")
    given = parser.parse_args()
    os.environ.pop("PYTHONPATH", None)  # what is installed is measured
    found = kept()
    runs = found["runs"][given.way]
    wanted = sorted(given.rows or ROWS[given.way])
    missing = [rows for rows in wanted if given.again or str(rows) not in runs]
    moderator = plain(given.envs.resolve()) / "moderator" if missing else Path()
    for rows in missing:
        runs[str(rows)] = one = measure(given.way, rows, moderator)
        print(f"{rows:,} rows in {one['seconds']:,.1f} s", file=sys.stderr)
        found["machine"], found["seed"] = machine(), SEED
        OUT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    by_way = {
        way: sorted(each.values(), key=lambda run: run["rows"])
        for way, each in found["runs"].items()
        if each
    }
    OUT.with_suffix(".svg").write_text(draw(by_way, MOST_MIB), "utf-8")
    if not show(given.way, [run for run in by_way[given.way] if run["rows"] in wanted]):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
