"""`moderator rules`: the workshop for rules files."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Work on rules files.", no_args_is_help=True, rich_markup_mode=None)

RulesFile = Annotated[
    Path | None,
    typer.Argument(
        help="The rules file, or preset:NAME; the default rules if left out.", metavar="FILE"
    ),
]


@app.callback()
def _rules() -> None:
    pass


@app.command()
def check(
    file: RulesFile = None,
    cases: Annotated[
        list[Path],
        typer.Option(
            "--cases",
            help="Labelled cases to judge: JSON Lines or CSV with text and flagged (or label), "
            "or a folder of such files; may be repeated.",
            metavar="PATH",
        ),
    ] = [],  # noqa: B006 (typer copies it)
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on warnings and wrongly judged cases too.")
    ] = False,
    show: Annotated[bool, typer.Option("--show", help="Show terms and texts unmasked.")] = False,
) -> None:
    """Lint a rules file, run all of its samples, and judge labelled cases by it."""
    from moderator.workshop.check import check, complaints, figures

    checked = check(file, cases)
    for line in complaints(checked, show=show):
        typer.echo(line, err=True)
    for line in figures(checked):
        typer.echo(line)
    if not checked.passes(strict=strict):
        raise typer.Exit(1)
