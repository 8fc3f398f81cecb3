"""`moderator report`: flagged messages in, a page for the reviewer out, or a file for a tool."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderator.cli.options import Quiet
from moderator.errors import ConfigError

if TYPE_CHECKING:
    from moderator.report.numbers import Numbers
    from moderator.report.writing import Form
    from moderator.scan import Destinations

OfScan = Annotated[
    Path | None,
    typer.Option(
        "--report",
        help="Also a report of what was flagged, as by `moderator report`; needs -o FILE.",
        metavar="FILE",
    ),
]
"""The option of `moderator scan` that makes the report in the same go."""


class Format(StrEnum):
    """The forms of a report."""

    html = "html"
    csv = "csv"
    md = "md"
    json = "json"


def report(
    flagged: Annotated[
        list[str],
        typer.Argument(
            help="What scan wrote; several are joined. - is standard input.", metavar="FLAGGED…"
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", help="Where the report goes; - is standard output.", metavar="FILE"
        ),
    ],
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="A page, a spreadsheet's CSV, Markdown, or JSON. Default: by FILE's ending; html.",
        ),
    ] = None,
    redact: Annotated[
        bool,
        typer.Option(
            "--redact", help="Mask personal data; participants get pseudonyms, also in ids."
        ),
    ] = False,
    show: Annotated[
        bool, typer.Option("--show", help="With md: leave rude words unmasked.")
    ] = False,
    title: Annotated[
        str | None, typer.Option("--title", help="The report's heading. Default: the files' names.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Make one page of flagged messages, to read, judge and export from in a browser.

    Or, by --format, a file of them for a spreadsheet, an issue tracker or a program.
    """
    from moderator.files import Streamed, WrittenAside
    from moderator.report.writing import write_report
    from moderator.scan import Destinations

    wanted = form_for(output, form)
    if show and wanted != "md":
        raise ConfigError("--show is for --format md; other forms mask no rude words in a file.")
    if output == "-":
        if wanted == "html":
            raise ConfigError("A page is opened from a file: name one with -o, or add --format.")
        stdout = Streamed(sys.stdout.buffer)
        write_report(
            flagged, sys.stdin.buffer, stdout, wanted, title=title, redact=redact, show=show
        )
        return
    path = Path(output)
    if path.resolve() in {Path(one).resolve() for one in flagged if one != "-"}:
        raise ConfigError(f"-o {path} is one of the files to report on; name another file.")
    if any(Destinations.beside(Path(one)).names(path) for one in flagged if one != "-"):
        raise ConfigError(f"-o {path} is what the scan wrote beside its flags; name another file.")
    with WrittenAside(path) as out:
        figures = write_report(
            flagged, sys.stdin.buffer, out, wanted, title=title, redact=redact, show=show
        )
    if not quiet:
        typer.echo(_said(figures, path, wanted), err=True)


def form_for(output: str, form: Format | None = None) -> "Form":
    """The form that is asked for, or else told by the file's ending."""
    from moderator.report.writing import ENDINGS

    return form.value if form is not None else ENDINGS.get(Path(output).suffix.lower(), "html")


def check_of_scan(report: Path, target: str, destinations: "Destinations") -> None:
    """`ConfigError` where a scan of `target` to `destinations` cannot be reported on in `report`.

    A report tells what the files beside the output say, and a stream has none beside it.
    """
    if destinations.flagged is None or destinations.summary is None:
        raise ConfigError("--report reads what the scan wrote; name a file for that with -o FILE.")
    if destinations.names(report) or report.resolve() == Path(target).resolve():
        raise ConfigError(f"--report {report} is another file of this scan; name one of its own.")


def _said(figures: "Numbers", output: Path, form: str) -> str:
    counts = [f"{figures.flagged:,} flagged"]
    if figures.held:
        counts.append(f"{figures.held:,} held back")
    if figures.sampled:
        counts.append(f"{figures.sampled:,} of a sample")
    use = " Open it in a browser." if form == "html" else ""
    return f"{', '.join(counts)}; written to {output}.{use}"
