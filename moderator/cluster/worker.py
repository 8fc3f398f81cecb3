"""What runs on a worker: builds its pipeline once, then takes one session after the other."""

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from moderator.cluster.desk import MOST_ATTEMPTS, SharedPace
from moderator.cluster.outcome import Outcome, counts_of
from moderator.cluster.places import Place
from moderator.cluster.results import Results
from moderator.cluster.specification import Specification
from moderator.errors import ModeratorError, NotReady
from moderator.scan import scan
from moderator.sources.credentials import Backend
from moderator.sources.dump import read_dump
from moderator.sources.limits import MAX_BYTES


@dataclass(frozen=True, slots=True)
class Errand:
    """All that a worker needs to know, as plain data: where from, how, where to.

    Dumps come from the folder or bucket `dumps`, or else from the API at `backend`.
    """

    specification: Specification
    judges: Mapping[str, Any]
    out: str
    parquet: bool
    dumps: str | None = None
    backend: Backend | None = None
    allow_private: bool = False
    wait: float = 0.0
    max_bytes: int = MAX_BYTES


class Worker:
    """An actor that Ray Data gives rows `{key, target}`; each comes back as an `Outcome`.

    Whatever is wrong with the worker itself is an outcome too, `unfit`, rather than an exception
    that would have it built again and again.
    """

    def __init__(self, errand: Errand, desk: Any) -> None:
        self._errand = errand
        self._desk = desk
        self._unfit: str | None = None
        try:
            self._set_up()
        except ModeratorError as error:
            self._unfit = str(error)

    def __call__(self, row: Mapping[str, str]) -> dict[str, bytes]:
        """The outcome as JSON, so that every row has the same columns."""
        return {"outcome": orjson.dumps(self._outcome(row["key"], row["target"]))}

    def _set_up(self) -> None:
        errand = self._errand
        self._pipeline, self._ruleset = errand.specification.build()
        here = errand.specification.judges(self._pipeline, self._ruleset, parquet=errand.parquet)
        if here != errand.judges:
            other = [name for name in here if here[name] != errand.judges[name]]
            self._unfit = (
                f"a worker has other {' and '.join(other)} than the machine that started the run: "
                "install the same moderator on every machine"
            )
        self._results = Results(errand.out, parquet=errand.parquet)
        if self._unfit is None and self._results.made_by() != errand.judges:
            self._unfit = (
                f"a worker does not find this run in {errand.out}: name an --out-dir that every "
                "machine reaches under that name"
            )
        self._dumps = Place(errand.dumps) if errand.dumps is not None else None
        self._network = ExitStack()
        if errand.backend is not None:
            from moderator.sources.api import SessionsApi
            from moderator.sources.guard import download_client

            self._client = self._network.enter_context(
                download_client(allow_private=errand.allow_private)
            )
            self._api = self._network.enter_context(
                SessionsApi(errand.backend, pace=SharedPace(self._desk))
            )

    def _outcome(self, key: str, target: str) -> Outcome:
        import ray

        if self._unfit is not None:
            return Outcome(key, "unfit", self._unfit)
        began = time.monotonic()
        try:
            if self._results.is_done(key):
                # By a worker that died before it could say so.
                return Outcome(key, "done", counts=counts_of(self._results.summary(key)))
            if ray.get(self._desk.begin.remote(key)) > MOST_ATTEMPTS:
                return Outcome(key, "failed", f"its worker died {MOST_ATTEMPTS} times")
            with ExitStack() as stack:
                name, stream = stack.enter_context(self._dump(target))
                fetched = time.monotonic()
                to = stack.enter_context(self._results.writing(key))
                _, summary = scan(
                    read_dump(stream, max_bytes=self._errand.max_bytes),
                    self._pipeline,
                    self._ruleset,
                    to,
                    source=name,
                    stdout=sys.stdout.buffer,
                    all_findings=self._errand.specification.all_findings,
                )
        except NotReady as error:
            return Outcome(key, "not_ready", str(error))
        except ModeratorError as error:
            return Outcome(key, "failed", str(error))
        except Exception as error:
            # Its words could quote the chat.
            return Outcome(key, "failed", f"internal error, {type(error).__name__}")
        ended = time.monotonic()
        return Outcome(
            key,
            "done",
            counts=counts_of(summary),
            fetching=fetched - began,
            judging=ended - fetched,
        )

    @contextmanager
    def _dump(self, target: str) -> Iterator[tuple[str, IO[bytes]]]:
        """What a summary calls a dump, and its bytes; a session's is fetched whole first."""
        if self._dumps is not None:
            with self._dumps.opened(target) as stream:
                yield self._dumps.source(target), stream
            return
        from moderator.sources.fetch import fetch_session

        with tempfile.TemporaryDirectory(prefix="moderator-") as folder:
            path = Path(folder) / "dump"
            fetch_session(
                self._api,
                target,
                path,
                client=self._client,
                wait_seconds=self._errand.wait,
                max_bytes=self._errand.max_bytes,
            )
            with path.open("rb") as stream:
                yield f"session {target}", stream
