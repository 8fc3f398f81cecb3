"""What holds chat is for its owner alone: every file that a command makes, at every moment."""

import json
import os
import stat
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli.command import LIGHT, RULES, Cli
from review.lines import flagged, line
from server.app import LoopbackServer
from server.scenario import Scenario, dump

LABELLED = '{"text": "you idiot", "flagged": true}\n{"text": "hello", "flagged": false}\n'
LEDGER = "moderator-ledger.sqlite"
SINCE = ("--since", "24h", *LIGHT)
SCAN = ("scan", "dump.csv", *LIGHT, "--all-findings", "--scores", "scores.jsonl", "--shadow", RULES)

COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "scan": (
        (*SCAN, "-o", "flagged.jsonl", "--report", "page.html"),
        (
            "flagged.jsonl", "flagged.rejects.jsonl", "flagged.unscored.jsonl", "scores.jsonl",
            "flagged.shadow.jsonl", "flagged.summary.json", "page.html",
        ),
    ),
    "scan --since": (
        ("scan", *SINCE, "--out-dir", "new/sessions", "API"),
        ("new/sessions/{session}.jsonl", "new/sessions/moderator-state.json"),
    ),
    "fetch": (("fetch", "{session}", "API", "-o", "fetched.csv"), ("fetched.csv",)),
    "report html": (("report", "flagged.jsonl", "-o", "r.html"), ("r.html",)),
    "report csv": (("report", "flagged.jsonl", "-o", "r.csv"), ("r.csv",)),
    "report md": (("report", "flagged.jsonl", "-o", "r.md", "--show"), ("r.md",)),
    "report json": (("report", "flagged.jsonl", "-o", "r.json", "--redact"), ("r.json",)),
    "sample": (
        (
            "sample", "dump.csv", "--scores", "scores.jsonl", "--rules", RULES, "-n", "5",
            "-o", "sample.jsonl",
        ),
        ("sample.jsonl",),
    ),
    "verdicts import": (("verdicts", "import", "verdicts.jsonl"), (LEDGER,)),
    "verdicts add": (("verdicts", "add", "m1", "abusive", "--in", "judged.jsonl"), (LEDGER,)),
    "verdicts export": (("verdicts", "export", "-o", "exported.jsonl"), ("exported.jsonl",)),
    "dsa": (
        (
            "dsa", LEDGER, "judged.jsonl", "-o", "statements.jsonl", "--terms", "Rules",
            "--notices", "notices/of", "--operator", "Us", "--contact", "us@example.org",
        ),
        ("statements.jsonl",),
    ),
    "evaluate": (
        ("evaluate", "labelled.jsonl", *LIGHT, "--system", "rules", "--json", "figures.json"),
        ("figures.json",),
    ),
    "rules diff": (
        ("rules", "diff", RULES, RULES, "dump.csv", "--json", "changes.json"), ("changes.json",),
    ),
    "rules stats": (
        ("rules", "stats", "flagged.jsonl", "--rules", RULES, "--json", "stats.json"),
        ("stats.json",),
    ),
    "purge": (("purge", "--older-than", "2026-06-11", "flagged.jsonl"), ("flagged.jsonl",)),
}  # fmt: skip
"""Each command that writes files, with files that it has to have written."""


@dataclass
class Seen:
    """What was in a folder: all modes that each path was seen with, joined; and the last ones."""

    modes: dict[str, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    before: frozenset[str] = frozenset()

    def wide(self) -> dict[str, str]:
        """The paths that others could read, with their modes."""
        return {
            path: oct(mode) for path, mode in self.modes.items()
            if path not in self.before and mode & 0o077
        }  # fmt: skip


@contextmanager
def watched(folder: Path) -> Iterator[Seen]:
    """Looks at all that is in a folder, again and again."""
    seen, over = Seen(), threading.Event()

    def look() -> dict[str, int]:
        found = {}
        for path, folders, files in os.walk(folder):
            for name in (*folders, *files):
                whole = Path(path, name)
                try:
                    mode = stat.S_IMODE(whole.lstat().st_mode)
                except OSError:
                    continue
                found[str(whole.relative_to(folder))] = mode
        for known, mode in found.items():
            seen.modes[known] = seen.modes.get(known, 0) | mode
        return found

    def go_on() -> None:
        while not over.is_set():
            look()
            time.sleep(0.002)

    seen.before = frozenset(look())
    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
        seen.last = look()


def rows(count: int) -> bytes:
    """A dump of so many insults, and one row that cannot be read."""
    return dump(count, "you idiot") + b"x,,s1\r\n"


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    """What each of the commands left, run one after the other in one folder.

    The umask takes nothing away; whatever another one is, it leaves no more than this.
    """
    folder = tmp_path_factory.mktemp("work")
    seen = {}
    before = os.umask(0)
    try:
        with LoopbackServer() as server:
            cli = Cli(folder, server)
            cli.use("dyte")
            session = prepare(cli, server)
            for name, (arguments, expected) in COMMANDS.items():
                words = [word.format(session=session) for word in arguments if word != "API"]
                with watched(folder) as seen[name]:
                    done = cli(*words, *(cli.api() if "API" in arguments else ()))
                assert done.status in (0, 6), (name, done.err)
                for one in expected:
                    assert cli.path(one.format(session=session)).exists(), (name, one)
        yield seen
    finally:
        os.umask(before)


def jsonl(records: Iterable[object]) -> str:
    return "".join(json.dumps(one) + "\n" for one in records)


def prepare(cli: Cli, server: LoopbackServer) -> str:
    """Inputs, and older outputs that everybody may read and write; returns a session's id."""
    server.sessions.clear()
    ended = {"ended_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}
    cli.path("dump.csv", rows(2000))
    judged = [flagged(number) for number in range(1, 4)]
    cli.path("judged.jsonl", jsonl(judged))
    cli.path("verdicts.jsonl", jsonl(line(one, action="removed") for one in judged))
    cli.path("labelled.jsonl", LABELLED)
    for name in ("flagged.jsonl", "page.html", "fetched.csv", "r.csv", "exported.jsonl"):
        cli.path(name, "older").chmod(0o666)
    return server.add(Scenario(body=rows(50), listed=ended))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_file_and_folder_is_its_owners(left: dict[str, Seen], name: str) -> None:
    assert left[name].wide() == {}


def test_files_were_seen_while_they_grew(left: dict[str, Seen]) -> None:
    assert any(path.endswith(".part") for path in left["scan"].modes)
    assert "new" in left["scan --since"].modes


@pytest.mark.parametrize(
    "name", ["flagged.jsonl", "page.html", "fetched.csv", "r.csv", "exported.jsonl"]
)
def test_an_older_file_that_others_could_read_is_no_longer(
    left: dict[str, Seen], name: str
) -> None:
    modes = [seen.last[name] for seen in left.values()]
    assert (modes[-1], set(modes) - {0o600}) in ((0o600, {0o666}), (0o600, set()))
