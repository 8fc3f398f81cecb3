"""Every output of the program on a dump in which everybody's name, id and text is hostile."""

import json
import os
import pty
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from cli.command import COMMAND, LIGHT
from review.lines import line

from hostile.payloads import TEXTS, UNWRITABLE
from moderator.sources.fields import COLUMNS

Json = dict[str, Any]
RUDE = "you idiot "
"""What makes a message flagged, behind the hostile text."""

SCORED = 0.9
"""What the made-up model says of its flags."""


def rows() -> Iterator[Json]:
    """One message a text, in which the text is payload, display name, participantId and id."""
    for number, (name, text) in enumerate({**TEXTS, **UNWRITABLE}.items()):
        # An id has to be one; each person is somebody else.
        yield dict(
            zip(
                COLUMNS,
                (f"{text} {name}", f"{text} {name}", "s1", text, text, "", "", "TEXT_MESSAGE",
                 f"{text}\n{RUDE}", f"2026-06-10T10:{number // 60:02}:{number % 60:02}.000Z"),
                strict=True,
            )
        )  # fmt: skip


class Room:
    """A folder in which the commands have been run; each output is made when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder),
            "LANG": "C.UTF-8", "TERM": "xterm-256color", "COLUMNS": "160", "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        dump = "".join(json.dumps(row) + "\n" for row in rows())
        (folder / "dump.jsonl").write_text(dump)
        # A classifier's name and a rule's id come from files too.
        lately = (datetime.now(UTC) - timedelta(days=2)).isoformat()
        self.at = lately

    def run(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """A command in a pipe; a crash is a failure whatever was asked for."""
        done = subprocess.run(
            [COMMAND, *arguments], input=stdin, capture_output=True, cwd=self.folder,
            env=self.environ, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode != 70, done.stderr
        assert b"Traceback" not in done.stderr, done.stderr
        return done

    def made(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """What a command that has to succeed wrote on standard output."""
        done = self.run(*arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def screen(self, *arguments: str) -> str:
        """What a terminal gets to see of a command, of both streams."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [COMMAND, *arguments], cwd=self.folder, stdout=theirs, stderr=theirs, stdin=theirs,
            env=self.environ,
        )  # fmt: skip
        os.close(theirs)
        seen = bytearray()
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # how Linux says that the other side is closed
                break
            if not part:
                break
            seen += part
        os.close(ours)
        assert process.wait(300) != 70, bytes(seen)
        return seen.decode().replace("\r\n", "\n")

    def text(self, name: str) -> str:
        """A file in the folder."""
        return (self.folder / name).read_bytes().decode("utf-8-sig")

    def lines(self, name: str) -> list[Json]:
        """A JSON Lines file in the folder."""
        return [json.loads(one) for one in self.text(name).split("\n") if one]

    @cached_property
    def scanned(self) -> list[Json]:
        """The flagged records; all companions are there as well."""
        self.log = self.run(
            "scan", "dump.jsonl", *LIGHT, "-o", "f.jsonl", "--scores", "scores.jsonl",
            "--all-findings", "-v",
        ).stderr.decode()  # fmt: skip
        return self.lines("f.jsonl")

    @cached_property
    def judged(self) -> Path:
        """A ledger in which the reviewers, notes, rules, labels and classifiers are hostile."""
        said = []
        for number, record in enumerate(self.scanned):
            text = record["displayName"]
            found = {
                **record["findings"][0], "classifier": text or "m", "rule": None, "label": text,
                "category": "insult", "score": SCORED, "threshold": 0.6, "guard": text,
            }  # fmt: skip
            given = line(
                {**record, "findings": [*record["findings"], found]},
                reviewer=(text.strip() or "Ann")[:200], note=text[:4000], at=self.at,
                verdict=("abusive", "not_abusive", "not_abusive")[number % 3],
            )  # fmt: skip
            said.append(json.dumps(given))
        (self.folder / "verdicts.jsonl").write_text("\n".join(said))
        self.made("verdicts", "import", "verdicts.jsonl", "--ledger", "ledger.sqlite")
        return self.folder / "ledger.sqlite"

    def report(self, form: str, *options: str) -> str:
        """The report in one form."""
        assert self.scanned
        name = f"report{len(options)}.{form}"
        self.made("report", "f.jsonl", "-o", name, *options)
        return self.text(name)


def screens() -> dict[str, Callable[[Room], str]]:
    """Everything that people read on a terminal or in a log, by name."""

    def ledgered(*arguments: str) -> Callable[[Room], str]:
        def shown(room: Room) -> str:
            assert room.judged
            return room.screen(*arguments)

        return shown

    def scanned(*arguments: str) -> Callable[[Room], str]:
        def shown(room: Room) -> str:
            assert room.scanned
            return room.screen(*arguments)

        return shown

    def log(room: Room) -> str:
        assert room.scanned
        return room.log

    def explained(room: Room) -> str:
        # NUL cannot be in an argument.
        texts = [text.replace("\0", "") + RUDE for text in list(TEXTS.values())[::24]]
        return "".join(room.screen("explain", *LIGHT, "--", text) for text in texts)

    def errors(room: Room) -> str:
        # The commands without heavy imports, in turn; no name of a file is that long.
        shown = []
        for number, (name, text) in enumerate(TEXTS.items()):
            if number % 8 == 0 and name not in ("very long", "bell and nul"):
                command = (("report",), ("rules", "check"))[number // 8 % 2]
                done = room.run(*command, "--", f"{text}.none")
                assert done.returncode in (2, 3), name
                shown.append(done.stderr.decode())
        return "".join(shown)

    return {
        "scan on a terminal": scanned("scan", "dump.jsonl", *LIGHT),
        "scan's table and bar": scanned("scan", "dump.jsonl", *LIGHT, "-o", "again.jsonl"),
        "scan's log line": log,
        "shadow": scanned("scan", "dump.jsonl", *LIGHT, "--shadow", LIGHT[1], "-o", "sh.jsonl"),
        "score": scanned("score", "dump.jsonl", "--field", "payload", *LIGHT),
        "explain": explained,
        "errors": errors,
        "rules stats": ledgered("rules", "stats", "f.jsonl", "--rules", LIGHT[1]),
        "rules diff": scanned("rules", "diff", LIGHT[1], LIGHT[1], "dump.jsonl"),
        "verdicts list": ledgered("verdicts", "list", "--notes", "--ledger", "ledger.sqlite"),
        "verdicts list --json": ledgered("verdicts", "list", "--json", "--ledger", "ledger.sqlite"),
        "verdicts agreement": ledgered("verdicts", "agreement", "--ledger", "ledger.sqlite"),
        "strikes": ledgered("strikes", "ledger.sqlite", "f.jsonl"),
        "strikes --json": ledgered("strikes", "ledger.sqlite", "f.jsonl", "--json"),
        "calibrate": ledgered("calibrate", "ledger.sqlite", *LIGHT[:2]),
        "dsa": ledgered("dsa", "ledger.sqlite", "f.jsonl", "-o", "dsa.jsonl", "--terms", "House",
                        *LIGHT[:2]),
    }  # fmt: skip
