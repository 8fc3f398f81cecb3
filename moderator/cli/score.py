"""`moderator score`: plain lines in, one JSON line of judgement out for each."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import orjson
import typer

from moderator.classifiers.registry import DEFAULT_MODEL
from moderator.cli.options import Models, Rules, pipeline
from moderator.errors import SourceError
from moderator.files import Streamed


def score(
    file: Annotated[
        str, typer.Argument(help="A file of lines, or - for standard input.", metavar="[FILE]")
    ] = "-",
    field: Annotated[
        str | None,
        typer.Option("--field", help="Read JSON Lines and judge this field.", metavar="NAME"),
    ] = None,
    rules: Rules = None,
    model: Models = [DEFAULT_MODEL],  # noqa: B006 (typer copies it)
    words: Annotated[
        bool, typer.Option("--words", help="Also say which words carried a model's score.")
    ] = False,
) -> None:
    """Judge plain lines, or a field of JSON Lines, and write one JSON line for each, in order."""
    from moderator.output import line
    from moderator.scoring import judgement, messages_of

    built, _ = pipeline(rules, model, context=0, words=words)
    out = Streamed(sys.stdout.buffer)
    with _opened(file) as stream:
        texts = _texts(stream, field, file)
        for judged in built.moderate(messages_of(texts)):
            out.write(line(judgement(judged)))


def _opened(file: str) -> BinaryIO:
    if file == "-":
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}.") from error


def _texts(stream: BinaryIO, field: str | None, name: str) -> Iterator[str]:
    for number, raw in enumerate(stream, start=1):
        text: Any
        try:
            if field is None:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            else:
                text = orjson.loads(raw)[field]
        except UnicodeDecodeError as error:
            raise SourceError(
                f"{name}, line {number}: this is not UTF-8; convert it first."
            ) from error
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise SourceError(
                f"{name}, line {number}: a JSON object with the field {field!r} is needed here."
            ) from error
        if not isinstance(text, str):
            raise SourceError(f"{name}, line {number}: the field {field!r} is not a text.")
        yield text
