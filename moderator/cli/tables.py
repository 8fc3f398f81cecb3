"""The ledger's lists as tables; names and ids come from chat, and are shown printable."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from moderator.terminal import printable

if TYPE_CHECKING:
    from moderator.review.agreement import Agreement
    from moderator.review.listing import Row
    from moderator.review.verdicts import Verdict

PIPED_WIDTH = 160
"""Columns where nobody says how wide the screen is."""


MOST_ROWS = 500
"""Rows of a list that a person may still read; the latest are shown."""


def show(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()
) -> None:
    """A table on standard output; the headings in `right` are of numbers."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        number = heading in right
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    Console(highlight=False, width=width).print(table)


def show_listing(rows: Sequence["Row"], *, notes: bool) -> None:
    """Entries, one a row, and their number below."""
    from moderator.review.verdicts import Verdict

    headings = ["entry", "given", "by", "verdict", "action", "about", "participant", "message",
                "record", "state"]  # fmt: skip
    cells = []
    for row in rows[-MOST_ROWS:]:
        content = row.entry.content
        given = [str(row.entry.number), _minute(content.at), printable(content.reviewer, 24)]
        about = _about(content) if isinstance(content, Verdict) else [""] * 6
        note = "(purged)" if row.entry.purged else printable(getattr(content, "note", None) or "")
        cells.append([*given, *about, row.state, *([note] if notes else [])])
    show([*headings, "note"] if notes else headings, cells, right=["entry"])
    contested = len({c.record_id for row in rows if row.disputed
                     if isinstance(c := row.entry.content, Verdict)})  # fmt: skip
    disputes = f"; reviewers say the opposite of {contested:,} records" if contested else ""
    shown = f", the last {MOST_ROWS} shown (--json has all)" if len(rows) > MOST_ROWS else ""
    print(f"{len(rows):,} entries{shown}{disputes}.")


def show_agreements(found: Sequence["Agreement"]) -> None:
    """Kappa of every pair, and what it rests on."""
    headings = ["reviewers", "records", "same", "kappa", "95 %", "note"]
    show(headings, map(_agreement, found), right=["records", "same", "kappa"])
    if not found:
        print("No two reviewers have judged the same record.")


def _agreement(one: "Agreement") -> list[str]:
    names = " and ".join(printable(name, 24) for name in one.reviewers)
    counts = [names, f"{one.records:,}", f"{one.observed:.0%}"]
    if one.kappa is None or one.interval is None:
        return [*counts, "–", "", "one and the same verdict throughout: kappa says nothing"]
    low, high = one.interval
    note = "too few records to rely on" if one.few else ""
    return [*counts, f"{one.kappa:.2f}", f"{low:.2f} to {high:.2f}", note]


def _about(verdict: "Verdict") -> list[str]:
    record = verdict.record
    return [
        verdict.verdict,
        verdict.action or "",
        " ".join((record.severity or "not flagged", *record.categories)),
        printable(verdict.participant_id, 40),
        printable(verdict.message_id, 40),
        verdict.record_id[:12],
    ]


def _minute(at: str) -> str:
    """The start of an ISO time, to the minute."""
    return at[:16].replace("T", " ")
