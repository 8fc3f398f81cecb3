"""How long the command line takes for little: `--help`, and a dump of a thousand rows."""

from pathlib import Path
from statistics import median
from typing import Any

from inputs import texts, write_dump
from processes import watched

ROWS = 1_000
TIMES = 5
HELP_SECONDS, SCAN_SECONDS = 0.2, 3.0


def starting(moderator: Path, folder: Path) -> dict[str, Any]:
    """Seconds from process start to exit, medians, the first run of each left out (cold files)."""
    dump = folder / "thousand.csv"
    write_dump(dump, [text for text, _ in texts(ROWS)])
    scan: list[str | Path] = [moderator, "scan", dump, "--quiet", "-o", folder / "thousand.jsonl"]
    return {
        "help": _seconds([moderator, "--help"]),
        "scan": _seconds(scan),
        "scanRulesAlone": _seconds([*scan, "--model", "none"]),
    }


def _seconds(command: list[str | Path]) -> dict[str, float]:
    took = [watched(command).seconds for _ in range(TIMES + 1)][1:]
    return {"median": median(took), "most": max(took)}
