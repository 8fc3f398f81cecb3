"""Runs the installed `moderator` as a process of its own, as a user would."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.app import API_KEY, ORG_ID, TOKEN, LoopbackServer

TESTS = Path(__file__).parents[1]
EXAMPLES = TESTS.parent / "examples"
RULES = str(TESTS / "golden" / "rules.yaml")
LIGHT = ("--rules", RULES, "--model", "none")
"""Rules that load at once, and no model: for what is about something else."""

COMMAND = str(Path(sys.executable).parent / "moderator")
SECRETS = (API_KEY, TOKEN, base64.b64encode(f"{ORG_ID}:{API_KEY}".encode()).decode(), "X-Signature")


@dataclass(frozen=True)
class Done:
    """What a process left: its status, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """Standard output as JSON Lines."""
        return _parsed(self.out)

    def fails(self, status: int, *parts: str) -> None:
        """Asserts one clear sentence on standard error, with all of `parts` in it."""
        assert self.status == status, self.err
        sentences = self.err.splitlines()
        assert len(sentences) == 1, self.err
        assert sentences[0].startswith("moderator: ")
        assert sentences[0].endswith(".")
        for part in parts:
            assert part in sentences[0]


class Cli:
    """The command in a folder of its own, with nothing in its environment but what is given."""

    def __init__(self, folder: Path, server: LoopbackServer | None = None) -> None:
        self.folder = folder
        self.server = server
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "LANG": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
        }

    def use(self, backend: str) -> None:
        """Sets the right credentials of a back-end, and no others."""
        assert self.server is not None
        for name in self.server.environ("dyte") | self.server.environ("realtimekit"):
            self.environ.pop(name, None)
        self.environ |= self.server.environ(backend)

    def api(self, backend: str = "dyte") -> tuple[str, ...]:
        """The options that lead to the loopback server."""
        assert self.server is not None
        return ("--base-url", self.server.base_urls[backend], "--allow-private")

    def __call__(
        self,
        *arguments: str,
        stdin: bytes | str = b"",
        environ: Mapping[str, str] | None = None,
        timeout: float = 120,
    ) -> Done:
        """Runs it to its end; asserts that nothing was shown which never may be."""
        done = subprocess.run(
            [COMMAND, *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=self.folder,
            env={**self.environ, **(environ or {})},
            timeout=timeout,
            check=False,
        )
        result = Done(done.returncode, done.stdout.decode(), done.stderr.decode())
        for shown in (result.out, result.err):
            assert "Traceback" not in shown
            assert "Internal error" not in shown
            assert not any(secret in shown for secret in SECRETS)
        return result

    def path(self, name: str, content: bytes | str | None = None) -> Path:
        """A file in the folder, written if there is content."""
        path = self.folder / name
        if content is not None:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def lines(self, name: str) -> list[dict[str, Any]]:
        """A JSON Lines file in the folder."""
        return _parsed(self.path(name).read_text("utf-8"))


def _parsed(text: str) -> list[dict[str, Any]]:
    # Not splitlines, which also parts at U+2028 within a string.
    return [json.loads(line) for line in text.split("\n") if line]
