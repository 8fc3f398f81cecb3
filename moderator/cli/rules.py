"""`moderator rules`: the workshop for rules files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from moderator.cli import options
from moderator.sources.limits import MAX_BYTES

app = typer.Typer(help="Work on rules files.", no_args_is_help=True, rich_markup_mode=None)

RulesFile = Annotated[
    Path | None,
    typer.Argument(
        help="The rules file, or preset:NAME; the default rules if left out.", metavar="FILE"
    ),
]


Show = Annotated[bool, typer.Option("--show", help="Show rude words and texts unmasked.")]
Figures = Annotated[
    Path | None,
    typer.Option("--json", help="Also write all figures to this file.", metavar="OUT"),
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
    show: Show = False,
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


@app.command()
def diff(
    old: Annotated[
        Path, typer.Argument(help="A rules file, default, or preset:NAME.", metavar="OLD")
    ],
    new: Annotated[Path, typer.Argument(help="What to compare it with.", metavar="NEW")],
    dumps: Annotated[list[str], typer.Argument(help="Dumps, as scan takes them.", metavar="DUMP…")],
    model: options.Models = ["none"],  # noqa: B006 (typer copies it)
    fail_on_change: Annotated[
        bool, typer.Option("--fail-on-change", help="Exit with 1 if a verdict changes.")
    ] = False,
    json: Figures = None,
    show: Show = False,
    max_bytes: options.MaxBytes = MAX_BYTES,
) -> None:
    """Show the messages whose verdict other rules would change, and counts by rule."""
    from moderator.classifiers.registry import build_models
    from moderator.comparison import pair
    from moderator.config import load
    from moderator.sources.target import check
    from moderator.workshop.difference import Difference, compare, described, figures, record

    rulesets = load(old), load(new)
    network = options.network(None, None, False, max_bytes=max_bytes)
    for dump in dumps:
        check(dump, network)
    pipelines = pair(*rulesets, build_models(model), context=0, words=False)
    difference = Difference(rulesets)
    changed = []
    for one in compare(pipelines, dumps, network, sys.stdin.buffer, difference):
        typer.echo(described(one, show=show))
        if json is not None:
            changed.append(record(one, show=show))
    for line in figures(difference):
        typer.echo(line)
    if json is not None:
        _write(json, difference.as_json(changed), dumps)
    if fail_on_change and difference.changes.kinds:
        raise typer.Exit(1)


@app.command()
def stats(
    files: Annotated[
        list[Path],
        typer.Argument(help="Files of flagged messages, as scan writes them.", metavar="FLAGGED…"),
    ],
    rules: options.Rules = None,
    verdicts: Annotated[
        Path | None,
        typer.Option(
            "--verdicts", help="What reviewers said: a ledger, or its JSON Lines.", metavar="FILE"
        ),
    ] = None,
    json: Figures = None,
) -> None:
    """Show what each rule caught, how often alone, what reviewers said, and which never fired."""
    from moderator.cli.stats import show_stats
    from moderator.config import load
    from moderator.workshop.stats import tallied

    counted, broken = tallied(load(rules), files, verdicts)
    for line in broken:
        typer.echo(f"{line.file}, line {line.line}: passed over: {line.reason}.", err=True)
    show_stats(counted)
    if json is not None:
        _write(json, counted.as_json(), list(map(str, files)))
    if broken:
        raise typer.Exit(options.INCOMPLETE)


def _write(path: Path, figures: object, sources: list[str]) -> None:
    import orjson

    from moderator.errors import ConfigError
    from moderator.files import WrittenAside

    if path.resolve() in {Path(source).resolve() for source in sources}:
        raise ConfigError(f"--json {path} is one of the files to read; name another file.")
    with WrittenAside(path) as out:
        out.write(orjson.dumps(figures, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
