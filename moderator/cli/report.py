"""`moderator report`: flagged messages in, a page for the reviewer out."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from moderator.cli.options import Quiet
from moderator.errors import ConfigError


def report(
    flagged: Annotated[
        list[str],
        typer.Argument(
            help="What scan wrote; several are joined. - is standard input.", metavar="FLAGGED…"
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where the report goes.", metavar="FILE")
    ],
    title: Annotated[
        str | None, typer.Option("--title", help="The report's heading. Default: the files' names.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Make one page of flagged messages, to read, judge and export from in a browser."""
    if output.resolve() in {Path(path).resolve() for path in flagged if path != "-"}:
        raise ConfigError(f"-o {output} is one of the files to report on; name another file.")
    from moderator.files import WrittenAside
    from moderator.report.entries import entries
    from moderator.report.inputs import read
    from moderator.report.numbers import numbers
    from moderator.report.page import build

    with WrittenAside(output) as out:
        joined = read(flagged, sys.stdin.buffer)
        figures = numbers(joined)
        out.write(build(entries(joined), figures, title=title or joined.title()))
    if not quiet:
        typer.echo(_said(figures.flagged, figures.held, output), err=True)


def _said(flagged: int, held: int, output: Path) -> str:
    aside = f", {held:,} held back" if held else ""
    return f"{flagged:,} flagged{aside}; written to {output}. Open it in a browser."
