"""The table of `moderator rules stats`."""

import sys
from collections import defaultdict
from typing import TYPE_CHECKING

from moderator.terminal import printable

if TYPE_CHECKING:
    from moderator.workshop.stats import Caught, Tallied

WIDTH = 140
"""Columns where no terminal says how many it has."""


def show_stats(tallied: "Tallied") -> None:
    """What each rule did, on standard output; then the rules that did nothing."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("caught by", overflow="fold", min_width=24)
    table.add_column("sort")
    for heading in ("messages", "alone", "held", "people"):
        table.add_column(heading, justify="right")
    table.add_column("first", no_wrap=True)
    table.add_column("last", no_wrap=True)
    if tallied.reviewed:
        for heading in ("abusive", "not", "unsure", "precision"):
            table.add_column(heading, justify="right")
    for name, caught in tallied.caught().items():
        cells = _cells(name, caught, reviewed=bool(tallied.reviewed))
        table.add_row(*(Text(cell) for cell in cells))
    if tallied.records:
        console.print(table)
    console.print(Text(f"{tallied.records:,} messages, {tallied.reviewed:,} of them reviewed."))
    silent: defaultdict[str, list[str]] = defaultdict(list)
    for name, sort in tallied.silent().items():
        silent[sort].append(name)
    for sort, names in silent.items():
        console.print(Text(f"Never fired, {sort} ({len(names)}): {', '.join(names)}"))


def _cells(name: str, caught: "Caught", *, reviewed: bool) -> list[str]:
    cells = [
        printable(name, 60),
        caught.sort,
        f"{caught.messages:,}",
        f"{caught.alone:,}",
        f"{caught.held:,}",
        f"{len(caught.participants):,}",
        printable(caught.first[:10]) or "-",
        printable(caught.last[:10]) or "-",
    ]
    if reviewed:
        figure = caught.precision()
        cells += [f"{caught.reviewed[said]:,}" for said in ("abusive", "not_abusive", "unsure")]
        cells.append(f"{figure.value:.2f}" if figure is not None else "-")
    return cells
