"""`moderator rules`: the workshop for rules files."""

from pathlib import Path
from typing import Annotated

import typer

from moderator.terminal import masked

app = typer.Typer(help="Work on rules files.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _rules() -> None:
    pass


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help="The rules file; the default one if left out.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Show the samples unmasked.")] = False,
) -> None:
    """Validate a rules file and run the samples of every rule."""
    from moderator.config import load
    from moderator.samples import run_samples

    ruleset = load(file)
    failures = run_samples(ruleset)
    for failure in failures:
        wanted = "does not match, and should" if failure.should_match else "matches, and should not"
        sample = failure.sample if show else masked(failure.sample)
        typer.echo(f"{failure.rule.place}: the sample '{sample}' {wanted}.", err=True)
    samples = sum(len(rule.hits) + len(rule.misses) for rule in ruleset.rules)
    terms = sum(len(rule.terms) for rule in ruleset.rules)
    patterns = sum(len(rule.tokens) + len(rule.regexes) for rule in ruleset.rules)
    typer.echo(
        f"{len(ruleset.rules)} rules, {terms} terms, {patterns} patterns; "
        f"{samples} samples, {len(failures)} failed."
    )
    if failures:
        raise typer.Exit(1)
