"""A backfill from its first look into the folder to its closing summary."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import orjson

from moderator.cluster.jobs import Job
from moderator.cluster.outcome import Outcome, Totals
from moderator.cluster.pool import outcomes
from moderator.cluster.results import FAILED_NAME, SUMMARY_NAME, Results
from moderator.cluster.worker import Errand
from moderator.sources.pace import Rate

Told = Callable[[Totals, Outcome | None], None]


def backfill(
    errand: Errand,
    jobs: Sequence[Job],
    rate: Rate,
    cluster: Callable[[], AbstractContextManager[int]],
    told: Told = lambda _, __: None,
) -> Totals:
    """Judges every job that is not done; returns counts that add up.

    `cluster` connects to one and yields its number of workers; it is not called where nothing is
    left to do. `told` hears the counts at the start and after each outcome. What failed is listed
    in `failed.jsonl`, the counts stand in `backfill.summary.json`, also after a run that was
    stopped. Raises `ConfigError`, `SourceError` or `OutputError` where the run as a whole cannot
    go on.
    """
    results = Results(errand.out, parquet=errand.parquet)
    results.check(jobs)
    began = time.monotonic()
    with results.held():
        left = results.left_to_do(jobs)
        due = {job.key for job in left}
        done = next((job.key for job in jobs if job.key not in due), None)
        results.claim(errand.judges, done)
        totals = Totals(len(jobs), len(jobs) - len(left))
        told(totals, None)
        failures: list[Outcome] = []
        workers = 0
        try:
            if left:
                with cluster() as workers:
                    for outcome in outcomes(errand, left, workers, rate):
                        totals.add(outcome)
                        if outcome.status != "done":
                            failures.append(outcome)
                        told(totals, outcome)
        finally:
            results.write(FAILED_NAME, b"".join(map(_line, failures)))
            results.write(
                SUMMARY_NAME,
                _indented(
                    {
                        **totals.as_dict(),
                        "judges": errand.judges,
                        "workers": workers,
                        "seconds": round(time.monotonic() - began, 3),
                    }
                ),
            )
    return totals


def _line(outcome: Outcome) -> bytes:
    record = {"session": outcome.key, "status": outcome.status, "error": outcome.error}
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def _indented(summary: dict[str, Any]) -> bytes:
    return orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
