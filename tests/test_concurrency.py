"""Several processes at once on the same things: kept apart by a lock, or independent; all whole."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli.command import COMMAND, LIGHT, Cli
from review.lines import flagged, line
from server.app import LoopbackServer
from server.scenario import Scenario, dump

DUMP = dump(300, "you idiot")
OTHER = dump(40, "what a clown")
LEDGER = "moderator-ledger.sqlite"
HELD = "being written by another run"
PATIENCE = 60.0


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command in a fresh folder."""
    return Cli(tmp_path)


@pytest.fixture
def online(tmp_path: Path, server: LoopbackServer) -> Cli:
    """The command with credentials for a loopback server that has no session yet."""
    both = Cli(tmp_path, server)
    both.use("dyte")
    server.sessions.clear()
    return both


class Started:
    """The command, begun and not waited for."""

    def __init__(self, cli: Cli, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [COMMAND, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=cli.folder, env=cli.environ,
        )  # fmt: skip

    def feed(self, data: bytes) -> None:
        """Writes to its standard input, which stays open."""
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def end(self) -> tuple[int, str]:
        """Waits for its end, its input closed; its status and what it said."""
        out, err = self._process.communicate(timeout=PATIENCE)
        assert b"Traceback" not in out + err
        return self._process.returncode, (out + err).decode()

    def terminate(self) -> None:
        """As `kill PID` does."""
        self._process.terminate()


def at_once(cli: Cli, *commands: Sequence[str]) -> list[tuple[int, str]]:
    """Status and words of several commands that run at the same time."""
    return [one.end() for one in [Started(cli, *command) for command in commands]]


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def held(cli: Cli, output: str, *more: str) -> Iterator[Started]:
    """A scan into `output` that has read half of DUMP, and waits for the rest until the end."""
    started = Started(cli, "scan", "-", "-o", output, *LIGHT, *more)
    started.feed(DUMP[: len(DUMP) // 2])
    wait_for(lambda: any(cli.path(output).parent.glob(f".{Path(output).name}.*part")))
    yield started
    started.feed(DUMP[len(DUMP) // 2 :])
    assert started.end()[0] == 0


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[bytes, bytes]:
    """What a scan of each dump writes when nothing else runs."""
    cli = Cli(tmp_path_factory.mktemp("alone"))
    for content in (DUMP, OTHER):
        assert cli("scan", "-", "-o", f"{len(content)}.jsonl", *LIGHT, stdin=content).status == 0
    return {content: cli.path(f"{len(content)}.jsonl").read_bytes() for content in (DUMP, OTHER)}


def hidden(folder: Path) -> list[str]:
    """What a run may leave while it is at work."""
    return [str(path) for path in folder.rglob(".*") if path.name != ".env"]


def test_an_output_is_one_scans_at_a_time(cli: Cli, alone: dict[bytes, bytes]) -> None:
    """Whatever name it goes by, and whatever else is written beside it."""
    cli.path("link.jsonl").symlink_to("flagged.jsonl")
    cli.path("other.csv", OTHER)
    other = ("scan", "other.csv", *LIGHT, "-o")
    with held(cli, "flagged.jsonl"):
        cli(*other, "link.jsonl").fails(4, HELD, "name another file")
        beside = ("--rejects", "flagged.rejects.jsonl")
        cli(*other, "other.jsonl", *beside).fails(4, HELD, "flagged.rejects.jsonl")
        assert not cli.path("other.jsonl").exists()
    assert cli.path("flagged.jsonl").read_bytes() == alone[DUMP]
    assert cli(*other, "link.jsonl").status == 0
    assert cli.path("flagged.jsonl").read_bytes() == alone[OTHER]
    assert hidden(cli.folder) == []


def test_many_at_once_leave_the_output_of_one(cli: Cli, alone: dict[bytes, bytes]) -> None:
    for name, content in (("one.csv", DUMP), ("two.csv", OTHER)):
        cli.path(name, content)
    commands = [
        ("scan", name, "-o", "f.jsonl", *LIGHT) for name in ("one.csv", "two.csv", "one.csv")
    ]
    ends = at_once(cli, *commands)
    assert {status for status, _ in ends} <= {0, 4}
    assert any(status == 0 for status, _ in ends)
    assert all(HELD in said for status, said in ends if status == 4)
    written = cli.path("f.jsonl").read_bytes()
    assert written in alone.values()
    summary = json.loads(cli.path("f.summary.json").read_bytes())
    assert summary["flagged"] == written.count(b"\n")
    assert hidden(cli.folder) == []


def test_two_scans_of_one_session_are_independent(online: Cli, alone: dict[bytes, bytes]) -> None:
    assert online.server is not None
    session = online.server.add(Scenario(body=DUMP))
    scan = ("scan", session, *LIGHT, *online.api(), "-o")
    ends = at_once(online, (*scan, "one.jsonl"), (*scan, "two.jsonl"))
    assert [status for status, _ in ends] == [0, 0]
    for name in ("one.jsonl", "two.jsonl"):
        assert online.path(name).read_bytes() == alone[DUMP]
    assert not [path for path in online.folder.iterdir() if path.name.startswith("moderator-")]


def test_two_fetches_into_one_file_leave_a_whole_one(online: Cli) -> None:
    assert online.server is not None
    sessions = [online.server.add(Scenario(body=one), str(len(one))) for one in (DUMP, OTHER)]
    ends = at_once(online, *[("fetch", one, *online.api(), "-o", "d.csv") for one in sessions])
    assert {status for status, _ in ends} <= {0, 4}
    assert any(status == 0 for status, _ in ends)
    assert online.path("d.csv").read_bytes() in (DUMP, OTHER)
    assert hidden(online.folder) == []


def test_a_report_reads_the_output_before_or_after_a_scan(
    cli: Cli, alone: dict[bytes, bytes]
) -> None:
    cli.path("flagged.jsonl", alone[OTHER])

    def reported() -> str:
        done = cli("report", "flagged.jsonl", "-o", "-", "--format", "json")
        assert done.status == 0, done.err
        return done.out

    with held(cli, "flagged.jsonl"):
        before = reported()
    assert ("what a clown" in before, "you idiot" in before) == (True, False)
    reports = [("report", "flagged.jsonl", "-o", "page.html")] * 2
    scans = [("scan", "again.csv", "-o", "flagged.jsonl", *LIGHT)]
    cli.path("again.csv", DUMP)
    assert {status for status, _ in at_once(cli, *reports, *scans)} == {0}
    assert cli.path("page.html").read_text("utf-8").rstrip().endswith("</html>")
    after = reported()
    assert ("what a clown" in after, "you idiot" in after) == (False, True)


def test_a_sweep_is_one_at_a_time_in_its_folder(online: Cli, alone: dict[bytes, bytes]) -> None:
    assert online.server is not None
    ended = {"ended_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}
    scenario = Scenario(body=DUMP, listed=ended, delay=PATIENCE)
    session = online.server.add(scenario)
    sweep = ("scan", "--since", "24h", *online.api(), *LIGHT, "--out-dir")
    first = Started(online, *sweep, "out")
    wait_for(lambda: bool(online.server and online.server.asked(session)))
    online(*sweep, "out").fails(4, "another run is at work in out")
    scenario.delay = 0.0
    elsewhere = online(*sweep, "elsewhere")  # another folder is another's
    assert elsewhere.status == 0, elsewhere.err
    first.terminate()
    assert first.end()[0] == 143
    assert not online.path(f"out/{session}.jsonl").exists()
    assert online(*sweep, "out").status == 0
    for folder in ("out", "elsewhere"):
        assert online.path(f"{folder}/{session}.jsonl").read_bytes() == alone[DUMP]


def verdicts(first: int, count: int) -> str:
    """Lines of verdicts on so many messages."""
    return "".join(
        json.dumps(line(flagged(number))) + "\n" for number in range(first, first + count)
    )


def verified(cli: Cli) -> int:
    """The number of entries of a ledger that holds together."""
    done = cli("verdicts", "verify")
    assert done.status == 0, done.err + done.out
    assert "0 problems" in done.out
    return int(done.out.split(" entries")[0].split()[-1])


def test_imports_into_one_ledger_take_turns(cli: Cli) -> None:
    """The ledger is made by whoever comes first; what two files share is entered once."""
    texts = [verdicts(0, 200), verdicts(200, 200)]
    for name, content in (("a", texts[0]), ("b", texts[1]), ("both", "".join(texts))):
        cli.path(f"{name}.jsonl", content)
    ends = at_once(cli, *[("verdicts", "import", f"{name}.jsonl") for name in ("a", "b", "both")])
    assert [status for status, _ in ends] == [0, 0, 0]
    assert sum(int(said.split(" new verdicts")[0].split()[-1]) for _, said in ends) == 400
    assert verified(cli) == 400
    assert cli("verdicts", "import", "both.jsonl").out.startswith("0 new verdicts, 400 known")
    assert hidden(cli.folder) == []


def test_a_purge_beside_an_import_loses_no_verdict(cli: Cli) -> None:
    cli.path("a.jsonl", verdicts(0, 200))
    assert cli("verdicts", "import", "a.jsonl").status == 0
    cli.path("b.jsonl", verdicts(200, 200))
    purge = ("purge", "--older-than", "2026-06-11", "--ledger", LEDGER)
    ends = at_once(cli, ("verdicts", "import", "b.jsonl"), purge)
    assert [status for status, _ in ends] == [0, 0], ends
    assert 400 <= verified(cli) <= 401
    listed = cli("verdicts", "list", "--json").records
    assert len({one["recordId"] for one in listed if one.get("kind") != "purge"}) == 400


def test_a_purge_beside_a_scan_leaves_the_scans_output_alone(
    cli: Cli, alone: dict[bytes, bytes]
) -> None:
    cli.path("flagged.jsonl", alone[OTHER])
    purge = ("purge", "--older-than", "2026-06-11", "flagged.jsonl")
    with held(cli, "flagged.jsonl"):
        done = cli(*purge)
    assert (done.status, HELD in done.err) == (6, True)
    assert cli.path("flagged.jsonl").read_bytes() == alone[DUMP]
