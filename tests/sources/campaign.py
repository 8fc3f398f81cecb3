"""Random sequences of network faults: does each end in the right bytes, or in one clear error?

A case is a session whose API and file host misbehave some times in a row, drawn from a seed. It is
fetched, or fetched and scanned, through the library as the command line does it, over real HTTP;
only the waits between two attempts are not slept. Whatever is logged, raised or left on disk is
searched for the token, the signature of the link, and the chat.
"""

import gzip
import io
import logging
import os
import random
import ssl
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import trustme
from server.app import API_KEY, TOKEN, LoopbackServer
from server.faults import ACTS, Act, misfits
from server.scenario import HEADER, Cut, Scenario

from moderator.api import build
from moderator.config import load
from moderator.errors import ModeratorError
from moderator.scan import Destinations, scan
from moderator.sources.dump import read_dump
from moderator.sources.limits import Backoff, Limits
from moderator.sources.target import Network, fetched

RULES = Path(__file__).parents[1] / "golden" / "rules.yaml"
LIMITS = Limits(connect=5.0, read=1.2, least_seconds=1.2, answer=3.0, max_bytes=4 * 2**20)
BACKOFF = Backoff(attempts=8, sleep=lambda _: None)
TOO_LATE = 20.0
"""Seconds that a case may take at most, on a machine that does other things too."""

CHAT = "zebra crossing 7731"
_WORDS = ("you idiot", "hello", "gg", "shut up loser", "nice one", "see you", "go die")
_SECRETS = (TOKEN, API_KEY, "X-Signature=", CHAT)
_PRIVATE = "a private address"
_BAD = ("self-signed", "other host", "expired")
_SLOW = ("silence", "slow head", "slow body")
_REFUSALS = ("status 401 of the host", "status 403 of the host")


def chat(rng: random.Random, rows: int) -> bytes:
    """A CSV dump of some people who say this and that, rude things among it."""
    lines = [
        f"m{n},p{rng.randrange(9)},s1,r1,{CHAT},false,false,TEXT_MESSAGE,"
        f'"{rng.choice(_WORDS)} {n}",2026-06-10T10:00:00.000Z'.encode()
        for n in range(rows)
    ]
    return b"\r\n".join([HEADER, *lines, b""])


@cache
def bodies() -> tuple[bytes, ...]:
    """The dumps that are served, from one row to some that take several reads."""
    rng = random.Random(0)
    return tuple(chat(rng, rows) for rows in (1, 3, 20, 60, 120, 300, 900, 2500))


@dataclass(frozen=True)
class Case:
    """One session's misfortunes. Where all of them are `passing`, its bytes have to arrive."""

    number: int
    scenario: Scenario
    kinds: tuple[str, ...]
    passing: bool
    wanted: tuple[bytes, ...]
    scanned: bool
    allow_private: bool = True


def plan(seed: int, number: int) -> Case:
    """The case of that number, the same every time."""
    rng = random.Random(f"{seed}:{number}")
    body = rng.choice(bodies())
    if rng.random() < 0.2:
        body = gzip.compress(body, mtime=0)
    etag, modified = rng.choice(
        [('"v1"', None), ('"v1"', "Wed, 10 Jun 2026 10:00:00 GMT"), ('W/"v1"', None), (None, None),
         (None, "Wed, 10 Jun 2026 10:00:00 GMT")]
    )  # fmt: skip
    scenario = Scenario(
        body=body,
        etag=etag,
        modified=modified,
        ranges=rng.random() < 0.8,
        strict=rng.random() < 0.8,
        chunked=rng.random() < 0.3,
        style=rng.choice(["data", "result"]),
        camel=rng.random() < 0.2,
    )
    kinds: list[str] = []
    wanted = [body]
    over = [act for act in ACTS.values() if act.passing]
    refusals = 2
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        scenario.chat_faults.append(rng.choice([act for act in over if act.api]))
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        if rng.random() < 0.4:
            scenario.file_faults.append(Cut(rng.randrange(1, len(body) + 1)))
            kinds.append("broken off")
            if rng.random() < 0.4:
                name, deed = rng.choice(misfits(body))
                scenario.file_faults.append(Act(name, deed, passing=True))
        else:
            act = rng.choice([act for act in over if act.file])
            if act.name in _REFUSALS:
                if not refusals:
                    continue
                refusals -= 1
            scenario.file_faults.append(act)
    if kinds and rng.random() < 0.5:
        rows = chat(rng, rng.randrange(1, 400))
        grown = body + rows[len(HEADER) + 2 :]
        newer = rng.choice([grown, rows, body[:-9] + bytes(reversed(body[-9:-2])) + body[-2:]])
        if not body.startswith(b"\x1f\x8b"):
            scenario.strict = rng.random() < 0.5
            scenario.next_body = newer
            scenario.next_etag = etag and etag.replace("v1", "v2")
            wanted.append(newer)
            kinds.append("changed meanwhile")
    if refusals and rng.random() < 0.1:
        scenario.expired_links = rng.randrange(1, refusals + 1)
        kinds.append("expired link")
    if rng.random() < 0.1:
        scenario.redirects = [""] * rng.randrange(1, 5)
        kinds.append("redirects")
    acts = [*scenario.chat_faults, *scenario.file_faults]
    kinds += [act.name for act in acts if isinstance(act, Act)]
    fate = _fate(rng, scenario)
    return Case(
        number, scenario, (*kinds, *fate), not fate, tuple(wanted),
        scanned=rng.random() < 0.5, allow_private=_PRIVATE not in fate,
    )  # fmt: skip


def _fate(rng: random.Random, scenario: Scenario) -> list[str]:
    """Maybe something that nothing helps against, by its names; else nothing."""
    lot = rng.random()
    if lot < 0.62:
        scenario.tls = "good" if rng.random() < 0.1 else ""
        return []
    if lot < 0.94:
        for_ever = lot < 0.72
        last = rng.choice(
            [act for act in ACTS.values() if act.passing == for_ever and act.name not in _SLOW]
        )
        at_api = last.api and (not last.file or rng.random() < 0.5)
        faults = scenario.chat_faults if at_api else scenario.file_faults
        faults.extend([last] * (30 if for_ever else 1))
        return [last.name, *(["for ever the same"] if for_ever else [])]
    if lot < 0.97:
        scenario.tls = rng.choice(_BAD)
        return [f"certificate: {scenario.tls}"]
    if lot < 0.98:
        scenario.redirects = ["?"] * 99
        return ["redirect loop"]
    return [_PRIVATE]


@dataclass
class Tally:
    """What came of all cases; `problems` says for each that was not as it has to be, why."""

    cases: int = 0
    equal: int = 0
    errors: int = 0
    lost: int = 0
    leaks: int = 0
    problems: list[str] = field(default_factory=list)
    tried: Counter[str] = field(default_factory=Counter)
    survived: Counter[str] = field(default_factory=Counter)
    exits: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0

    @property
    def faults(self) -> int:
        """How many single faults there were."""
        return sum(self.tried.values())


class Campaign:
    """The servers and what is judged with, for as many cases as one likes, on several threads."""

    def __init__(self, server: LoopbackServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.tally = Tally()
        self._lock = threading.Lock()
        self._judging = threading.Lock()
        self._ruleset = load(RULES)
        self._pipeline = build(self._ruleset, ["none"])
        self._flagged: dict[bytes, bytes] = {}

    def run(self, cases: Iterable[Case], threads: int = 1) -> Tally:
        """Runs them all."""
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(self._one, cases):
                pass
        return self.tally

    def _one(self, case: Case) -> None:
        session = self.server.add(case.scenario, str(case.number))
        folder = self.folder / str(case.number)
        folder.mkdir()
        url = self.server.base_urls["realtimekit"]
        network = Network("realtimekit", url, case.allow_private, limits=LIMITS, backoff=BACKOFF)
        began = time.monotonic()
        error: Exception | None = None
        try:
            if case.scanned:
                with fetched(session, network) as dump:
                    self._scan(dump.stream, folder / "out.jsonl")
            else:
                network.download(session, folder / "out.jsonl")
        except Exception as caught:
            error = caught
        seconds = time.monotonic() - began
        problems = list(self._problems(case, folder, error))
        leaks = found(error)
        with self._lock:
            self._count(case, error, problems, leaks, seconds)
        del self.server.sessions[session]
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        if case.number % 50 == 0:
            self.server.requests.clear()

    def _scan(self, stream: io.IOBase, output: Path) -> None:
        with self._judging:  # a pipeline is for one thread
            rows = read_dump(stream, max_bytes=LIMITS.max_bytes)  # type: ignore[arg-type]
            scan(
                rows, self._pipeline, self._ruleset, Destinations(output),
                source="a session", stdout=io.BytesIO(),
            )  # fmt: skip

    def flagged(self, body: bytes) -> bytes:
        """What a scan of these bytes writes when nothing goes wrong."""
        if body not in self._flagged:
            output = self.folder / f"wanted-{threading.get_ident()}.jsonl"
            self._scan(io.BytesIO(body), output)
            self._flagged[body] = output.read_bytes()
            output.unlink()
        return self._flagged[body]

    def _problems(self, case: Case, folder: Path, error: Exception | None) -> Iterator[str]:
        left = sorted(path.name for path in folder.iterdir())
        if error is None:
            got = (folder / "out.jsonl").read_bytes()
            wanted = [self.flagged(body) if case.scanned else body for body in case.wanted]
            if got not in wanted:
                yield f"LOST: {len(got)} bytes, not {[len(one) for one in wanted]}"
            left.remove("out.jsonl")
        elif not isinstance(error, ModeratorError):
            yield "CRASH: " + "".join(traceback.format_exception(error))
        else:
            sentence = str(error)
            if case.passing:
                yield f"gave up: {sentence}"
            if error.exit_code not in (2, 3, 4) or "\n" in sentence or len(sentence) > 700:
                yield f"no clear error: {error.exit_code} {sentence!r}"
        if left:
            yield f"left behind: {left}"

    def _count(
        self, case: Case, error: Exception | None, problems: list[str], leaks: list[str],
        seconds: float,
    ) -> None:  # fmt: skip
        tally = self.tally
        tally.cases += 1
        tally.tried.update(case.kinds)
        if error is None:
            tally.equal += not problems
            tally.survived.update(case.kinds)
        elif isinstance(error, ModeratorError):
            tally.errors += 1
            tally.exits[error.exit_code] += 1
        tally.lost += any(problem.startswith("LOST") for problem in problems)
        tally.leaks += len(leaks)
        tally.slowest = max(tally.slowest, seconds)
        if seconds > TOO_LATE:
            problems.append(f"late: {seconds:.0f} s")
        problems += leaks
        for problem in problems:
            tally.problems.append(f"--only {case.number} {list(case.kinds)}: {problem}")


def found(error: BaseException | None) -> list[str]:
    """The secrets in an error: in what is printed of it, and in all that led to it."""
    shown = ""
    seen = set()
    pending = [error]
    if error is not None:
        shown = "".join(traceback.format_exception(error))
    while pending:
        one = pending.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            shown += f"\n{one!r}\n{one}"
            pending += [one.__cause__, one.__context__]
    return [f"LEAK in an error: {secret}" for secret in _SECRETS if secret in shown]


class Eavesdropper(logging.Handler):
    """Hears all that is logged, at every level, and keeps what should not have been."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard = 0
        self.leaks: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard += 1
        said = self.format(record)
        self.leaks += [
            f"LEAK in a log ({record.name}): {secret}" for secret in _SECRETS if secret in said
        ]


def certificates() -> tuple[trustme.CA, dict[str, ssl.SSLContext]]:
    """An authority, and a server's certificates that it vouches for, or does not."""
    authority = trustme.CA()
    leaves = {
        "good": authority.issue_cert("127.0.0.1"),
        "self-signed": trustme.CA().issue_cert("127.0.0.1"),
        "other host": authority.issue_cert("dump.example"),
        "expired": authority.issue_cert(
            "127.0.0.1",
            not_before=datetime(2020, 1, 1, tzinfo=UTC),
            not_after=datetime(2020, 2, 1, tzinfo=UTC),
        ),
    }
    contexts = {}
    for name, leaf in leaves.items():
        contexts[name] = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        leaf.configure_cert(contexts[name])
    return authority, contexts


@contextmanager
def prepared(folder: Path) -> Iterator[Campaign]:
    """A campaign in a folder, with servers, environment and log set up for it, and back again.

    In the end leaks in logs and what is left in the temporary folder are among its problems.
    """
    authority, contexts = certificates()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    temporary = folder / "tmp"
    temporary.mkdir()
    ear = Eavesdropper()
    root = logging.getLogger()
    level, environ, tempdir = root.level, dict(os.environ), tempfile.tempdir
    loud = [logging.getLogger(name) for name in ("httpx", "httpcore", "moderator")]
    with LoopbackServer(certificates=contexts) as server:
        try:
            for name in [key for key in os.environ if key.lower().endswith("_proxy")]:
                del os.environ[name]
            os.environ |= server.environ("realtimekit")
            os.environ["SSL_CERT_FILE"] = str(folder / "authority.pem")
            tempfile.tempdir = str(temporary)
            root.addHandler(ear)
            for logger in (root, *loud):
                logger.setLevel(logging.DEBUG)
            campaign = Campaign(server, folder)
            yield campaign
            tally = campaign.tally
            left = [path.name for path in temporary.iterdir()]
            tally.problems += [f"left in the temporary folder: {name}" for name in left]
            tally.problems += sorted(set(ear.leaks))
            tally.leaks += len(ear.leaks)
        finally:
            root.removeHandler(ear)
            root.setLevel(level)
            for logger in loud:
                logger.setLevel(logging.NOTSET)
            tempfile.tempdir = tempdir
            os.environ.clear()
            os.environ.update(environ)
