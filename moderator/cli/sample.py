"""`moderator sample`: unflagged messages for reviewers, so that what was missed shows."""

from pathlib import Path
from typing import Annotated

import typer

from moderator.cli.options import MaxBytes, Rules
from moderator.errors import ConfigError, SourceError
from moderator.sources.limits import MAX_BYTES
from moderator.terminal import printable


def sample(
    dump: Annotated[Path, typer.Argument(help="The dump's file, as it was scanned.")],
    scores: Annotated[
        Path,
        typer.Option("--scores", help="What `scan --scores` wrote for this dump.", metavar="FILE"),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where the sample goes.", metavar="FILE")
    ],
    number: Annotated[int, typer.Option("-n", min=1, help="How many messages to draw.")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="The same seed draws the same messages.")] = 1,
    rules: Rules = None,
    max_bytes: MaxBytes = MAX_BYTES,
) -> None:
    """Draw unflagged messages for review, more of those that came near a flag.

    The output opens in `moderator report` like flagged messages do. Once its verdicts are in the
    ledger, `moderator calibrate LEDGER --sample FILE` estimates recall. Each record says how many
    unflagged messages it stands for. --rules: the rules file that the scan was made with.
    """
    if output.resolve() in {dump.resolve(), scores.resolve()}:
        raise ConfigError(
            f"{output} is one of the files to draw from; name another for the output."
        )
    from moderator.config import load
    from moderator.files import WrittenAside
    from moderator.output import line
    from moderator.review.sample import draw, plan
    from moderator.sources.dump import read_dump

    planned = plan(scores, load(rules), wanted=number, seed=seed)
    try:
        stream = dump.open("rb")
    except OSError as error:
        raise SourceError(f"{dump} cannot be read: {error.strerror}.") from error
    with stream, WrittenAside(output) as out:
        for record in draw(read_dump(stream, max_bytes=max_bytes), scores, planned):
            out.write(line(record))
    parts = ", ".join(
        f"{planned.drawn[name]:,} of {population:,} {name}"
        for name, population in planned.populations.items()
    )
    typer.echo(
        f"Drawn of {sum(planned.populations.values()):,} unflagged messages: {parts or 'none'}; "
        f"written to {printable(str(output))}",
        err=True,
    )
