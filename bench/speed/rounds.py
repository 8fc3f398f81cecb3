"""Contestants in turns, round after round, so that what else the machine does slows all alike."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from contestants import Contestant, Files, Library, Turn
from inputs import sample, write_dump

Json = dict[str, Any]


def prepare(folder: Path, said: Sequence[str], samples: Sequence[int | None]) -> Files:
    """Writes what contestants read."""
    files = Files(
        folder, folder / "dump.csv", folder / "first.csv", len(said),
        {number: folder / f"{number or 'all'}.json" for number in {None, *samples}},
    )  # fmt: skip
    write_dump(files.dump, said)
    write_dump(files.first, said[:1])
    for number, path in files.samples.items():
        path.write_text(json.dumps(sample(said, number) if number else list(said)), "utf-8")
    return files


def play(contestants: Sequence[Contestant], files: Files, rounds: int) -> Json:
    """Every contestant once a round; what each round measured, by name."""
    turns: dict[str, list[Turn]] = {one.name: [] for one in contestants}
    for number in range(rounds):
        for one in contestants:
            turn = one.turn(files)
            turns[one.name].append(turn)
            print(
                f"round {number + 1}: {one.name:36}{turn.messages:>9,} in {turn.seconds:7.1f} s",
                file=sys.stderr,
            )
    return {one.name: _summary(one, turns[one.name]) for one in contestants}


def _summary(one: Contestant, turns: Sequence[Turn]) -> Json:
    last = turns[-1]
    rates = [turn.per_second for turn in turns]
    return {
        "messages": last.messages,
        "perSecond": median(rates),
        "perSecondLeast": min(rates),
        "perSecondMost": max(rates),
        "cpuPer1000": median(1000 * turn.cpu / turn.messages for turn in turns),
        "peakMiB": median(turn.peak_mib for turn in turns),
        "startUp": median(turn.start_up for turn in turns),
        "flagged": last.flagged,
        "randomWeights": isinstance(one, Library) and one.random_weights,
        "versions": last.versions,
        "rounds": [asdict(turn) for turn in turns],
    }


def ratios(found: Json, over: str, beside: str) -> list[float]:
    """How many times as fast one is as another: round by round, since noise is shared there."""
    rate = [
        [turn["messages"] / turn["seconds"] for turn in found[name]["rounds"]]
        for name in (over, beside)
    ]
    return [one / other for one, other in zip(*rate, strict=True)]
