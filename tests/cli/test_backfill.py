"""What the command says before anything is started, and a whole run of it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from cluster.fleet import RULES, rules_file
from server.scenario import dump
from typer.testing import CliRunner

from moderator.cli.main import app
from moderator.errors import ConfigError

ROOT = Path(__file__).parents[2]


def start(*words: str, before: str = "pass") -> "subprocess.CompletedProcess[str]":
    code = f"{before}; from moderator.cli.main import run; run()"
    return subprocess.run(
        [sys.executable, "-c", code, "backfill", *words],
        capture_output=True, text=True, timeout=300, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--out-dir", "out"], "Name one of DUMPS"),
        (["dumps", "--since", "1d", "-o", "out"], "Name one of DUMPS"),
        (["dumps", "--until", "1d", "-o", "out"], "--until goes with --since"),
        (["dumps"], "needs --out-dir"),
    ],
)
def test_options_that_do_not_go_together(words: list[str], error: str) -> None:
    with pytest.raises(ConfigError, match=error):
        CliRunner().invoke(app, ["backfill", *words], catch_exceptions=False)


def test_a_folder_without_dumps_is_said(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    done = start(str(tmp_path / "none"), "-o", str(tmp_path / "out"), "--model", "none")
    assert done.returncode == 3
    assert "holds no dump" in done.stderr


def test_without_ray_it_says_what_to_install(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['ray'] = None"
    done = start(str(tmp_path), "-o", str(tmp_path / "out"), before=hidden)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "moderator: backfill needs Ray: pip install 'moderator[ray]'.\n"


@pytest.mark.slow
def test_a_run_says_what_failed_and_what_it_came_to_and_nothing_else(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    (dumps / "good.csv").write_bytes(dump(7, "you idiot") + b"too,few\r\n")
    (dumps / "bad.csv").write_bytes(b"no,chat,dump\r\n")
    (dumps / "long.csv").write_bytes(dump(500))
    rules = rules_file(tmp_path, RULES)
    done = start(
        str(dumps), "-o", str(tmp_path / "out"), "--model", "none", "--rules", str(rules),
        "--workers", "1", "--max-bytes", "8KiB",
    )  # fmt: skip
    lines = [line for line in done.stderr.splitlines() if not line.endswith("/s")]
    assert (done.returncode, done.stdout, len(lines)) == (6, "", 3), done.stderr
    *failed, summary = sorted(lines)
    assert failed[0].startswith("session bad: failed: this is no chat dump")
    assert failed[1].startswith("session long: failed: the dump is larger than the 8,192 bytes")
    assert summary == (
        "sessions listed 3: done 1, skipped 0, not ready 0, failed 2; messages read 8: "
        "judged 7, repeats 0, not text 0, rejected 1; flagged 7, unscored 0; "
        f"outputs in {tmp_path / 'out'}"
    )


def test_a_cluster_that_does_not_answer_is_said_soon(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    (tmp_path / "dumps").mkdir()
    (tmp_path / "dumps/one.csv").write_bytes(dump(1))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = start(
            str(tmp_path / "dumps"), "-o", str(tmp_path / "out"), "--model", "none",
            "--address", address, "-q",
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == f"moderator: nothing answers at {address}: check --address.\n"
