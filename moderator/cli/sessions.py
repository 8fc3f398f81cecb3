"""`moderator sessions` and `moderator fetch`: what there is, and one dump as it is."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from moderator.cli import options
from moderator.errors import ConfigError, OutputError
from moderator.files import Streamed
from moderator.sources.limits import MAX_BYTES
from moderator.terminal import printable

if TYPE_CHECKING:
    from moderator.sources.answers import Session


def sessions(
    since: Annotated[
        str | None,
        typer.Option("--since", help="Only those that ended since then: 24h, 7d, a date."),
    ] = None,
    status: Annotated[
        str, typer.Option("--status", help="ENDED, LIVE, or any.", metavar="STATUS")
    ] = "ENDED",
    json: Annotated[bool, typer.Option("--json", help="JSON Lines instead of columns.")] = False,
    backend: options.Backend = None,
    base_url: options.BaseUrl = None,
    verbose: options.Verbose = False,
) -> None:
    """List the sessions that the API knows, newest first."""
    from moderator.sources.since import parse_since

    if status not in {"ENDED", "LIVE", "any"}:
        raise ConfigError(f"--status {status!r} is not known; known are ENDED, LIVE, any.")
    options.set_up_log(verbose=verbose)
    moment = parse_since(since, datetime.now(UTC)) if since is not None else None
    out = Streamed(sys.stdout.buffer)
    with options.network(backend, base_url, False).api() as api:
        for session in api.sessions(since=moment, status=None if status == "any" else status):
            if json:
                out.write(orjson.dumps(dict(_fields(session))) + b"\n")
            else:
                columns = [printable(str(value or "-"), 60) for _, value in _fields(session)]
                typer.echo("  ".join(columns))


def fetch(
    session: Annotated[str, typer.Argument(help="A session id, or a URL of a dump.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where the dump goes.", metavar="FILE")
    ],
    no_clobber: Annotated[
        bool, typer.Option("--no-clobber", help="Refuse to replace a file.")
    ] = False,
    backend: options.Backend = None,
    base_url: options.BaseUrl = None,
    wait: options.Wait = 0.0,
    allow_private: options.AllowPrivate = False,
    max_bytes: options.MaxBytes = MAX_BYTES,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Fetch a session's dump whole, and do nothing else."""
    from moderator.cli.progress import downloading
    from moderator.sources.target import is_remote

    options.set_up_log(verbose=verbose)
    if str(output) == "-":
        raise ConfigError("fetch writes no dump to standard output; name a file with -o FILE.")
    if not is_remote(session):
        raise ConfigError(f"{session} is here already; fetch takes a session id or a URL.")
    if no_clobber and output.exists():
        raise OutputError(f"{output} exists already and --no-clobber forbids to replace it.")
    network = options.network(backend, base_url, allow_private, wait, max_bytes)
    with downloading(quiet=quiet) as on_bytes:
        done = replace(network, on_bytes=on_bytes).download(session, output)
    if not quiet:
        typer.echo(f"{done.bytes:,} bytes written to {printable(str(output))}", err=True)


def _fields(session: "Session") -> Iterator[tuple[str, Any]]:
    yield "id", session.id
    yield "status", session.status
    for name, moment in (("startedAt", session.started_at), ("endedAt", session.ended_at)):
        yield name, moment.isoformat(timespec="seconds") if moment is not None else None
    yield "minutes", session.minutes
    yield "title", session.title
