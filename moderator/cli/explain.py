"""`moderator explain`: why a text would be flagged, or would not."""

from typing import Annotated

import typer

from moderator.classifiers.registry import DEFAULT_MODEL
from moderator.cli.options import Models, Rules, pipeline


def explain(
    text: Annotated[str, typer.Argument(help="The text to judge.")],
    rules: Rules = None,
    model: Models = [DEFAULT_MODEL],  # noqa: B006 (typer copies it)
) -> None:
    """Show which rule matched where, the folded text, and each model's scores."""
    from moderator.explanation import explanation

    built, ruleset = pipeline(rules, model, context=0)
    for line in explanation(text, built, ruleset):
        typer.echo(line)
