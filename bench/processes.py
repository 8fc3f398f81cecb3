"""A command run and watched: seconds, processor time, and the memory of all its processes."""

import os
import platform
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

EVERY_SECONDS = 0.2
PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command took from its start to its end; `peak_mib` of it and all its children."""

    seconds: float
    cpu: float
    peak_mib: float


class Memory(threading.Thread):
    """Watches the memory of a process and its descendants until `stop`.

    A single process is known exactly: the kernel keeps its high-water mark, which is read here
    rather than from `getrusage`, whose mark also holds what the parent had at the fork. Of several
    the proportional shares are added up, so that what they share counts once; they are looked at
    five times a second. Ten times as often slowed what was watched by a tenth.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak_mib = 0.0
        self._pid = pid
        self._ended = threading.Event()
        self.start()

    def run(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            tree = descendants(self._pid)
            taken = [_kib(PROC / str(self._pid) / "status", "VmHWM:")]
            if len(tree) > 1:
                taken.append(sum(_kib(PROC / str(pid) / "smaps_rollup", "Pss:") for pid in tree))
            self.peak_mib = max(self.peak_mib, max(taken) / 1024)

    def stop(self) -> float:
        """The peak in MiB."""
        self._ended.set()
        self.join()
        return self.peak_mib


def watched(
    command: Sequence[str | Path], feed: Callable[[IO[bytes]], object] | None = None
) -> Spent:
    """Runs a command to its end; `feed` writes its standard input. It has to end with 0."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.PIPE if feed is not None else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    memory = Memory(process.pid)
    if feed is not None:
        assert process.stdin is not None
        with process.stdin as pipe:
            feed(pipe)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = memory.stop()
    if process.returncode != 0:
        raise SystemExit(f"{command[0]} ended with {process.returncode}.")
    return Spent(seconds, usage.ru_utime + usage.ru_stime, peak)


def descendants(pid: int) -> list[int]:
    """The process and all that it started, as far as they are still there."""
    found = [pid]
    for one in found:
        try:
            for task in (PROC / str(one) / "task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:  # it has ended meanwhile
            continue
    return found


def _kib(file: Path, key: str) -> int:
    try:
        for line in file.read_text().splitlines():
            if line.startswith(key):
                return int(line.split()[1])
    except OSError:  # it has ended meanwhile
        pass
    return 0


def machine() -> dict[str, Any]:
    """What it runs on, as far as it says so."""
    info = PROC / "cpuinfo"
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": Counter(models).most_common(1)[0][0] if models else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memoryGiB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "loadBefore": os.getloadavg()[0],
    }
