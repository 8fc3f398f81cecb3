"""Reads the suite's cases, in the order of their files' names."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"


def functions(folder: Path = CASES) -> dict[str, list[dict[str, Any]]]:
    """Function name (the file's stem) to its cases, keys in the order written in the file."""
    return {
        path.stem: [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
        for path in sorted(folder.glob("*.jsonl"))
    }


def cases(folder: Path = CASES) -> Iterator[dict[str, Any]]:
    """Every case of every function."""
    for rows in functions(folder).values():
        yield from rows
