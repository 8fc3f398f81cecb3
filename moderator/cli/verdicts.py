"""`moderator verdicts`: the ledger of what reviewers decided."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import typer

from moderator.cli.ledger import (
    DEFAULT_LEDGER,
    ActionName,
    LedgerFile,
    Note,
    Reviewer,
    VerdictName,
    reviewer_or_account,
)
from moderator.cli.ledger_views import agreement, list_, verify
from moderator.cli.options import INCOMPLETE
from moderator.errors import SourceError
from moderator.files import Streamed
from moderator.terminal import printable

app = typer.Typer(
    help="Keep what reviewers decide, in an append-only ledger.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("import")
def import_(
    files: Annotated[
        list[str],
        typer.Argument(
            help="Verdicts as the report exports them; - is standard input.", metavar="FILE…"
        ),
    ],
    ledger: LedgerFile = DEFAULT_LEDGER,
) -> None:
    """Add the verdicts of JSON Lines; those that are known already change nothing.

    All that are whole are added together. A line that is no verdict is named and left out, and
    makes the exit code 6: mend it and import again.
    """
    from moderator.review.ledger import Ledger
    from moderator.review.outcomes import refuse_another_kind
    from moderator.review.verdicts import BrokenLine, Verdict, from_jsonl

    verdicts: list[Verdict] = []
    broken: list[BrokenLine] = []
    for name in files:
        with ExitStack() as stack:
            lines = list(from_jsonl(_opened(name, stack), name))
        whole = [one for one in lines if isinstance(one, Verdict)]
        left_out = [one for one in lines if isinstance(one, BrokenLine)]
        refuse_another_kind(left_out, known=len(whole))
        verdicts += whole
        broken += left_out
    with Ledger.open(ledger, create=True) as opened:
        added = opened.add(verdicts)
    for line in broken:
        typer.echo(f"{printable(line.file)}, line {line.line}: {line.reason}.", err=True)
    typer.echo(f"{len(added.new)} new verdicts, {added.known} known already, {len(broken)} broken.")
    if broken:
        raise typer.Exit(INCOMPLETE)


@app.command()
def add(
    record: Annotated[
        str,
        typer.Argument(
            help="A message id or record id in the file given with --in; without it, how the id of "
            "a record begins that the ledger has a verdict on.",
            metavar="ID",
        ),
    ],
    verdict: Annotated[VerdictName, typer.Argument(help="What it is.")],
    flagged: Annotated[
        Path | None,
        typer.Option("--in", help="What scan wrote, with the record in it.", metavar="FLAGGED"),
    ] = None,
    action: Annotated[
        ActionName | None, typer.Option("--action", help="What was done about it.")
    ] = None,
    note: Note = None,
    reviewer: Reviewer = None,
    ledger: LedgerFile = DEFAULT_LEDGER,
) -> None:
    """Give a verdict on one record."""
    from moderator.review.adding import on_flagged, on_known
    from moderator.review.ledger import Ledger

    said = {
        "reviewer": reviewer_or_account(reviewer),
        "verdict": verdict.value,
        "action": action.value if action is not None else None,
        "note": note,
    }
    given = on_flagged(flagged, record, said) if flagged is not None else None
    with Ledger.open(ledger, create=given is not None) as opened:
        added = opened.add([given or on_known(opened, record, said)])
    typer.echo(f"Entry {added.new[0].number}." if added.new else "Known already.")


@app.command()
def undo(
    entry: Annotated[int, typer.Argument(help="The number of the entry to take back.")],
    note: Note = None,
    reviewer: Reviewer = None,
    ledger: LedgerFile = DEFAULT_LEDGER,
) -> None:
    """Take a verdict back, by a new entry that names it; nothing is deleted.

    What the same reviewer had said before of that record stands again.
    """
    from moderator.review.ledger import Ledger

    with Ledger.open(ledger) as opened:
        undone = opened.undo(entry, reviewer_or_account(reviewer), note)
    typer.echo(f"Entry {undone.number} undoes entry {entry}.")


app.command("list")(list_)
app.command()(agreement)
app.command()(verify)


@app.command()
def export(
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Where they go. Default: standard output.", metavar="FILE"
        ),
    ] = None,
    ledger: LedgerFile = DEFAULT_LEDGER,
) -> None:
    """Write every verdict that is not undone as JSON Lines, which import reads."""
    from moderator.files import WrittenAside
    from moderator.review import listing
    from moderator.review.ledger import Ledger
    from moderator.review.verdicts import Verdict, to_line

    with ExitStack() as stack:
        opened = stack.enter_context(Ledger.open(ledger))
        out = (
            Streamed(sys.stdout.buffer)
            if output is None
            else stack.enter_context(WrittenAside(output))
        )
        for row in listing.rows(opened.entries()):
            if isinstance(row.entry.content, Verdict) and row.undone_by is None:
                out.write(orjson.dumps(to_line(row.entry.content)) + b"\n")


def _opened(name: str, stack: ExitStack) -> BinaryIO:
    if name == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(name).open("rb"))
    except OSError as error:
        raise SourceError(f"{name} cannot be read: {error.strerror}.") from error
