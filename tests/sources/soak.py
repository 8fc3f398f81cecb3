"""Session after session under random faults in one process: does it grow, does it slip?

The server is a process of its own, so that memory, open files and threads are those of the
moderator alone. Each session is swept once, as cron would, then fetched and scanned again and
again until its share of the time is over; what is written has to equal a scan without faults.
"""

import io
import multiprocessing
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from server.app import LoopbackServer
from server.faults import ACTS
from server.scenario import Cut, Scenario
from sources.campaign import BACKOFF, LIMITS, chat

from moderator.api import build
from moderator.config import RuleSet, load
from moderator.errors import ModeratorError
from moderator.pipeline import Pipeline
from moderator.scan import Destinations, scan
from moderator.sources.dump import read_dump
from moderator.sources.target import Network, fetched
from moderator.sweep import sweep

ROWS = 1500
ROWS_OF_MODEL = 200
HOPELESS = 0.2
"""So many of the repeated runs meet something that nothing helps against."""

_PASSING = [act for act in ACTS.values() if act.passing]
_FATAL = [act for act in ACTS.values() if not act.passing]
_REFUSING = "of the host"


def served(seed: int, number: int, rows: int) -> bytes:
    """The dump of a session; the server and the check make it each for themselves."""
    return chat(random.Random(f"{seed}:{number}"), rows)


def _faulty(rng: random.Random, scenario: Scenario, *, fatal: bool) -> None:
    scenario.chat_faults = rng.choices([act for act in _PASSING if act.api], k=rng.randrange(3))
    files = [act for act in _PASSING if act.file and _REFUSING not in act.name]
    scenario.file_faults = [
        rng.choice([Cut(rng.randrange(1, len(scenario.body))), rng.choice(files)])
        for _ in range(rng.randrange(4))
    ]
    if fatal:
        last = rng.choice(_FATAL)
        (scenario.chat_faults if last.api else scenario.file_faults).append(last)


def serve(pipe: Connection, seed: int) -> None:
    """Serves one session at a time, as the other end of the pipe wants it."""
    with LoopbackServer() as server:
        pipe.send((server.base_urls["dyte"], server.environ("dyte")))
        while (wanted := pipe.recv()) is not None:
            number, turn, rows, fatal = wanted
            rng = random.Random(f"{seed}:{number}:{turn}")
            now = datetime.now(UTC).isoformat()
            scenario = Scenario(served(seed, number, rows), listed={"ended_at": now})
            _faulty(rng, scenario, fatal=fatal)
            server.sessions.clear()
            server.requests.clear()
            pipe.send(server.add(scenario, str(number)))


class Server:
    """The server's process, from this side."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.url, self.environ = pipe.recv()

    def session(self, number: int, turn: int, rows: int, *, fatal: bool) -> str:
        """Has it serve a session, and nothing else; returns its id."""
        self._pipe.send((number, turn, rows, fatal))
        return str(self._pipe.recv())


@contextmanager
def serving(seed: int) -> Iterator[Server]:
    """A server's process, with its credentials in the environment."""
    context = multiprocessing.get_context("spawn")
    mine, other = context.Pipe()
    process = context.Process(target=serve, args=(other, seed), daemon=True)
    process.start()
    other.close()
    environ = dict(os.environ)
    try:
        server = Server(mine)
        os.environ |= server.environ
        yield server
        mine.send(None)
        process.join(10)
    finally:
        process.kill()
        process.join()
        os.environ.clear()
        os.environ.update(environ)


@dataclass(frozen=True)
class Sample:
    """What the process holds at one moment; memory in MiB."""

    seconds: float
    memory: float
    files: int
    threads: int

    @classmethod
    def now(cls, began: float) -> "Sample":
        """Read from /proc."""
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return cls(
            time.monotonic() - began,
            pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
            sum(1 for _ in Path("/proc/self/fd").iterdir()),
            sum(1 for _ in Path("/proc/self/task").iterdir()),
        )


@dataclass
class Soaked:
    """What came of a soak."""

    sessions: int = 0
    scans: int = 0
    errors: int = 0
    messages: int = 0
    problems: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    def quarters(self, name: str) -> tuple[float, float, float]:
        """The medians of the first and the last quarter, and the slope per hour (Theil-Sen)."""
        points = [(sample.seconds / 3600, getattr(sample, name)) for sample in self.samples]
        size = max(1, len(points) // 4)
        first, last = points[:size], points[-size:]
        slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(first, last, strict=True)
                  if b[0] > a[0]]  # fmt: skip
        return (
            statistics.median(value for _, value in first),
            statistics.median(value for _, value in last),
            statistics.median(slopes or [0.0]),
        )

    def growth(self) -> list[str]:
        """What is not flat: memory by more than 5 % and 8 MiB, files or threads by more than 2."""
        grown = []
        for name, allowed in (("memory", 8.0), ("files", 2.0), ("threads", 2.0)):
            first, last, _ = self.quarters(name)
            if last - first > max(allowed, first * 0.05 if name == "memory" else 0):
                grown.append(f"{name} grew from {first:.0f} to {last:.0f}")
        return grown


class Soak:
    """The moderator's side: pipelines that live as long as the process."""

    def __init__(self, server: Server, folder: Path, seed: int, models: tuple[str, ...]) -> None:
        self._server = server
        self._folder = folder
        self._rng = random.Random(seed)
        self._seed = seed
        self._ruleset: RuleSet = load(None)
        self._by_rules = build(self._ruleset, ["none"], exhaustive=False)
        self._by_model = build(self._ruleset, models, exhaustive=False)
        limits = replace(LIMITS, max_bytes=64 * 2**20)
        self._network = Network("dyte", server.url, True, limits=limits, backoff=BACKOFF)
        self.soaked = Soaked()

    def run(self, sessions: int, seconds: float) -> Soaked:
        """So many sessions, which share the time between them."""
        began = time.monotonic()
        for number in range(sessions):
            with_model = number % 4 == 3
            pipeline = self._by_model if with_model else self._by_rules
            rows = ROWS_OF_MODEL if with_model else ROWS
            self._session(number, pipeline, rows, began + seconds * (number + 1) / sessions)
            self.soaked.sessions += 1
            self.soaked.samples.append(Sample.now(began))
        return self.soaked

    def _session(self, number: int, pipeline: Pipeline, rows: int, until: float) -> None:
        wanted = self._wanted(number, pipeline, rows)
        session = self._server.session(number, 0, rows, fatal=False)
        since = datetime.now(UTC) - timedelta(days=1)
        for outcome in sweep(since, self._folder, self._network, pipeline, self._ruleset):
            if outcome.session_id == session and outcome.status != "done":
                self.soaked.problems.append(f"session {number}: {outcome.status}: {outcome.error}")
        output = self._folder / f"{session}.jsonl"
        self._compare(number, 0, output, wanted, rows)
        turn = 0
        while time.monotonic() < until:
            turn += 1
            fatal = self._rng.random() < HOPELESS
            self._server.session(number, turn, rows, fatal=fatal)
            output.unlink(missing_ok=True)
            try:
                with fetched(session, self._network) as dump:
                    self._scan(dump.stream, pipeline, output)
            except ModeratorError as error:
                self.soaked.errors += 1
                if not fatal or output.exists():
                    self.soaked.problems.append(f"session {number}, turn {turn}: {error}")
            else:
                self._compare(number, turn, output, wanted, rows)
        for path in self._folder.glob(f"{session}*"):
            path.unlink()

    def _compare(self, number: int, turn: int, output: Path, wanted: bytes, rows: int) -> None:
        self.soaked.scans += 1
        self.soaked.messages += rows
        if not output.exists() or output.read_bytes() != wanted:
            self.soaked.problems.append(f"session {number}, turn {turn}: its output differs")

    def _wanted(self, number: int, pipeline: Pipeline, rows: int) -> bytes:
        output = self._folder / "wanted.jsonl"
        self._scan(io.BytesIO(served(self._seed, number, rows)), pipeline, output)
        return output.read_bytes()

    def _scan(self, stream: io.IOBase, pipeline: Pipeline, output: Path) -> None:
        scan(
            read_dump(stream),  # type: ignore[arg-type]
            pipeline,
            self._ruleset,
            Destinations(output),
            source="a session",
            stdout=sys.stdout.buffer,
        )
