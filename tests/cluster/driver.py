"""A process that holds a cluster of its own and does backfills on it, as the command does.

It is one apart because Ray warns of its own parts, which in the tests' process would be errors,
and because a driver is to be killed now and then.
"""

import multiprocessing
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from multiprocessing.connection import Connection
from typing import Any

from moderator.cluster.jobs import Job
from moderator.cluster.worker import Errand
from moderator.errors import ConfigError, ModeratorError
from moderator.sources.pace import Rate

FAST = Rate(1000.0, 1000)
WORKERS = 2


class Driver:
    """Runs one backfill at a time; it and its cluster end with the `with` block.

    The cluster's processes are descendants of `pid`.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pid = 0
        self._busy = False
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)

    def __enter__(self) -> "Driver":
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.is_alive():
            self._pipe.send(None)
            self._process.join(30)
        self._process.kill()
        self._process.join()
        self._process.close()
        self._pipe.close()

    def run(self, errand: Errand, jobs: Sequence[Job], rate: Rate = FAST) -> dict[str, Any]:
        """The closing counts; raises what the backfill raised."""
        self.start(errand, jobs, rate)
        return self.result()

    def start(self, errand: Errand, jobs: Sequence[Job], rate: Rate = FAST) -> None:
        """Begins a backfill, whose end `result` waits for."""
        if self._busy:  # with what a test that failed has left
            self._pipe.recv()
        self._pipe.send((errand, list(jobs), rate))
        self._busy = True

    def result(self) -> dict[str, Any]:
        """What the backfill that was begun came to."""
        assert self._pipe.poll(600), "the driver does not answer"
        totals, error = self._pipe.recv()
        self._busy = False
        if error is not None:
            raise ConfigError(error)
        assert isinstance(totals, dict)
        return totals

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self._process.join()


def _serve(pipe: Connection) -> None:
    from moderator.cluster import local
    from moderator.cluster.backfill import backfill

    warnings.simplefilter("ignore")
    with local.cluster(None, WORKERS) as workers:
        while (asked := pipe.recv()) is not None:
            errand, jobs, rate = asked
            try:
                totals = backfill(errand, jobs, rate, lambda: nullcontext(workers))
                pipe.send((totals.as_dict(), None))
            except ModeratorError as error:
                pipe.send((None, str(error)))
