"""A cluster to work on: one of this machine, started and ended with the run, or one that is there.

The one of this machine listens on loopback alone, and only to who knows its token; it has no
dashboard, tells nobody of its use, and keeps its files in a private folder that goes with it.
"""

import logging
import os
import re
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import moderator
from moderator.errors import ConfigError

OBJECT_STORE = 100 * 2**20
"""Bytes of shared memory; what passes through are names and counts."""

ANSWER = 10.0
"""Seconds to wait for a cluster's port."""

_PREFIX = "moderator-ray-"
_LONGEST_TEMP = 12
"""Ray keeps sockets in there, and the path of a socket has 107 bytes at most."""

_CODE = str(Path(moderator.__file__).parents[1])

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    # Nothing that a worker, or what it died of, says is repeated here.
    "RAY_DEDUP_LOGS": "1",
    "RAY_DEDUP_LOGS_SKIP_REGEX": "^",
}


def check_installed() -> None:
    """`ConfigError` where Ray is not installed."""
    if not all(map(find_spec, ("ray", "pyarrow"))):
        raise ConfigError("backfill needs Ray: pip install 'moderator[ray]'.")


@contextmanager
def cluster(address: str | None, workers: int | None) -> Iterator[int]:
    """Connects to the cluster at `address`, or starts one of `workers` CPUs; yields the CPUs.

    `ConfigError` where nothing answers at the address.
    """
    if address is not None:
        _check_answer(address)
        with _environment(_QUIET), _connected({"address": address}, address) as cpus:
            yield workers or cpus
        return
    cpus = workers or len(os.sched_getaffinity(0))
    _remove_stale()
    home = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_temp()))
    try:
        for name in ("ray", "tmp"):
            (home / name).mkdir(mode=0o700)
        settings = {
            **_QUIET,
            # What the name does not say: addresses are those of loopback.
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": _token(),
            # Workers run the same code as this process, wherever that lies.
            "PYTHONPATH": os.pathsep.join(filter(None, (_CODE, os.environ.get("PYTHONPATH")))),
            # Dumps that a killed worker had fetched go with the folder.
            "TMPDIR": str(home / "tmp"),
        }
        options = {
            "address": "local",
            "num_cpus": cpus,
            "num_gpus": 0,
            "object_store_memory": OBJECT_STORE,
            "include_dashboard": False,
            "_temp_dir": str(home / "ray"),
        }
        with _environment(settings), _connected(options, "this machine"):
            yield cpus
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _check_answer(address: str) -> None:
    """Ray itself takes two minutes to say that nobody is there."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        try:
            socket.create_connection((host.strip("[]"), int(port)), ANSWER).close()
        except (OSError, OverflowError):
            raise ConfigError(f"nothing answers at {address}: check --address.") from None


@contextmanager
def _connected(options: Mapping[str, Any], where: str) -> Iterator[int]:
    import ray
    import ray.data

    terminate = signal.getsignal(signal.SIGTERM)
    with warnings.catch_warnings():
        # Ray's own, about Ray's own parts.
        warnings.simplefilter("ignore")
        try:
            with _stderr_closed():
                ray.init(log_to_driver=False, logging_level=logging.CRITICAL, **options)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise ConfigError(
                f"no Ray cluster can be had at {where} ({type(error).__name__}): check --address, "
                "that both sides have the same version of Ray, and RAY_AUTH_MODE=token where the "
                "cluster asks for a token."
            ) from None
        finally:
            signal.signal(signal.SIGTERM, terminate)
        try:
            context = ray.data.DataContext.get_current()
            context.enable_progress_bars = False
            context.print_on_execution_start = False
            logging.getLogger("ray.data").setLevel(logging.CRITICAL)
            resources: Any = ray.cluster_resources
            yield int(resources().get("CPU", 1))
        finally:
            ray.shutdown()


@cache
def _token() -> str:
    """One for all clusters of this process, which Ray reads once."""
    return secrets.token_hex(32)


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Sets variables, which the processes started inside inherit."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _stderr_closed() -> Iterator[None]:
    """Keeps what is no Python off standard error; an exception says all there is to say."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _temp() -> str:
    found = tempfile.gettempdir()
    return found if len(found) <= _LONGEST_TEMP else "/tmp"  # noqa: S108 (the folder is private)


def _remove_stale() -> None:
    """Removes the folders of runs that were killed."""
    for home in Path(_temp()).glob(f"{_PREFIX}*"):
        found = re.fullmatch(rf"{_PREFIX}([0-9]+)-.*", home.name)
        with suppress(OSError):
            if found and home.lstat().st_uid == os.getuid() and not _runs(int(found[1])):
                shutil.rmtree(home, ignore_errors=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
