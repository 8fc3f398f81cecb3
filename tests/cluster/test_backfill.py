"""Backfills on a real cluster of two workers, against a real server."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from server.app import API_KEY, LoopbackServer
from server.scenario import Fault, Scenario, dump, refused
from typer.testing import CliRunner

from cluster.driver import Driver
from cluster.fleet import (
    LOOPBACK,
    RULES,
    below,
    command,
    errand,
    files,
    kill,
    listening,
    rules_file,
    until,
    workers_of,
)
from moderator.cli.main import app
from moderator.cluster import jobs
from moderator.cluster.places import Place
from moderator.errors import ConfigError
from moderator.sources.pace import Rate

pytest.importorskip("ray")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    """A driver with a cluster of two workers, for all tests here but those that kill it."""
    with Driver() as running:
        yield running


@pytest.fixture
def sessions(server: LoopbackServer) -> list[str]:
    """Ten sessions, and no others."""
    server.sessions.clear()
    texts = ("you idiot", "hello there")
    return [server.add(Scenario(body=dump(5 + n, texts[n % 2])), f"n{n}") for n in range(10)]


@pytest.fixture
def scanned(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[dict[str, str]], dict[str, bytes]]:
    """What `moderator scan -o` writes for targets, each under a name."""
    for name, value in server.environ("dyte").items():
        monkeypatch.setenv(name, value)

    def scan(targets: dict[str, str]) -> dict[str, bytes]:
        for name, target in targets.items():
            flagged = tmp_path / "scanned" / f"{name}.jsonl"
            flagged.parent.mkdir(parents=True, exist_ok=True)
            done = CliRunner().invoke(
                app,
                [
                    "scan", target, "-o", str(flagged), "--model", "none",
                    "--rules", str(tmp_path / "rules.yaml"), "--backend", "dyte",
                    "--base-url", server.base_urls["dyte"], "--allow-private", "-q",
                ],
                catch_exceptions=False,
            )  # fmt: skip
            assert done.exit_code == 0, done.output
        return files(tmp_path / "scanned")

    return scan


def counts(**known: int) -> dict[str, int]:
    """Sessions by what became of them; 0 where nothing is said."""
    names = ("listed", "done", "skipped", "notReady", "failed", "left")
    return {name: known.get(name, 0) for name in names}


def flagged(out: Path) -> list[Path]:
    """The flagged files that are whole."""
    return [path for path in out.glob("*-*.jsonl") if path.name.count(".") == 1]


def lines(path: Path) -> list[bytes]:
    """The lines of a file."""
    return path.read_bytes().splitlines()


def closing(out: Path) -> dict[str, Any]:
    """The closing summary, which adds up and agrees with the sessions' own."""
    summary: dict[str, Any] = json.loads((out / "backfill.summary.json").read_bytes())
    by_status = dict(summary["sessions"])
    assert by_status.pop("listed") == sum(by_status.values())
    messages = dict(summary["messages"])
    assert messages["read"] == sum(
        messages[name] for name in ("judged", "repeats", "notText", "rejected")
    )
    return summary


def test_sessions_as_scan_writes_them_and_only_once(
    server: LoopbackServer, sessions: list[str], driver: Driver, scanned: Any, tmp_path: Path
) -> None:
    bad = server.add(Scenario(body=b"no,chat,dump\r\n1,2,3\r\n"), "bad")
    late = server.add(Scenario(chat_faults=[refused(404)]), "late")
    what = errand(rules_file(tmp_path), tmp_path / "out", server=server)
    todo = jobs.of_sessions([*sessions, bad, late])
    totals = driver.run(what, todo)
    assert totals["sessions"] == counts(listed=12, done=10, failed=1, notReady=1)
    assert files(tmp_path / "out") == scanned(dict(zip(sessions, sessions, strict=True)))
    failed = [json.loads(line) for line in lines(tmp_path / "out/failed.jsonl")]
    assert {one["session"]: one["status"] for one in failed} == {bad: "failed", late: "not_ready"}
    assert "this is no chat dump" in next(one["error"] for one in failed if one["session"] == bad)
    summary = closing(tmp_path / "out")
    own = [json.loads(path.read_bytes()) for path in (tmp_path / "out").glob("*-*.summary.json")]
    for count in ("read", "judged", "flagged", "rejected", "repeats", "unscored"):
        assert summary["messages"][count] == sum(one[count] for one in own)
    kept = "".join(path.read_text("utf-8") for path in (tmp_path / "out").iterdir())
    assert API_KEY not in kept

    before = len(server.files_asked())
    totals = driver.run(what, todo)
    assert totals["sessions"] == counts(listed=12, skipped=10, done=1, failed=1)
    assert len(server.files_asked()) == before + 2
    assert closing(tmp_path / "out")["sessions"]["skipped"] == 10


def test_a_folder_of_dumps_as_scan_writes_them(
    driver: Driver, scanned: Any, tmp_path: Path
) -> None:
    dumps = tmp_path / "dumps"
    (dumps / "june").mkdir(parents=True)
    (dumps / "one.csv").write_bytes(dump(9, "you idiot"))
    (dumps / "june/two.csv.gz").write_bytes(gzip.compress(dump(7, "idiot")))
    (dumps / ".hidden").write_bytes(b"no dump")
    what = errand(rules_file(tmp_path), tmp_path / "out", dumps=dumps)
    totals = driver.run(what, jobs.of_place(Place(str(dumps))))
    assert totals["sessions"] == counts(listed=2, done=2)
    assert totals["messages"]["flagged"] == 16
    targets = {"one": str(dumps / "one.csv"), "june/two": str(dumps / "june/two.csv.gz")}
    assert files(tmp_path / "out") == scanned(targets)


def test_parquet_holds_the_same_records(
    server: LoopbackServer, sessions: list[str], driver: Driver, tmp_path: Path
) -> None:
    from pyarrow import dataset

    odd = server.add(Scenario(body=dump(3) + b"too,few\r\n"), "odd")
    todo = jobs.of_sessions([*sessions[:4], odd])
    rules = rules_file(tmp_path)
    driver.run(errand(rules, tmp_path / "lines", server=server), todo)
    tables = errand(rules, tmp_path / "tables", server=server, parquet=True)
    totals = driver.run(tables, todo)
    assert totals["sessions"] == counts(listed=5, done=5)
    for table, ending in (("flagged", ""), ("rejects", ".rejects"), ("unscored", ".unscored")):
        found = dataset.dataset(tmp_path / "tables" / table, partitioning="hive").to_table()
        rows = found.to_pylist(maps_as_pydicts="strict")
        assert {row.pop("session") for row in rows} <= {job.key for job in todo}
        expected = [
            json.loads(line)
            for job in todo
            for line in lines(tmp_path / "lines" / f"{job.key}{ending}.jsonl")
        ]
        order = json.dumps
        assert sorted(rows, key=order) == sorted(expected, key=order)
        assert rows or table == "unscored"
    summaries = dataset.dataset(tmp_path / "tables/summary", partitioning="hive").to_table()
    assert sum(summaries["read"].to_pylist()) == totals["messages"]["read"]
    assert driver.run(tables, todo)["sessions"] == counts(listed=5, skipped=5)
    assert closing(tmp_path / "tables")["sessions"]["done"] == 0


def test_a_killed_worker_loses_and_doubles_nothing(
    server: LoopbackServer, sessions: list[str], driver: Driver, scanned: Any, tmp_path: Path
) -> None:
    for one in sessions:
        server.sessions[one].delay = 0.15
    what = errand(rules_file(tmp_path), tmp_path / "out", server=server)
    driver.start(what, jobs.of_sessions(sessions))
    until(lambda: len(flagged(tmp_path / "out")) >= 3)
    killed = workers_of(driver.pid)[:1]
    kill(killed)
    totals = driver.result()
    assert killed
    assert totals["sessions"] == counts(listed=10, done=10)
    assert files(tmp_path / "out") == scanned(dict(zip(sessions, sessions, strict=True)))
    assert closing(tmp_path / "out")["messages"]["read"] == sum(range(5, 15))
    assert not list((tmp_path / "out").glob(".*"))


def test_a_session_that_kills_its_workers_is_given_up(
    server: LoopbackServer, sessions: list[str], driver: Driver, tmp_path: Path
) -> None:
    deadly = server.add(Scenario(delay=600), "deadly")
    what = errand(rules_file(tmp_path), tmp_path / "out", server=server)
    driver.start(what, jobs.of_sessions([deadly, *sessions[:2]]))
    for begun in (1, 2, 3):
        until(lambda begun=begun: len(server.asked(f"{deadly}/chat")) >= begun)
        kill(workers_of(driver.pid))
    assert driver.result()["sessions"] == counts(listed=3, done=2, failed=1)
    (failed,) = (tmp_path / "out/failed.jsonl").read_bytes().splitlines()
    assert json.loads(failed)["error"] == "its worker died 3 times"


class Timed(list[Any]):
    """The requests of a server, and when each came."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def append(self, request: Any) -> None:
        if request.path.endswith("/chat"):
            self.times.append(time.monotonic())
        super().append(request)


def test_all_workers_together_keep_to_the_rate(
    server: LoopbackServer, sessions: list[str], driver: Driver, tmp_path: Path
) -> None:
    server.requests = asked = Timed()
    what = errand(rules_file(tmp_path), tmp_path / "out", server=server)
    driver.run(what, jobs.of_sessions(sessions), Rate(4.0, 1))
    assert len(asked.times) == 10
    spread = [later - first for first, later in zip(asked.times, asked.times[4:], strict=False)]
    assert min(spread) > 0.75  # four steps of a quarter of a second, less what the way takes


def test_patience_asked_of_one_worker_is_that_of_all(
    server: LoopbackServer, sessions: list[str], driver: Driver, tmp_path: Path
) -> None:
    server.requests = asked = Timed()
    server.api_faults = [Fault(429, {}, {"Retry-After": "2"})]
    what = errand(rules_file(tmp_path), tmp_path / "out", server=server)
    totals = driver.run(what, jobs.of_sessions(sessions))
    assert totals["sessions"] == counts(listed=10, done=10)
    # The other worker may have asked at the same moment.
    soon = [one for one in asked.times if one < asked.times[0] + 1.8]
    assert len(soon) <= 2


def test_nothing_listens_to_the_outside_and_no_credential_lies_about(
    server: LoopbackServer, sessions: list[str], driver: Driver, tmp_path: Path
) -> None:
    for one in sessions:
        server.sessions[one].delay = 0.2
    what = errand(rules_file(tmp_path), tmp_path / "out", server=server)
    driver.start(what, jobs.of_sessions(sessions))
    until(lambda: flagged(tmp_path / "out"))
    processes = below(driver.pid)
    assert len(workers_of(driver.pid)) >= 2
    addresses = [*listening(processes, "tcp"), *listening(processes, "tcp6")]
    assert addresses
    assert [one for one in addresses if one not in LOOPBACK] == []
    assert [pid for pid in processes if API_KEY in command(pid)] == []
    (home,) = Path("/tmp").glob(f"moderator-ray-{driver.pid}-*")
    assert home.stat().st_mode & 0o777 == 0o700
    logs = [path for path in home.rglob("*") if path.is_file()]
    assert logs
    assert [path for path in logs if API_KEY.encode() in path.read_bytes()] == []
    driver.result()


def test_results_of_two_configurations_are_not_mixed(
    server: LoopbackServer, sessions: list[str], driver: Driver, tmp_path: Path
) -> None:
    todo = jobs.of_sessions(sessions[:1])
    rules = rules_file(tmp_path)
    driver.run(errand(rules, tmp_path / "out", server=server), todo)
    rules_file(tmp_path, RULES.replace("severity: high", "severity: low"))
    before = files(tmp_path / "out")
    with pytest.raises(ConfigError, match="made with other rules"):
        driver.run(errand(rules, tmp_path / "out", server=server), todo)
    (tmp_path / "out/moderator-backfill.json").unlink()
    with pytest.raises(ConfigError, match="nothing says what judged them"):
        driver.run(errand(rules, tmp_path / "out", server=server), todo)
    assert files(tmp_path / "out") == before


def test_a_worker_that_would_judge_otherwise_does_nothing(
    server: LoopbackServer, sessions: list[str], driver: Driver, tmp_path: Path
) -> None:
    what = errand(rules_file(tmp_path), tmp_path / "out", server=server)
    other = replace(what, judges={**what.judges, "version of moderator": "0.0.1"})
    with pytest.raises(ConfigError, match="a worker has other version of moderator"):
        driver.run(other, jobs.of_sessions(sessions))
    assert files(tmp_path / "out") == {}
    assert closing(tmp_path / "out")["sessions"]["left"] == 10


def test_a_killed_driver_loses_and_doubles_nothing(
    server: LoopbackServer, sessions: list[str], scanned: Any, tmp_path: Path
) -> None:
    for one in sessions:
        server.sessions[one].delay = 0.15
    what = errand(rules_file(tmp_path), tmp_path / "out", server=server)
    with Driver() as first:
        first.start(what, jobs.of_sessions(sessions))
        until(lambda: len(flagged(tmp_path / "out")) >= 3)
        processes = below(first.pid)
        first.kill()
    done = len(flagged(tmp_path / "out"))
    assert 3 <= done < 10
    with Driver() as second:
        totals = second.run(what, jobs.of_sessions(sessions))
        # The folder of the one that was killed went when the next one began.
        assert len(list(Path("/tmp").glob(f"moderator-ray-{first.pid}-*"))) == 0
    assert totals["sessions"]["skipped"] >= done
    assert totals["sessions"]["skipped"] + totals["sessions"]["done"] == 10
    assert files(tmp_path / "out") == scanned(dict(zip(sessions, sessions, strict=True)))
    assert not list((tmp_path / "out").glob(".*"))
    assert until(lambda: not [pid for pid in processes if command(pid)])
