"""What the tests of the cluster share: a set of rules, errands, and workers to kill."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from making import HEAD
from server.app import LoopbackServer

from moderator.cluster.specification import Specification
from moderator.cluster.worker import Errand
from moderator.sources.credentials import resolve

LOOPBACK = ("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000")
"""127.0.0.1 and ::1 as the kernel lists them."""

RULES = (
    HEAD + "rules:\n  - {id: a.b, kind: terms, category: insult, severity: high, "
    "terms: [idiot], hits: [idiot], misses: [x]}\n"
)


def rules_file(folder: Path, text: str = RULES) -> Path:
    """A rules file in `folder`."""
    path = folder / "rules.yaml"
    path.write_text(text, "utf-8")
    return path


def errand(
    rules: Path,
    out: Path,
    *,
    dumps: Path | None = None,
    server: LoopbackServer | None = None,
    parquet: bool = False,
) -> Errand:
    """An errand without a model, to sessions of `server` or to a folder of dumps."""
    specification = Specification.of(rules, ["none"])
    backend = None
    if server is not None:
        backend = resolve(server.environ("dyte"), "dyte", server.base_urls["dyte"])
    return Errand(
        specification=specification,
        judges=specification.judges(*specification.build(), parquet=parquet),
        out=str(out),
        parquet=parquet,
        dumps=str(dumps) if dumps is not None else None,
        backend=backend,
        allow_private=True,
    )


def files(folder: Path) -> dict[str, bytes]:
    """All output files of sessions by name; summaries without their time."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        own = name.startswith(("moderator-", "backfill.", "failed."))
        if path.is_file() and not own:
            content = path.read_bytes()
            if name.endswith("summary.json"):
                content = json.dumps({**json.loads(content), "seconds": None}).encode()
            found[name] = content
    return found


def workers_of(ancestor: int) -> list[int]:
    """The workers of the cluster that `ancestor` started, busy ones first.

    Those of the run before may still be about to end.
    """
    names = {pid: command(pid) for pid in below(ancestor)}
    found = [pid for pid, name in names.items() if name.startswith("ray::MapWorker")]
    return sorted(found, key=lambda pid: ".submit" not in names[pid])


def kill(pids: Iterable[int]) -> None:
    """SIGKILL to each."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def until(condition: Callable[[], Any], seconds: float = 300.0) -> Any:
    """What `condition` gives once it is true; it has to be in time."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)
    return found


def below(ancestor: int) -> list[int]:
    """The processes that descend from one."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                parents[int(entry.name)] = int(
                    (entry / "stat").read_text().rpartition(")")[2].split()[1]
                )
    found, fresh = [], [ancestor]
    while fresh:
        fresh = [pid for pid, parent in parents.items() if parent in fresh]
        found += fresh
    return found


def command(pid: int) -> str:
    """A process's command line, or what it calls itself; empty once it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    return ""


def listening(pids: Iterable[int], table: str) -> list[str]:
    """The addresses that processes listen on, as `/proc/net/tcp` or `tcp6` has them."""
    sockets = set()
    for pid in pids:
        with suppress(OSError):
            for link in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    sockets.add(str(link.readlink()))
    rows = [line.split() for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
    return [
        row[1].partition(":")[0]
        for row in rows
        if row[3] == "0A" and f"socket:[{row[9]}]" in sockets
    ]
