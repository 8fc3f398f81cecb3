"""What `moderator verdicts` shows of the ledger: its list, how far reviewers agree, its proof."""

import sys
from typing import Annotated

import orjson
import typer

from moderator.cli.ledger import DEFAULT_LEDGER, ActionName, Json, LedgerFile, VerdictName
from moderator.errors import ConfigError
from moderator.files import Streamed
from moderator.terminal import printable


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


def _write_line(value: object) -> None:
    Streamed(sys.stdout.buffer).write(orjson.dumps(value) + b"\n")
