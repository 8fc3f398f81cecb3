"""From flagged files to one file of a report, in the form that was asked for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import BinaryIO, Literal

from moderator.files import Sink
from moderator.report.entries import entries
from moderator.report.inputs import read
from moderator.report.numbers import Numbers, numbers

Form = Literal["html", "csv", "md", "json"]

ENDINGS: dict[str, Form] = {
    ".html": "html", ".htm": "html", ".csv": "csv", ".md": "md", ".markdown": "md", ".json": "json",
}  # fmt: skip

REDACTED_TITLE = "Flagged messages"

_REDACTED = (
    "Personal data is masked in this report as far as it was recognised. Verdicts given on it are "
    "about its masked records: keep them in a ledger of their own."
)


def write_report(
    paths: Sequence[str],
    stdin: BinaryIO,
    out: Sink,
    form: Form = "html",
    *,
    title: str | None = None,
    redact: bool = False,
    show: bool = False,
) -> Numbers:
    """Reads the flagged files of `paths` with what lies beside them, and writes their report.

    `redact` masks personal data in it; `show` leaves rude words unmasked where a form masks them.
    Raises `SourceError` with file and line, and what `out` raises.
    """
    joined = read(paths, stdin)
    title = title or (REDACTED_TITLE if redact else joined.title())
    if redact:
        from moderator.report.redacted import redacted

        joined = redacted(joined)
    figures = numbers(joined)
    if redact:
        figures = replace(figures, gaps=(*figures.gaps, _REDACTED))
    found = entries(joined)
    now = datetime.now(UTC)
    if form == "html":
        from moderator.report.page import build

        out.write(build(found, figures, title=title, now=now))
        return figures
    from moderator.report.withheld import withheld

    kept = withheld(found)
    if form == "csv":
        from moderator.report.spreadsheet import spreadsheet

        out.write(spreadsheet(kept))
    elif form == "md":
        from moderator.report.markdown import markdown

        out.write(markdown(kept, figures, title=title, now=now, show=show))
    else:
        from moderator.report.machine import machine

        out.write(machine(kept, figures, title=title, now=now, redacted=redact))
    return figures
