"""`moderator evaluate`: rules and models against labelled rows, side by side."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from moderator.classifiers.registry import DEFAULT_MODEL
from moderator.cli.options import Models, Rules
from moderator.errors import ConfigError

By = StrEnum("By", ["source", "function", "group"])


def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(help="Labelled JSON Lines or CSV, plain or .gz.", metavar="FILE…"),
    ],
    model: Models = [DEFAULT_MODEL],  # noqa: B006 (typer copies it)
    system: Annotated[
        list[str],
        typer.Option(
            "--system",
            help="What to compare: rules, a model, or both as rules+MODEL; may be repeated. "
            "Default: the rules, each --model, and the rules with each.",
            metavar="NAME",
        ),
    ] = [],  # noqa: B006
    rules: Rules = None,
    by: Annotated[
        By | None,
        typer.Option(
            "--by",
            help="Group rows by their field source or group, or by function (the file's name). "
            "Default: source where rows name one, else function.",
        ),
    ] = None,
    text_field: Annotated[
        str, typer.Option("--text-field", help="Where the text stands.", metavar="NAME")
    ] = "text",
    label_field: Annotated[
        str | None,
        typer.Option(
            "--label-field",
            help="Where the truth stands. Default: flagged, else the label toxicity, else label.",
            metavar="NAME",
        ),
    ] = None,
    json: Annotated[
        Path | None,
        typer.Option("--json", help="Also write all figures to this file.", metavar="OUT"),
    ] = None,
) -> None:
    """Measure rules and models on labelled rows: right verdicts, false flags, calibration."""
    if json is not None and json.resolve() in {file.resolve() for file in files}:
        raise ConfigError(f"--json {json} is one of the files to measure on; name another file.")
    from moderator.config import load
    from moderator.evaluation.readers import Fields
    from moderator.evaluation.run import measure
    from moderator.evaluation.systems import build, default_names
    from moderator.evaluation.table import render

    systems = build(system or default_names(model), load(rules))
    report = measure(systems, files, Fields(text_field, label_field), by.value if by else None)
    if json is not None:
        import orjson

        from moderator.files import WrittenAside

        with WrittenAside(json) as out:
            out.write(orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    for line in render(report):
        typer.echo(line)
