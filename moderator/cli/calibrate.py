"""`moderator calibrate`: what reviewers' verdicts say of rules, models and thresholds."""

from pathlib import Path
from typing import Annotated

import typer

from moderator.cli.options import INCOMPLETE, Rules
from moderator.errors import ConfigError
from moderator.terminal import printable


def calibrate(
    verdicts: Annotated[
        Path, typer.Argument(help="A ledger, or verdicts as JSON Lines.", metavar="LEDGER|VERDICTS")
    ],
    precision: Annotated[
        float,
        typer.Option("--precision", help="The share of flags that should be right.", metavar="P"),
    ] = 0.9,
    sample: Annotated[
        list[Path],
        typer.Option(
            "--sample",
            help="A file of `moderator sample` whose messages were reviewed too: for recall, and "
            "for lower thresholds; may be repeated.",
            metavar="FILE",
        ),
    ] = [],  # noqa: B006 (typer copies it)
    scores: Annotated[
        list[Path],
        typer.Option(
            "--scores",
            help="Lines of `scan --scores`, to count what would be flagged more or less; may be "
            "repeated.",
            metavar="FILE",
        ),
    ] = [],  # noqa: B006
    rules: Rules = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write proposed thresholds to this file.", metavar="FRAGMENT"
        ),
    ] = None,
) -> None:
    """Learn from verdicts: precision by category, rule and label, recall, better thresholds.

    Two reviewers of one message: the majority of those who decided holds, a tie is unsure. Unsure
    counts neither way. A threshold is raised only where fewer flags than wanted were right, and
    only to where the lower end of the interval reaches what is wanted; it is lowered only by the
    verdicts on a sample of unflagged messages. With too few verdicts nothing is proposed. Rules in
    use never change by themselves: read the fragment, then scan with --rules FRAGMENT.

    Verdicts have to be on all flags of the sessions given, or on some picked without regard to
    what they say: where only the clear ones were reviewed, every figure here is too good.
    """
    if not 0.5 <= precision <= 0.99:
        raise ConfigError("--precision is a share from 0.5 to 0.99.")
    from moderator.cli.learnt import show
    from moderator.config import load
    from moderator.review.study import study, write_fragment

    found = study(verdicts, load(rules), wanted=precision, samples=sample, scores=scores)
    show(found)
    text = found.fragment()
    if text is not None and output is None:
        typer.echo("Nothing was written; -o FRAGMENT writes the proposal as YAML.", err=True)
    elif text is not None and output is not None:
        write_fragment(text, output)
        typer.echo(f"Proposal written to {printable(str(output))}", err=True)
    if found.broken:
        raise typer.Exit(INCOMPLETE)
