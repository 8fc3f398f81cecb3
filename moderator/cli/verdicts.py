"""`moderator verdicts`: the ledger of what reviewers decided."""

import sys
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import typer

from moderator.cli.ledger import (
    DEFAULT_LEDGER,
    Json,
    LedgerFile,
    Note,
    Reviewer,
    reviewer_or_account,
)
from moderator.cli.options import INCOMPLETE
from moderator.errors import ConfigError, SourceError
from moderator.files import Streamed
from moderator.terminal import printable

VerdictName = StrEnum("VerdictName", ["abusive", "not_abusive", "unsure"])
ActionName = StrEnum(
    "ActionName",
    ["record", "review", "hide", "escalate", "warned", "removed", "suspended", "banned"],
)

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


@app.command("list")
def list_(
    record: Annotated[
        str | None, typer.Option("--record", help="How the record's id begins.", metavar="ID")
    ] = None,
    reviewer: Annotated[
        str | None, typer.Option("--by", help="Only this reviewer's.", metavar="NAME")
    ] = None,
    participant: Annotated[
        str | None, typer.Option("--participant", help="Only on this participantId.", metavar="ID")
    ] = None,
    session: Annotated[
        str | None, typer.Option("--session", help="Only on this session.", metavar="ID")
    ] = None,
    verdict: Annotated[
        VerdictName | None, typer.Option("--verdict", help="Only these verdicts.")
    ] = None,
    action: Annotated[
        ActionName | None, typer.Option("--action", help="Only with this action.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="Only given since then: 24h, 7d, a date.", metavar="WHEN"),
    ] = None,
    disputed: Annotated[
        bool, typer.Option("--disputed", help="Only where reviewers say the opposite.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Also what is superseded or undone, and other entries.")
    ] = False,
    notes: Annotated[bool, typer.Option("--notes", help="Also show the notes.")] = False,
    json: Json = False,
    ledger: LedgerFile = DEFAULT_LEDGER,
) -> None:
    """Show the verdicts that stand: each reviewer's latest on each record, if not undone."""
    from datetime import UTC, datetime

    from moderator.review import listing
    from moderator.review.ledger import Ledger
    from moderator.sources.since import parse_since

    filters = listing.Filters(
        record=record,
        reviewer=reviewer,
        participant=participant,
        session=session,
        verdict=verdict.value if verdict is not None else None,
        action=action.value if action is not None else None,
        since=parse_since(since, datetime.now(UTC)) if since is not None else None,
        disputed=disputed,
        every=every,
    )
    with Ledger.open(ledger) as opened:
        rows = [row for row in listing.rows(opened.entries()) if filters.keep(row)]
    if json:
        for row in rows:
            _write_line(listing.as_json(row))
        return
    from moderator.cli.tables import show_listing

    show_listing(rows, notes=notes)


@app.command()
def agreement(json: Json = False, ledger: LedgerFile = DEFAULT_LEDGER) -> None:
    """Show how far reviewers agree beyond chance: Cohen's kappa of every pair."""
    from moderator.review.agreement import agreements
    from moderator.review.ledger import Ledger
    from moderator.review.verdicts import VERDICTS

    with Ledger.open(ledger) as opened:
        found = agreements(entry.content for entry in opened.verdicts())
    if json:
        for one in found:
            _write_line(
                {
                    "reviewers": one.reviewers,
                    "records": one.records,
                    "verdicts": VERDICTS,
                    "counts": one.counts,
                    "observed": one.observed,
                    "kappa": one.kappa,
                    "interval": one.interval,
                    "few": one.few,
                }
            )
        return
    from moderator.cli.tables import show_agreements

    show_agreements(found)


@app.command()
def verify(
    head: Annotated[
        str | None,
        typer.Option("--head", help="A head noted elsewhere, to compare with.", metavar="HASH"),
    ] = None,
    ledger: LedgerFile = DEFAULT_LEDGER,
) -> None:
    """Prove every entry, and name each that was changed, removed, moved or put in.

    Prints the head, the hash of the last entry. Note it where nobody who writes the ledger can
    change it: a chain alone cannot show that its tail was cut off or that the whole of it was
    written anew; with --head it can. Later entries do not matter to a head noted before.
    """
    import re

    from moderator.review import verify as verification

    if head is not None and not re.fullmatch(r"[0-9a-f]{64}", head := head.strip().lower()):
        raise ConfigError("--head has to be the 64 hexadecimal digits that verify printed.")
    proof = verification.verify(ledger, head)
    for problem in proof.problems:
        what = f"entry {problem.number}" if problem.number else "the file"
        typer.echo(f"{printable(str(ledger))}, {what}: {printable(problem.what)}.", err=True)
    purged = f", {proof.purged} without their notes and salts" if proof.purged else ""
    typer.echo(f"{proof.entries} entries{purged}; {len(proof.problems)} problems.")
    typer.echo(f"head {proof.head}")
    if proof.problems:
        raise typer.Exit(1)


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


def _write_line(value: object) -> None:
    Streamed(sys.stdout.buffer).write(orjson.dumps(value) + b"\n")
