"""How fast `moderator scan --model none` is, and whether its memory stays flat.

    python bench/scale.py --rows 100000 --rows 5000000

Each dump is made up on the fly from a seed, and piped into a `moderator` of its own, so that its
rows are never all anywhere. The rows are as hard on memory as chat can be: every message is
another one, one word in twelve has never been seen before, ids are UUIDs. Of a thousand rows, 3
are images, 2 repeat the row before, 1 is broken, and about 30 are abuse. There are always 2,000
participants. A table goes to standard error, the same as JSON to standard output; the exit status
is 1 where the longest dump took over a fifth more memory than the shortest, or rows went missing.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SEED = 11
PARTICIPANTS = 2_000
GROWTH = 1.2
"""How much more memory the longest dump may take than the shortest.

Caches of a fixed size (of the ids seen, of words) are full in long dumps alone.
"""

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


def measure(rows: int, folder: Path) -> dict[str, Any]:
    """One run: seconds from start to exit, rows a second, and the peak of resident memory."""
    output = folder / f"{rows}.jsonl"
    command = [str(Path(sys.executable).parent / "moderator"), "scan", "-", "-o", str(output)]
    began = time.monotonic()
    process = subprocess.Popen([*command, "--model", "none", "--quiet"], stdin=subprocess.PIPE)
    assert process.stdin is not None
    with process.stdin as pipe:
        pipe.writelines(dump(rows))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    if process.returncode != 0:
        raise SystemExit(f"moderator ended with {process.returncode}")
    summary = json.loads(output.with_suffix(".summary.json").read_bytes())
    output.unlink()
    return {
        "rows": rows,
        "judged": summary["judged"],
        "flagged": summary["flagged"],
        "complete": _adds_up(summary, rows),
        "seconds": round(seconds, 1),
        "rowsPerSecond": round(rows / seconds),
        "cpuSeconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peakMiB": round(usage.ru_maxrss / 1024, 1),
    }


def _adds_up(summary: dict[str, Any], rows: int) -> bool:
    others = sum(n for kind, n in summary["payloadTypes"].items() if kind != "TEXT_MESSAGE")
    accounted = summary["rejected"] + summary["repeats"] + others + summary["judged"]
    return bool(summary["read"] == rows == accounted and summary["unscored"] == 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, action="append", required=True)
    wanted = sorted(parser.parse_args().rows)
    print(f"{'rows':>12} {'rows/s':>9} {'seconds':>9} {'peak MiB':>9}", file=sys.stderr)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for rows in wanted:
            one = measure(rows, Path(folder))
            results.append(one)
            print(
                f"{rows:>12,} {one['rowsPerSecond']:>9,} {one['seconds']:>9,.1f} "
                f"{one['peakMiB']:>9,.1f}",
                file=sys.stderr,
            )
    flat = results[-1]["peakMiB"] <= GROWTH * results[0]["peakMiB"]
    print(json.dumps({"flat": flat, "runs": results}, indent=2))
    if not flat or not all(one["complete"] for one in results):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
