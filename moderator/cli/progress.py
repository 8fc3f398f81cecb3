"""What a person at a terminal sees while a scan runs, and when it is done."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moderator.records import TEXT_MESSAGE
from moderator.sources.target import Dump
from moderator.terminal import printable

PATIENCE = 1.0
"""Seconds before a bar is worth showing."""

EVERY = 500
"""Rows between two looks at the clock."""


class Bar:
    """A bar on standard error with count and rate, drawn once the work takes noticeably long."""

    def __init__(self, unit: str, total: int | None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._progress = Progress(
            TextColumn(f"{{task.fields[count]:,}} {unit}"),
            BarColumn(),
            TextColumn(f"{{task.fields[rate]:,.0f}} {unit}/s"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("", total=total, count=0, rate=0.0)
        self._began = time.monotonic()

    def update(self, count: int, completed: int | None, total: int | None) -> None:
        """Shows `count` so far, and how far `completed` is of `total`, where that is known."""
        seconds = time.monotonic() - self._began
        if seconds < PATIENCE:
            return
        self._progress.start()
        self._progress.update(
            self._task, completed=completed, total=total, count=count, rate=count / seconds
        )

    def stop(self) -> None:
        """Takes the bar off the screen."""
        self._progress.stop()


def watched(*, quiet: bool) -> bool:
    """Whether a person is there to see a bar."""
    return not quiet and sys.stderr.isatty()


@contextmanager
def reading(dump: Dump, *, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """A callback for the number of rows read; None where nobody watches."""
    if not watched(quiet=quiet):
        yield None
        return
    bar = Bar("rows", dump.size)

    def advance(rows: int) -> None:
        if rows % EVERY == 0:
            done = dump.stream.tell() if dump.size is not None else None
            bar.update(rows, done, dump.size)

    try:
        yield advance
    finally:
        bar.stop()


@contextmanager
def downloading(*, quiet: bool) -> Iterator[Callable[[int, int | None], None] | None]:
    """A callback for the bytes fetched, and of how many; None where nobody watches."""
    if not watched(quiet=quiet):
        yield None
        return
    bar = Bar("bytes", None)
    try:
        yield lambda done, total: bar.update(done, done, total)
    finally:
        bar.stop()


def show_summary(summary: Mapping[str, Any], *, output: str) -> None:
    """The summary on standard error: a table on a terminal, else one line."""
    if not sys.stderr.isatty():
        print(one_line(summary, output), file=sys.stderr)
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


def one_line(summary: Mapping[str, Any], output: str) -> str:
    """The counts that matter to a log; those before the semicolon make up what was read."""
    other = sum(_not_text(summary).values())
    shadow = f"{_shadow(summary)}; " if "shadow" in summary else ""
    return (
        f"{printable(str(summary['source']))}: read {summary['read']}, "
        f"judged {summary['judged']}, repeats {summary['repeats']}, "
        f"not text {other}, rejected {summary['rejected']}; "
        f"flagged {summary['flagged']}, unscored {summary['unscored']}; "
        f"{shadow}written to {printable(output)}"
    )


def _shadow(summary: Mapping[str, Any]) -> str:
    """What the candidate rules would change."""
    shadow = summary["shadow"]
    return (
        f"{printable(shadow['rules']['path'])} would flag {shadow['flagged']:,}: "
        f"{shadow['added']:,} added, {shadow['dropped']:,} dropped, "
        f"{shadow['regraded']:,} regraded"
    )


def _rows(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "source", printable(str(summary["source"]))
    yield "rows read", f"{summary['read']:,}"
    yield "not text", _counts(_not_text(summary))
    yield "repeated rows", f"{summary['repeats']:,}"
    yield "rejected rows", _total(summary["rejected"], summary["rejectReasons"])
    yield "judged", f"{summary['judged']:,}"
    for model in summary["models"]:
        if "screen" in model:
            cleared = f"{model['screen']['cleared']:,} by {model['name']}'s faster models alone"
            yield "  cleared", cleared
    yield "unscored", _total(summary["unscored"], summary["unscoredReasons"])
    yield "flagged", f"{summary['flagged']:,}"
    yield "  by severity", _counts(summary["bySeverity"])
    yield "  by category", _counts(summary["byCategory"])
    yield "  by action", _counts(summary["byAction"])
    yield "held back", f"{summary['heldBack']:,} with findings below a flag"
    if "shadow" in summary:
        yield "in the shadow", _shadow(summary)
    models = ", ".join(f"{model['name']} {model['version']}" for model in summary["models"])
    yield "judged by", f"rules {summary['rules']['sha256'][:12]}, {models or 'no model'}"
    yield "time", f"{summary['seconds']:.1f} s"


def _not_text(summary: Mapping[str, Any]) -> dict[str, int]:
    types = summary["payloadTypes"]
    return {kind: count for kind, count in types.items() if kind != TEXT_MESSAGE}


def _total(count: int, reasons: Mapping[str, int]) -> str:
    return f"{count:,}" + (f" ({_counts(reasons)})" if reasons else "")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{printable(name, 80)} {count:,}" for name, count in counts.items()) or "none"
