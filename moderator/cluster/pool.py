"""Many sessions on many workers: what is not done yet, each once, each into its own files.

Ray Data carries names to workers and outcomes back: a pool of actors, of which each builds its
pipeline once and is replaced when it dies, whereupon its sessions are given to another. What a
session's worker writes is whole or not there, so that doing one twice changes nothing.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from moderator.cluster.desk import Desk
from moderator.cluster.jobs import Job
from moderator.cluster.outcome import Outcome
from moderator.cluster.worker import Errand, Worker
from moderator.errors import ConfigError, SourceError
from moderator.sources.pace import Rate

MOST_BLOCKS = 10_000
"""Sessions travel in this many blocks at most; a block is what is given to another worker."""

AHEAD = 2
"""Blocks that wait at a worker, itself at work on one of them."""


def outcomes(errand: Errand, jobs: Sequence[Job], workers: int, rate: Rate) -> Iterator[Outcome]:
    """Each job's outcome once, as they come, on the cluster that is connected.

    `ConfigError` where a worker is unfit, `SourceError` where the cluster breaks.
    """
    import ray
    from ray.exceptions import RayError

    if not jobs:
        return
    pending = {job.key for job in jobs}
    try:
        desk: Any = ray.remote(num_cpus=0, max_restarts=-1, max_task_retries=-1)(Desk).remote(rate)
        for row in _rows(errand, jobs, workers, desk):
            outcome = Outcome(**orjson.loads(row["outcome"]))
            if outcome.status == "unfit":
                raise ConfigError(outcome.error or "")
            if outcome.key in pending:
                pending.remove(outcome.key)
                yield outcome
    except RayError as error:
        raise SourceError(
            f"the cluster broke off ({type(error).__name__}) with {len(pending)} sessions to do: "
            "start the same command again, and it goes on from there"
        ) from None


def _rows(errand: Errand, jobs: Sequence[Job], workers: int, desk: Any) -> Iterator[Any]:
    import ray.data

    rows = [{"key": job.key, "target": job.target} for job in jobs]
    names = ray.data.from_items(rows, override_num_blocks=min(len(rows), MOST_BLOCKS))
    pool = ray.data.ActorPoolStrategy(
        size=min(workers, len(rows)), max_tasks_in_flight_per_actor=AHEAD
    )
    actor: Any = Worker
    judged = names.map(
        actor, fn_constructor_args=(errand, desk), compute=pool, num_cpus=1, max_concurrency=1
    )
    yield from judged.iter_rows()
