"""`moderator scan --since`: every session that ended since then, each into files of its own."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from moderator.cli import options
from moderator.cli.stopping import GoingOn
from moderator.records import Severity
from moderator.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderator.sources.target import Network
    from moderator.sweep import Outcome


def sweep_all(
    since: str,
    folder: Path,
    network: "Network",
    judges: "Callable[[], options.Judges]",
    all_findings: bool,
    quiet: bool,
    going_on: GoingOn,
) -> Severity | None:
    """Scans them all and tells of each; the gravest severity that was flagged, if any."""
    from moderator.sources.since import parse_since
    from moderator.sweep import sweep

    moment = parse_since(since, datetime.now(UTC))
    with network.api():
        pass  # credentials that do not fit are told before the models are loaded
    pipeline, ruleset, candidate = judges()
    counts = {"done": 0, "failed": 0, "not_ready": 0, "given_up": 0}
    listed: list[int] = []
    worst: Severity | None = None
    ended = False
    outcomes = sweep(
        moment, folder, network, pipeline, ruleset, all_findings=all_findings, shadow=candidate,
        on_listed=listed.append, going_on=going_on,
    )  # fmt: skip
    try:
        for outcome in outcomes:
            counts[outcome.status] += 1
            _tell(outcome, quiet=quiet)
            if outcome.tally is not None:
                worst = max(filter(None, (worst, outcome.tally.worst())), default=None)
            if going_on.stop():
                raise SystemExit(going_on.stop())
        ended = True
        if listed == [0] and not quiet:
            since_when = f"{moment:%Y-%m-%d %H:%M} UTC"
            typer.echo(f"The API lists no session that ended since {since_when}.", err=True)
    finally:
        # Also after Ctrl-C: what is done stays done, and the next run goes on from there.
        if not quiet and (ended or any(counts.values())):
            given_up = f", {counts['given_up']} given up" if counts["given_up"] else ""
            typer.echo(
                f"{counts['done']} sessions done, {counts['not_ready']} not ready, "
                f"{counts['failed']} failed{given_up}; outputs in {printable(str(folder))}",
                err=True,
            )
    if counts["failed"] or counts["given_up"]:
        raise typer.Exit(options.INCOMPLETE)
    return worst


def _tell(outcome: "Outcome", *, quiet: bool) -> None:
    name = printable(outcome.session_id)
    done = outcome.tally
    if done is None:
        if quiet and outcome.status == "not_ready":
            return
        state = outcome.status.replace("_", " ")
        typer.echo(f"session {name}: {state}: {printable(outcome.error or '', 1000)}", err=True)
    elif not quiet:
        typer.echo(
            f"session {name}: judged {done.judged}, flagged {done.flagged}, "
            f"rejected {done.rejected}, unscored {done.unscored}",
            err=True,
        )
