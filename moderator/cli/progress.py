"""What a person at a terminal sees while a scan runs, and when it is done."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moderator.sources.target import Dump
from moderator.terminal import printable

PATIENCE = 1.0
"""Seconds before a bar is worth showing."""

EVERY = 500
"""Rows between two looks at the clock."""


@contextmanager
def progress(dump: Dump, *, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """A callback for the number of rows read, which draws a bar; None where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.fields[rows]:,} rows"),
        BarColumn(),
        TextColumn("{task.fields[rate]:,.0f} rows/s"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("", total=dump.size, rows=0, rate=0.0)
    began = time.monotonic()

    def advance(rows: int) -> None:
        if rows % EVERY:
            return
        seconds = time.monotonic() - began
        if seconds < PATIENCE:
            return
        bar.start()
        done = dump.stream.tell() if dump.size is not None else None
        bar.update(task, completed=done, rows=rows, rate=rows / seconds)

    try:
        yield advance
    finally:
        bar.stop()


def show_summary(summary: Mapping[str, Any], *, output: str) -> None:
    """The summary on standard error: a table on a terminal, else one line."""
    if not sys.stderr.isatty():
        print(one_line(summary), file=sys.stderr)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    table = Table(box=box.SIMPLE_HEAD, show_header=False, title="", pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _rows(summary):
        table.add_row(Text(name), Text(value))
    console.print(table)
    if summary["participants"]:
        people = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for heading in ("most flagged participant", "known as", "flagged", "gravest"):
            people.add_column(heading, justify="right" if heading == "flagged" else "left")
        for one in summary["participants"]:
            names = ", ".join(printable(name, 24) for name in one["displayNames"][:3])
            people.add_row(
                Text(printable(one["participantId"], 40)),
                Text(names),
                Text(str(one["flagged"])),
                Text(one["severity"]),
            )
        console.print(people)
    console.print(Text(f"Written to {printable(output)}"))


def one_line(summary: Mapping[str, Any]) -> str:
    """The counts that matter to a log."""
    return (
        f"{printable(str(summary['source']))}: read {summary['read']}, "
        f"judged {summary['judged']}, flagged {summary['flagged']}, "
        f"rejected {summary['rejected']}, unscored {summary['unscored']}"
    )


def _rows(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    skipped = {
        kind: count for kind, count in summary["payloadTypes"].items() if kind != "TEXT_MESSAGE"
    }
    yield "source", printable(str(summary["source"]))
    yield "rows read", f"{summary['read']:,}"
    yield "not text", _counts(skipped)
    yield "repeated rows", f"{summary['repeats']:,}"
    yield "rejected rows", _total(summary["rejected"], summary["rejectReasons"])
    yield "judged", f"{summary['judged']:,}"
    yield "unscored", _total(summary["unscored"], summary["unscoredReasons"])
    yield "flagged", f"{summary['flagged']:,}"
    yield "  by severity", _counts(summary["bySeverity"])
    yield "  by category", _counts(summary["byCategory"])
    yield "  by action", _counts(summary["byAction"])
    yield "held back", f"{summary['heldBack']:,} with findings below a flag"
    models = ", ".join(f"{model['name']} {model['version']}" for model in summary["models"])
    yield "judged by", f"rules {summary['rules']['sha256'][:12]}, {models or 'no model'}"
    yield "time", f"{summary['seconds']:.1f} s"


def _total(count: int, reasons: Mapping[str, int]) -> str:
    return f"{count:,}" + (f" ({_counts(reasons)})" if reasons else "")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{printable(name, 80)} {count:,}" for name, count in counts.items()) or "none"
