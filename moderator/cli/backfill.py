"""`moderator backfill`: many sessions on many workers, here or on a cluster."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderator.classifiers.registry import DEFAULT_MODEL
from moderator.cli import options
from moderator.errors import ConfigError, SourceError
from moderator.sources.limits import MAX_BYTES
from moderator.terminal import printable

if TYPE_CHECKING:
    from moderator.cluster.jobs import Job
    from moderator.cluster.outcome import Outcome, Totals
    from moderator.sources.credentials import Backend
    from moderator.sources.pace import Rate

EVERY = 10.0
"""Seconds between two lines of progress where no terminal is there to draw on."""


def backfill(
    dumps: Annotated[
        str | None,
        typer.Argument(help="A folder of dumps, or a bucket's URI (s3://, gs://, ...)."),
    ] = None,
    out_dir: Annotated[
        str, typer.Option("--out-dir", "-o", help="The outputs' folder, or a bucket's URI.")
    ] = "",
    since: Annotated[
        str | None,
        typer.Option("--since", help="Every session that ended since then: 24h, 7d, a date."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="With --since: and before then.")
    ] = None,
    sessions: Annotated[
        Path | None,
        typer.Option("--sessions", help="A file of session ids, one a line.", metavar="FILE"),
    ] = None,
    rules: options.Rules = None,
    model: options.Models = [DEFAULT_MODEL],  # noqa: B006 (typer copies it)
    exhaustive: options.Exhaustive = False,
    all_findings: Annotated[
        bool, typer.Option("--all-findings", help="Also write findings that do not flag.")
    ] = False,
    context: Annotated[
        int, typer.Option("--context", min=0, max=50, help="Neighbouring messages either side.")
    ] = 2,
    no_words: Annotated[
        bool, typer.Option("--no-words", help="Do not look for the words behind a score.")
    ] = False,
    parquet: Annotated[
        bool, typer.Option("--parquet", help="Parquet tables partitioned by session.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="Sessions judged at a time; every core by default."),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option("--address", help="A Ray cluster to use: HOST:PORT, ray://..., or auto."),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate", min=0.01, help="Requests to the API per second, all workers together."
        ),
    ] = None,
    backend: options.Backend = None,
    base_url: options.BaseUrl = None,
    wait: options.Wait = 0.0,
    allow_private: options.AllowPrivate = False,
    max_bytes: options.MaxBytes = MAX_BYTES,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Judge many sessions on many workers, each into files as scan -o writes them."""
    if sum(one is not None for one in (dumps, since, sessions)) != 1:
        raise ConfigError("Name one of DUMPS (a folder or bucket), --since, or --sessions.")
    if until is not None and since is None:
        raise ConfigError("--until goes with --since.")
    if not out_dir:
        raise ConfigError("backfill needs --out-dir, since every session gets files of its own.")
    options.set_up_log(verbose=verbose)
    from moderator.cluster import local
    from moderator.cluster.backfill import backfill as run
    from moderator.cluster.specification import Specification
    from moderator.cluster.worker import Errand

    local.check_installed()
    api = _api(backend, base_url) if dumps is None else None
    pace = _rate(rate, api)
    jobs = _jobs(dumps, since, until, sessions, api, pace)
    specification = Specification.of(
        rules, model, context=context, words=not no_words, exhaustive=exhaustive,
        all_findings=all_findings,
    )  # fmt: skip
    errand = Errand(
        specification=specification,
        judges=specification.judges(*specification.build(), parquet=parquet),
        out=out_dir if "://" in out_dir else str(Path(out_dir).absolute()),
        parquet=parquet,
        dumps=dumps,
        backend=api,
        allow_private=allow_private,
        wait=wait,
        max_bytes=max_bytes,
    )
    teller = _Teller(quiet=quiet)
    try:
        totals = run(errand, jobs, pace, lambda: local.cluster(address, workers), teller.tell)
    finally:
        teller.close(printable(out_dir))
    if totals.failed:
        raise typer.Exit(options.INCOMPLETE)


def _api(backend: options.BackendName | None, base_url: str | None) -> "Backend":
    from moderator.sources.credentials import environment, resolve

    return resolve(environment(), backend.value if backend is not None else None, base_url)


def _rate(asked: float | None, api: "Backend | None") -> "Rate":
    from moderator.sources.pace import RATES, Rate

    if asked is not None:
        return Rate(asked, max(1, round(asked)))
    return RATES[api.name if api is not None else "dyte"]


def _jobs(
    dumps: str | None,
    since: str | None,
    until: str | None,
    sessions: Path | None,
    api: "Backend | None",
    pace: "Rate",
) -> "list[Job]":
    from moderator.cluster import jobs
    from moderator.cluster.places import Place
    from moderator.sources.api import SessionsApi
    from moderator.sources.pace import OwnPace
    from moderator.sources.since import parse_since

    if dumps is not None:
        found = jobs.of_place(Place(dumps))
        if not found:
            raise SourceError(f"{Place(dumps).name} holds no dump, or is no folder.")
        return found
    if sessions is not None:
        return jobs.of_list(sessions)
    assert since is not None and api is not None
    now = datetime.now(UTC)
    first = parse_since(since, now)
    last = parse_since(until, now, "--until") if until is not None else None
    if last is not None and last <= first:
        raise ConfigError("--until must lie after --since.")
    with SessionsApi(api, pace=OwnPace(pace)) as asked:
        return jobs.of_sessions(one.id for one in asked.sessions(first, last))


class _Teller:
    """What is said on standard error: a bar or a line now and then, what fails, and the end."""

    def __init__(self, *, quiet: bool) -> None:
        from moderator.cli.progress import Bar, watched

        self._quiet = quiet
        self._totals: Totals | None = None
        self._bar = Bar("sessions", None) if watched(quiet=quiet) else None
        self._began = self._last = time.monotonic()

    def tell(self, totals: "Totals", outcome: "Outcome | None") -> None:
        """Hears the counts so far, and what changed them last."""
        self._totals = totals
        if outcome is not None and outcome.status != "done":
            if not self._quiet or outcome.status == "failed":
                state = outcome.status.replace("_", " ")
                name, why = printable(outcome.key), printable(outcome.error or "", 1000)
                typer.echo(f"session {name}: {state}: {why}", err=True)
        elif outcome is None and totals.skipped and not self._quiet:
            typer.echo(f"{totals.skipped:,} of {totals.listed:,} sessions are done", err=True)
        over = totals.listed - totals.skipped - totals.left
        now = time.monotonic()
        if self._bar is not None:
            self._bar.update(over, over, over + totals.left)
        elif not self._quiet and now - self._last >= EVERY:
            self._last = now
            rate = over / (now - self._began)
            typer.echo(f"{over:,} of {over + totals.left:,} sessions, {rate:.1f}/s", err=True)

    def close(self, folder: str) -> None:
        """The closing summary, also after a run that was stopped."""
        if self._bar is not None:
            self._bar.stop()
        totals = self._totals
        if totals is None or self._quiet:
            return
        left = f", left {totals.left:,}" if totals.left else ""
        said = totals.messages
        print(
            f"sessions listed {totals.listed:,}: done {totals.done:,}, "
            f"skipped {totals.skipped:,}, not ready {totals.not_ready:,}, "
            f"failed {totals.failed:,}{left}; messages read {said['read']:,}: "
            f"judged {said['judged']:,}, repeats {said['repeats']:,}, "
            f"not text {said['notText']:,}, rejected {said['rejected']:,}; "
            f"flagged {said['flagged']:,}, unscored {said['unscored']:,}; outputs in {folder}",
            file=sys.stderr,
        )
