"""`moderator scan`: a session's chat in, flagged messages out."""

import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderator.classifiers.registry import DEFAULT_MODEL
from moderator.cli import options
from moderator.cli.report import OfScan, check_of_scan, form_for
from moderator.cli.stopping import GoingOn
from moderator.cli.sweeping import sweep_all
from moderator.errors import ConfigError
from moderator.records import Severity
from moderator.sources.limits import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderator.scan import Destinations
    from moderator.sources.target import Network


_SHAPE_NOTHING = ("since", "out_dir", "quiet", "verbose", "wait", "fail_on", "no_clobber")
"""Options that may be others when a run goes on: its outputs do not depend on them."""


def scan(
    given: typer.Context,
    target: Annotated[
        str | None,
        typer.Argument(help="A dump's file, a session id, a URL, or - for standard input."),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", help="Where flagged messages go.", metavar="FILE")
    ] = "-",
    since: Annotated[
        str | None,
        typer.Option("--since", help="Every session that ended since then: 24h, 7d, a date."),
    ] = None,
    out_dir: Annotated[
        Path | None, typer.Option("--out-dir", help="With --since: the folder of the outputs.")
    ] = None,
    rules: options.Rules = None,
    model: options.Models = [DEFAULT_MODEL],  # noqa: B006 (typer copies it)
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", help="Rows that cannot be read.", metavar="FILE"),
    ] = None,
    scores: Annotated[
        Path | None,
        typer.Option("--scores", help="Scores of every message, flagged or not.", metavar="FILE"),
    ] = None,
    report: OfScan = None,
    all_findings: Annotated[
        bool, typer.Option("--all-findings", help="Also write findings that do not flag.")
    ] = False,
    context: Annotated[
        int, typer.Option("--context", min=0, max=50, help="Neighbouring messages either side.")
    ] = 2,
    shadow: Annotated[
        Path | None,
        typer.Option(
            "--shadow",
            help="Candidate rules that judge too; what they find goes into a file of its own.",
            metavar="FILE",
        ),
    ] = None,
    no_words: Annotated[
        bool, typer.Option("--no-words", help="Do not look for the words behind a score.")
    ] = False,
    exhaustive: options.Exhaustive = False,
    no_clobber: Annotated[
        bool, typer.Option("--no-clobber", help="Refuse to replace a file.")
    ] = False,
    fail_on: Annotated[
        options.SeverityName | None,
        typer.Option("--fail-on", help="Exit with 1 if something this grave is flagged."),
    ] = None,
    backend: options.Backend = None,
    base_url: options.BaseUrl = None,
    wait: options.Wait = 0.0,
    allow_private: options.AllowPrivate = False,
    max_bytes: options.MaxBytes = MAX_BYTES,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Judge a session's chat and write its flagged messages as JSON Lines."""
    if (target is None) == (since is None):
        raise ConfigError("Name either one TARGET to scan, or --since with --out-dir.")
    if since is not None and out_dir is None:
        raise ConfigError("--since needs --out-dir, since every session gets files of its own.")
    if since is None and out_dir is not None:
        raise ConfigError("--out-dir goes with --since; for one TARGET, name a file with -o.")
    if since is not None and (output != "-" or rejects or scores or report):
        raise ConfigError(
            "-o, --rejects, --scores and --report are for one TARGET, not for --since."
        )
    if since is not None and no_clobber:
        raise ConfigError("--no-clobber is for one TARGET; --since skips what is done anyway.")
    options.set_up_log(verbose=verbose)
    network = options.network(backend, base_url, allow_private, wait, max_bytes)

    def judges() -> "options.Judges":
        # Models take seconds to load: what is wrong with the rest is told before.
        # A calibration needs the scores of every message.
        in_full = exhaustive or scores is not None
        return options.shadowed(
            rules, shadow, model, context=context, words=not no_words, exhaustive=in_full
        )

    shaping = {name: one for name, one in given.params.items() if name not in _SHAPE_NOTHING}
    going_on = GoingOn(shaping, quiet=quiet)
    if since is not None and out_dir is not None:
        worst = sweep_all(since, out_dir, network, judges, all_findings, quiet, going_on)
    else:
        assert target is not None
        destinations = _destinations(target, output, rejects, scores, shadow)
        if report is not None:
            check_of_scan(report, target, destinations)
        worst = _scan_one(
            target, destinations, network, judges, all_findings, no_clobber, quiet, report, going_on
        )
    if fail_on is not None and worst is not None and worst >= Severity[fail_on.value]:
        raise typer.Exit(1)


def _destinations(
    target: str, output: str, rejects: Path | None, scores: Path | None, shadow: Path | None
) -> "Destinations":
    from moderator.scan import Destinations

    destinations = Destinations.beside(
        None if output == "-" else Path(output), rejects, scores, shadow=shadow is not None
    )
    if destinations.names(Path(target)):
        raise ConfigError(f"{target} is the dump itself; name another file for the output.")
    return destinations


def _scan_one(
    target: str,
    destinations: "Destinations",
    network: "Network",
    judges: "Callable[[], options.Judges]",
    all_findings: bool,
    no_clobber: bool,
    quiet: bool,
    report: Path | None,
    going_on: GoingOn,
) -> Severity | None:
    from moderator.cli.progress import downloading, reading, show_summary
    from moderator.files import WrittenAside
    from moderator.report.writing import write_report
    from moderator.scan import scan
    from moderator.sources.dump import read_dump
    from moderator.sources.target import check, opened

    check(target, network)
    pipeline, ruleset, candidate = judges()
    with ExitStack() as stack:
        # What forbids to write it is told before the work.
        page = None
        if report is not None:
            page = stack.enter_context(WrittenAside(report, no_clobber=no_clobber))
        with downloading(quiet=quiet) as on_bytes:
            reached = replace(network, on_bytes=on_bytes)
            dump = stack.enter_context(opened(target, reached, sys.stdin.buffer))
        on_row = stack.enter_context(reading(dump, quiet=quiet))
        resumable = stack.enter_context(going_on(dump)) if destinations.can_be_cut() else None
        tally, summary = scan(
            read_dump(
                resumable.dump if resumable is not None else dump.stream,
                max_bytes=network.limits.max_bytes,
            ),
            pipeline,
            ruleset,
            destinations,
            source=dump.name,
            stdout=sys.stdout.buffer,
            all_findings=all_findings,
            no_clobber=no_clobber,
            on_row=on_row,
            shadow=candidate,
            resumable=resumable,
        )
        if page is not None:
            write_report([str(destinations.flagged)], sys.stdin.buffer, page, form_for(str(report)))
    if not quiet:
        output = destinations.flagged
        show_summary(summary, output=str(output) if output is not None else "standard output")
        if destinations.rejects is None and tally.rejected:
            typer.echo("Rejected rows were not kept; name a file with --rejects.", err=True)
        if destinations.unscored is None and tally.unscored:
            typer.echo("Unscored messages were not kept; use -o FILE to list them.", err=True)
    return tally.worst()
