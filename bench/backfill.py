"""Backfill on a local Ray cluster beside plain scans: the same files, what two workers bring,
and what kills cost.

Sessions are made from a seed and served by an API on loopback, in a process of its own. Prints a
table and JSON; exits with 1 if one file differs from what a plain scan writes.
"""

import argparse
import csv
import io
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.append(str(Path(__file__).parent.parent / "tests"))

from cluster.fleet import files, kill, until, workers_of
from processes import machine
from server.app import LoopbackServer
from server.scenario import HEADER, Scenario
from speed.inputs import texts

from moderator.classifiers.registry import DEFAULT_MODEL
from moderator.cluster.specification import Specification
from moderator.scan import Destinations, scan
from moderator.sources.dump import read_dump
from moderator.sources.target import Network, fetched

ROOT = Path(__file__).parent.parent
CONTEXT = multiprocessing.get_context("spawn")
PATIENCE = 3600.0


def sessions(number: int, size: int, seed: int) -> dict[str, bytes]:
    """Dumps by session id; their sizes vary around `size` as rooms do."""
    chance = random.Random(seed)
    sizes = [max(1, round(chance.lognormvariate(-0.18, 0.6) * size)) for _ in range(number)]
    said = texts(sum(sizes), seed)
    return {
        f"session-{n:05}": _dump(n, [next(said)[0] for _ in range(rows)], chance)
        for n, rows in enumerate(sizes)
    }


def _dump(number: int, said: list[str], chance: random.Random) -> bytes:
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(HEADER.decode().split(","))
    for n, text in enumerate(said):
        who = chance.randrange(max(2, len(said) // 8))
        moment = f"2026-06-10T10:{n // 60 % 60:02}:{n % 60:02}.000Z"
        rows.writerow(
            [f"m{n}", f"p{who}", f"s{number}", "r1", f"Guest {who}", "false", "false",
             "TEXT_MESSAGE", text, moment]
        )  # fmt: skip
    return file.getvalue().encode()


def serve(pipe: Any, number: int, size: int, seed: int) -> None:
    """The server's process: tells where it listens, and ends when it is told to."""
    dumps = sessions(number, size, seed)
    with LoopbackServer() as server:
        server.sessions.clear()
        for session_id, body in dumps.items():
            server.sessions[session_id] = Scenario(body=body)
        pipe.send((server.base_urls["dyte"], server.environ("dyte"), list(dumps)))
        pipe.recv()


def plain(ids: list[str], base_url: str, out: Path, models: list[str]) -> None:
    """Scans sessions one after the other, in this process."""
    specification = Specification.of(None, models)
    pipeline, ruleset = specification.build()
    network = Network("dyte", base_url, allow_private=True)
    for session_id in ids:
        with fetched(session_id, network) as dump:
            to = Destinations.beside(out / f"{session_id}.jsonl")
            scan(
                read_dump(dump.stream), pipeline, ruleset, to,
                source=dump.name, stdout=sys.stdout.buffer,
            )  # fmt: skip


def plainly(number: int, ids: list[str], base_url: str, out: Path, models: list[str]) -> Path:
    """So many plain processes side by side, which share the sessions."""
    out.mkdir()
    parts = [
        CONTEXT.Process(target=plain, args=(ids[n::number], base_url, out, models))
        for n in range(number)
    ]
    for part in parts:
        part.start()
    for part in parts:
        part.join()
    return out


class Command:
    """`moderator backfill` as a user starts it."""

    def __init__(
        self, base_url: str, models: list[str], listed: Path, workers: int, out: Path
    ) -> None:
        self.out = out
        code = "from moderator.cli.main import run; run()"
        self._words = [
            sys.executable, "-c", code, "backfill", "--sessions", str(listed), "-o", str(out),
            "--workers", str(workers), "--backend", "dyte", "--base-url", base_url,
            "--allow-private", "--rate", "1000", *(w for m in models for w in ("--model", m)),
        ]  # fmt: skip
        self.start()

    def start(self) -> None:
        """Starts it, again where it was killed."""
        self.process = subprocess.Popen(
            self._words, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )

    def end(self) -> dict[str, Any]:
        """Its closing summary, once it has ended well."""
        _, said = self.process.communicate()
        if self.process.returncode:
            raise SystemExit(said.decode())
        summary: dict[str, Any] = json.loads((self.out / "backfill.summary.json").read_bytes())
        return summary


def named(out: Path) -> list[Path]:
    """The flagged files that are whole."""
    return [path for path in out.glob("session-*.jsonl") if path.name.count(".") == 1]


def rate(out: Path) -> float:
    """Sessions a second between the first that was done and the last."""
    moments = [path.stat().st_mtime for path in named(out)]
    return (len(moments) - 1) / (max(moments) - min(moments))


def killed(command: Command, number: int) -> dict[str, Any]:
    """A worker dies after a third of the sessions, the driver after two; then it is started anew.

    Returns how many were done at each death, and the closing summary's sessions.
    """
    until(lambda: len(named(command.out)) >= number / 3, PATIENCE)
    kill(workers_of(command.process.pid)[:1])
    at_worker = len(named(command.out))
    until(lambda: len(named(command.out)) >= number * 2 / 3, PATIENCE)
    command.process.kill()
    at_driver = len(named(command.out))
    command.process.communicate()
    command.start()
    return {"worker": at_worker, "driver": at_driver, **command.end()["sessions"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=500)
    parser.add_argument("--size", type=int, default=100, help="messages of a session, on average")
    parser.add_argument("--model", action="append", help="as of scan; may be repeated")
    parser.add_argument("--seed", type=int, default=6)
    asked = parser.parse_args()
    models, number = asked.model or [DEFAULT_MODEL], asked.sessions
    os.environ["OMP_NUM_THREADS"] = "1"  # of a model, in a plain process as in a worker
    ours, theirs = CONTEXT.Pipe()
    server = CONTEXT.Process(
        target=serve, args=(theirs, number, asked.size, asked.seed), daemon=True
    )
    server.start()
    base_url, credentials, ids = ours.recv()
    os.environ.update(credentials)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        listed = folder / "sessions.txt"
        listed.write_text("\n".join(ids))
        rates, walls, parts = {}, {}, {}
        for processes in (1, 2):
            began = time.monotonic()
            out = plainly(processes, ids, base_url, folder / f"plain{processes}", models)
            walls[f"{processes} plain"] = time.monotonic() - began
            rates[f"{processes} plain"] = rate(out)
        expected = files(folder / "plain1")
        equal = {"2 plain": files(folder / "plain2") == expected}
        for workers in (1, 2):
            kind = f"{workers} on Ray"
            began = time.monotonic()
            command = Command(base_url, models, listed, workers, folder / f"ray{workers}")
            summary = command.end()
            walls[kind] = time.monotonic() - began
            rates[kind] = rate(command.out)
            parts[kind] = {key: n / number for key, n in summary["workerSeconds"].items()}
            equal[kind] = files(command.out) == expected
        command = Command(base_url, models, listed, 2, folder / "killed")
        deaths = killed(command, number)
        equal["killed"] = files(command.out) == expected
        messages = summary["messages"]["read"]
    result = {
        "machine": machine(),
        "sessions": number,
        "messages": messages,
        "models": models,
        "seed": asked.seed,
        "seconds": walls,
        "sessionsPerSecond": rates,
        "workerSecondsPerSession": parts,
        "speedup": {"on Ray": rates["2 on Ray"] / rates["1 on Ray"],
                    "plain": rates["2 plain"] / rates["1 plain"]},
        "kills": deaths,
        "equal": equal,
    }  # fmt: skip
    show(result)
    print(json.dumps(result, indent=2))
    if not all(equal.values()):
        raise SystemExit(1)


def show(result: dict[str, Any]) -> None:
    """The table."""
    number, messages = result["sessions"], result["messages"]
    print(f"{number:,} sessions, {messages:,} messages, {', '.join(result['models'])}")
    print(f"{'':<10}{'wall s':>8}{'sessions/s':>12}{'messages/s':>12}{'equal':>8}")
    for kind, per_second in result["sessionsPerSecond"].items():
        print(
            f"{kind:<10}{result['seconds'][kind]:>8.1f}{per_second:>12.2f}"
            f"{per_second * messages / number:>12,.0f}"
            f"{'yes' if result['equal'].get(kind, True) else 'NO':>8}"
        )
    speedup = result["speedup"]
    print(
        f"2 workers over 1: {speedup['on Ray']:.2f}; ceiling, by plain processes: "
        f"{speedup['plain']:.2f}"
    )
    kills = result["kills"]
    print(
        f"worker killed at {kills['worker']}, driver at {kills['driver']}; then skipped "
        f"{kills['skipped']}, done {kills['done']}; equal: {result['equal']['killed']}"
    )


if __name__ == "__main__":
    main()
