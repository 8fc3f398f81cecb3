"""Canaries in credentials, links and chat: where they may be found after a command, and where not.

Every command runs in success and in failure, as loud as it can, and then all that it said and
wrote is searched, with what other users of the machine see of its process. Secrets may be nowhere;
chat only in the outputs that are there to hold it.
"""

import base64
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

import pytest
from cli.command import COMMAND, LIGHT
from server.app import ACCOUNT_ID, API_KEY, APP_ID, ORG_ID, TOKEN, LoopbackServer
from server.scenario import HEADER, Cut, Fault, Scenario, refused

import moderator

pytestmark = pytest.mark.slow

CHAT = "canary-of-the-chat"
NAME = "canary-of-a-name"
PERSON = "canary-of-a-person"
MESSAGE = "canary-of-a-message"
ELSE = "canary-of-the-env-file"
SECRETS = (
    API_KEY, TOKEN, ACCOUNT_ID, ORG_ID, APP_ID, ELSE, "X-Signature",
    base64.b64encode(f"{ORG_ID}:{API_KEY}".encode()).decode(),
)  # fmt: skip
CUSTOM = "canary-of-a-custom-id"
CHATS = (CHAT, NAME, CUSTOM)
IDS = (PERSON, MESSAGE)

ROW = (
    f"{MESSAGE}%d,{PERSON}%d,s1,r1,{NAME},false,false,TEXT_MESSAGE,"
    f"{CHAT} you idiot,2026-06-10T10:00:00.000Z"
)
DUMP = "\r\n".join([HEADER.decode(), *(ROW % (n, n % 3) for n in range(40)), ""]).encode()
BROKEN = DUMP + f'm,{PERSON},"{CHAT}" {NAME}\r\n{MESSAGE},"{CHAT}'.encode() + b"\xff\r\n"
ARRAY = f'[{{"id": "{MESSAGE}", "payload": "{CHAT}"}}, {{"{CHAT}": '.encode()
ENV = f"DYTE_ORG_ID={ORG_ID}\nDYTE_API_KEY={API_KEY}\nOTHER={ELSE}\n"

# What stands in the place of a classifier, or of something that a bug is in.
_DRIVER = """
import os, signal, sys, time
sys.argv = ["moderator", *sys.argv[1:]]
import moderator.output
from moderator.classifiers import registry
from moderator.cli.main import run
{code}
run()
"""
_CLASSIFIER = """
from moderator.records import Assessment
class Double:
    name, version = "double", "1"
    def classify(self, texts):
        for text in texts:
            {act}
        return [Assessment() for _ in texts]
registry.build_apart = lambda _: Double()
"""
_APART = """
from moderator.classifiers.apart import Apart
registry.build_apart = lambda _: Apart("double", command=[sys.executable, "child.py"])
"""
_CHILD = """
import os, sys
from moderator.classifiers.worker import serve
from moderator.records import Assessment
class Double:
    name, version = "double", "1"
    def classify(self, texts):
        for text in texts:
            if text != "hello":
                print(text, flush=True)
                print(text, file=sys.stderr, flush=True)
                {act}
        return [Assessment() for _ in texts]
serve(Double, int(sys.argv[-1]))
"""
_ACTS_APART = {
    "raises": "raise ValueError(text)",
    "exits": "sys.exit(text)",
    "aborts": "os.abort()",
    "is killed": "os.kill(os.getpid(), 9)",
}
_ACTS = {
    "raises": "raise ValueError(text)",
    "fails to allocate": "raise MemoryError(text)",
    "is interrupted": "[(os.kill(os.getpid(), signal.SIGINT), time.sleep(0.5)) for _ in (1, 2)]",
    "is terminated": "[(os.kill(os.getpid(), signal.SIGTERM), time.sleep(0.5)) for _ in (1, 2)]",
    "aborts": "os.abort()",
}
_BUGS = {
    "a bug in the output": (
        "def broken(judged): raise RuntimeError(judged.message.payload)\n"
        "moderator.output.flagged_record = broken\n"
        "import moderator.scan\nmoderator.scan.flagged_record = broken"
    ),
    "a bug in the reader": (
        "import moderator.sources.dump_csv as csv_\n"
        "def broken(values, *_): raise RuntimeError(str(values))\n"
        "csv_.to_message = broken"
    ),
}


@dataclass(frozen=True)
class Case:
    """One run. `files` are patterns of the files that may hold chat; `shown`: standard output."""

    name: str
    arguments: tuple[str, ...]
    statuses: tuple[int, ...] = (0,)
    files: tuple[str, ...] = ()
    shown: bool = False
    ids: bool = False
    stdin: bytes = b""
    code: str = ""
    child: str = ""
    most: int | None = None
    server: Callable[[LoopbackServer], None] = field(default=lambda server: None)
    online: bool = False


OUT = ("out.jsonl", "out.rejects.jsonl", "out.unscored.jsonl", "out.summary.json", "out.*")


def cases() -> Iterator[Case]:
    """Every command, in success and in failure."""
    scan = ("scan", "dump.csv", *LIGHT)
    yield Case("scan", (*scan, "-v", "-o", "out.jsonl", "--report", "out.html"), files=OUT)
    yield Case("scan to a pipe", scan, shown=True)
    yield Case("scan of standard input", ("scan", "-", *LIGHT), shown=True, stdin=DUMP)
    yield Case("broken rows", ("scan", "broken.csv", *LIGHT, "-o", "out.jsonl"), files=OUT)
    yield Case("a broken array", ("scan", "broken.json", *LIGHT, "-o", "out.jsonl"), (3,), OUT)
    yield Case("a full disk", (*scan, "-o", "out.jsonl"), (4,), most=2000)
    yield Case("no rules", ("scan", "dump.csv", "--rules", "none.yaml"), (2,))
    yield Case("rules of chat", ("scan", "dump.csv", "--rules", "dump.csv"), (2,))
    yield Case("no file", ("scan", f"{CHAT}.csv", *LIGHT), (3,), ids=True)
    for name, act in _ACTS.items():
        yield Case(
            f"a classifier that {name}",
            ("scan", "dump.csv", "--rules", LIGHT[1], "-v", "-o", "out.jsonl"),
            {"is interrupted": (130,), "is terminated": (143,), "aborts": (-6,)}.get(name, (0, 5)),
            files=(*OUT, ".out*"),
            code=_CLASSIFIER.format(act=act),
        )
    yield Case(
        "the bundled model", ("scan", "dump.csv", *LIGHT[:2], "-v", "-o", "out.jsonl"), files=OUT
    )
    for name, act in _ACTS_APART.items():
        yield Case(
            f"a model apart that {name}",
            ("scan", "dump.csv", *LIGHT[:2], "-v", "-o", "out.jsonl"),
            (0, 5),
            files=(*OUT, ".out*"),
            code=_APART,
            child=_CHILD.format(act=act),
        )
    for name, code in _BUGS.items():
        yield Case(name, (*scan, "-v", "-o", "out.jsonl"), (70,), (".out*",), code=code)
    light, rules = LIGHT[:2], LIGHT[1]
    yield Case("score", ("score", "lines.txt", *LIGHT), stdin=b"")
    yield Case("score of what is none", ("score", "broken.csv", *LIGHT), (3,), shown=True)
    yield Case("explain", ("explain", "hello", *LIGHT))
    yield Case("evaluate", ("evaluate", "labelled.jsonl", *light, "--model", "none"), ids=True)
    yield Case("evaluate chat", ("evaluate", "dump.csv", *LIGHT), (3,))
    for form in ("html", "csv", "md", "json"):
        yield Case(f"report {form}", ("report", "f.jsonl", "-o", f"out.{form}"), files=OUT)
    yield Case("report of a dump", ("report", "broken.json", "-o", "out.html"), (3,))
    yield Case("rules check", ("rules", "check", rules))
    yield Case("rules check of chat", ("rules", "check", "broken.json"), (2,))
    yield Case("rules stats", ("rules", "stats", "f.jsonl", "--rules", rules))
    yield Case("verdicts import of chat", ("verdicts", "import", "f.jsonl"), (2, 3, 6))
    yield Case("verdicts list", ("verdicts", "list"), (3,))
    yield Case(
        "verdicts add",
        ("verdicts", "add", f"{MESSAGE}1", "abusive", "--in", "f.jsonl", "--reviewer", "Mina"),
        files=("moderator-ledger.sqlite",),
        ids=True,
    )
    yield Case("strikes", ("strikes", "f.jsonl"), shown=True)
    yield Case("calibrate chat", ("calibrate", "f.jsonl", *light), (2, 3, 6))
    yield Case("dsa of chat", ("dsa", "f.jsonl", "-o", "out.jsonl", *light), (1, 2, 3, 6))
    yield Case("purge", ("purge", "--older-than", "1d", "."), (0, 6), ("*",))

    def faults(*given: Fault | Cut) -> Callable[[LoopbackServer], None]:
        return lambda server: server.sessions.__setitem__(
            "canary", Scenario(body=DUMP, file_faults=list(given))
        )

    def refusing(status: int) -> Callable[[LoopbackServer], None]:
        body = {"message": f"no {API_KEY}, {ORG_ID} has none"}
        return lambda server: server.sessions.__setitem__(
            "canary", Scenario(chat_faults=[Fault(status, body)] * 99)
        )

    to = ("canary", "-o", "out.csv", "-v")
    yield Case("fetch", ("fetch", *to), files=OUT, server=faults(), online=True)
    yield Case("fetch cut", ("fetch", *to), files=OUT, server=faults(Cut(700)), online=True)
    yield Case("fetch refused", ("fetch", *to), (3,), server=refusing(403), online=True)
    yield Case("fetch not there", ("fetch", *to), (3,), server=refusing(404), online=True)
    yield Case("fetch of HTML", ("fetch", *to), (3,), online=True,
               server=faults(*[Fault(403, f"<p>{API_KEY} {CHAT}</p>".encode())] * 99))  # fmt: skip
    session = ("scan", "canary", *LIGHT, "-v", "-o", "out.jsonl")
    yield Case("scan a session", session, files=OUT, server=faults(), online=True)
    yield Case("sessions", ("sessions", "-v"), server=faults(), online=True)
    people = [{"id": f"{PERSON}{n}", "custom_participant_id": CUSTOM} for n in range(2)]
    yield Case(
        "strikes joined", ("strikes", "f.jsonl", "--join", "-v"), shown=True, ids=True, online=True,
        server=lambda server: server.sessions.__setitem__("s1", Scenario(people=people)),
    )  # fmt: skip
    sweep = ("scan", "--since", "99d", "--out-dir", "swept", *LIGHT, "-v")
    yield Case("sweep", sweep, (0, 6), ("swept/*",), online=True, server=_only)
    yield Case("sessions refused", ("sessions", "-v"), (2,), online=True,
               server=lambda server: server.api_faults.extend([refused(401)] * 99))  # fmt: skip


def _only(server: LoopbackServer) -> None:
    server.sessions.clear()
    server.sessions["canary"] = Scenario(body=DUMP)
    server.sessions["canary-broken"] = Scenario(body=BROKEN)


@pytest.fixture(scope="module")
def flagged(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("flagged")
    (folder / "dump.csv").write_bytes(DUMP)
    subprocess.run(
        [COMMAND, "scan", "dump.csv", *LIGHT, "-o", "f.jsonl", "-q"], cwd=folder, check=True
    )
    return (folder / "f.jsonl").read_bytes()


@pytest.mark.parametrize("case", [*cases()], ids=lambda case: case.name)
def test_no_canary_is_where_it_does_not_belong(
    case: Case, tmp_path: Path, flagged: bytes, server: LoopbackServer
) -> None:
    given = {
        "dump.csv": DUMP, "broken.csv": BROKEN, "broken.json": ARRAY, "f.jsonl": flagged,
        ".env": ENV.encode(), "lines.txt": b"hello\n", "labelled.jsonl":
        json.dumps({"text": f"{CHAT} you idiot", "flagged": False}).encode() + b"\n",
    }  # fmt: skip
    if case.child:
        given["child.py"] = case.child.encode()
    for name, content in given.items():
        (tmp_path / name).write_bytes(content)
    case.server(server)
    status, out, err, seen = _run(case, tmp_path, server)
    assert status in case.statuses, err
    _search(
        err + seen, (*SECRETS, CUSTOM, *(() if case.ids else CHATS), *(() if case.ids else IDS))
    )
    _search(out, (*SECRETS, *(() if case.shown or case.ids else (*CHATS, *IDS))))
    for path in tmp_path.rglob("*"):
        name = str(path.relative_to(tmp_path))
        if path.is_dir() or given.get(name) == path.read_bytes():
            continue
        known = any(fnmatch(name, pattern) for pattern in case.files)
        _search(path.read_bytes(), (*SECRETS, *(() if known else CHATS)), name)
        _search(name.encode(), (*SECRETS, *CHATS), name)


def _search(content: bytes, canaries: tuple[str, ...], where: str = "") -> None:
    text = content.decode(errors="replace")
    found = [canary for canary in canaries if canary in text]
    assert not found, f"{found} {where}: {text[:2000]}"
    assert "Traceback" not in text or where, text[:2000]


def _run(case: Case, folder: Path, server: LoopbackServer) -> tuple[int, bytes, bytes, bytes]:
    """The status, both streams, and what the process showed of itself while it ran."""
    arguments = [COMMAND, *case.arguments]
    environ = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8",
        "PYTHONFAULTHANDLER": "1", "PYTHONWARNINGS": "default", "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    if case.code:
        environ["PYTHONPATH"] = str(Path(moderator.__file__).parents[1])
        arguments = [sys.executable, "-c", _DRIVER.format(code=case.code), *case.arguments]
    if case.online:
        arguments += ["--base-url", server.base_urls["dyte"]]
        arguments += [] if case.arguments[0] in ("sessions", "strikes") else ["--allow-private"]

    def limit() -> None:
        if case.most is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (case.most, case.most))

    process = subprocess.Popen(
        arguments, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, preexec_fn=limit,
        env=environ,
    )  # fmt: skip
    seen = b""
    assert process.stdin is not None
    process.stdin.write(case.stdin)
    process.stdin.close()
    process.stdin = None
    time.sleep(0.3)
    for name in ("cmdline", "comm", "stat"):
        path = Path(f"/proc/{process.pid}/{name}")
        # What a driver is made of is ours, and what is asked for is the caller's.
        if path.exists() and not (case.code and name == "cmdline") and not case.ids:
            seen += path.read_bytes()
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err, seen
