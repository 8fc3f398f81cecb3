"""`moderator purge`: chat text goes when it is old; verdicts, hashes and counts stay."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderator.cli.ledger import DEFAULT_LEDGER, Reviewer, reviewer_or_account
from moderator.cli.options import INCOMPLETE
from moderator.errors import ConfigError
from moderator.terminal import printable

if TYPE_CHECKING:
    from moderator.review.purge import Purged


def purge(
    older_than: Annotated[
        str,
        typer.Option(
            "--older-than", help="30d, 12w, or a date: text from before then goes.", metavar="AGE"
        ),
    ],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Outputs, or folders of them.", metavar="[FILE|FOLDER…]"),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger",
            envvar="MODERATOR_LEDGER",
            help=f"The ledger's file. Default: {DEFAULT_LEDGER}, where there is one.",
            metavar="FILE",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would go; change nothing.")
    ] = False,
    reviewer: Reviewer = None,
) -> None:
    """Take old chat text out of outputs, and notes and salts out of the ledger.

    Ids, verdicts, scores and counts stay. What goes are messages, display names, the words of
    findings, neighbouring messages, rows that were rejected, and reviewers' notes. Without its
    salt a hash gives no text away. Reports are deleted as a whole. A line is as old as its
    message, or as the file where the message has no time. The ledger keeps that this was done,
    and still verifies.

    A file that is none of moderator's is named and left, and makes the exit code 6.
    """
    from contextlib import ExitStack
    from datetime import UTC, datetime

    from moderator.review.ledger import Ledger
    from moderator.review.purge import files_in, purge_file
    from moderator.review.purge_ledger import due, purge_ledger
    from moderator.sources.since import parse_since

    before = parse_since(older_than, datetime.now(UTC), "--older-than")
    if ledger is None and DEFAULT_LEDGER.exists():
        ledger = DEFAULT_LEDGER
    if not paths and ledger is None:
        raise ConfigError("Nothing to purge: name files, folders, or a ledger with --ledger.")
    with ExitStack() as stack:
        # A ledger that cannot be used is to be known before a file is touched.
        opened = stack.enter_context(Ledger.open(ledger)) if ledger is not None else None
        if opened is not None and not dry_run:
            opened.check_writable()
        notes = len(due(opened.entries(), before)) if opened is not None else 0
        beside = [file for file in files_in(paths or []) if not _same(file, ledger)]
        done = [_told(purge_file(file, before, dry_run=dry_run), dry_run) for file in beside]
        entry = None
        if opened is not None and not dry_run:
            entry = purge_ledger(opened, before, reviewer_or_account(reviewer), done)
    changed = sum(one.status in ("purged", "deleted") for one in done)
    left = sum(one.status == "left" for one in done)
    entered = f"; entry {entry} of the ledger says so" if entry is not None else ""
    took = "Would take" if dry_run else "Took"
    typer.echo(
        f"{took} text from before {before:%Y-%m-%d %H:%M} UTC out of {changed} of {len(done)} "
        f"files and {notes} entries of the ledger{entered}."
    )
    if changed and opened is None:
        typer.echo("No ledger keeps that this was done; name one with --ledger.", err=True)
    if left:
        raise typer.Exit(INCOMPLETE)


def _same(file: Path, ledger: Path | None) -> bool:
    return ledger is not None and file.resolve() == ledger.resolve()


def _told(one: "Purged", dry_run: bool) -> "Purged":
    """Says what became of one file, where anything did."""
    name = printable(str(one.path))
    if one.status == "left":
        typer.echo(f"{name} is left as it is, and may hold old text: {one.reason}.", err=True)
    elif one.status == "deleted":
        typer.echo(f"{name}: {one.kind}, {'would be ' if dry_run else ''}deleted")
    elif one.status == "purged":
        typer.echo(
            f"{name}: {one.kind}, {one.records:,} {'would lose' if dry_run else 'lost'} text"
        )
    return one
