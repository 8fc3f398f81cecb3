"""A slice of bench/scan_kills.py: kills at random moments, the same ones each time."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from scan_kills import campaign, json_lines, rows, work, zipped
from server.app import LoopbackServer
from server.scenario import Scenario

from moderator.api import build
from moderator.config import load
from moderator.pipeline import Pipeline
from moderator.sources.target import Network

GOLDEN = load(Path(__file__).parent / "golden" / "rules.yaml")


def light() -> Pipeline:
    """Rules that load at once, in small batches."""
    return build(GOLDEN, [], batch_size=64)


@pytest.mark.slow
@pytest.mark.parametrize("form", [bytes, zipped, json_lines], ids=["csv", "gzip", "jsonl"])
def test_no_kill_loses_a_byte_of_a_scan_of_a_file(
    tmp_path: Path, form: Callable[[bytes], bytes]
) -> None:
    dump = tmp_path / "dump"
    dump.write_bytes(form(rows(3000)))
    found = campaign(work(str(dump), light(), GOLDEN), tmp_path, kills=10, chain=4, seed=7)
    assert not found.failed, found
    assert found.resumed


@pytest.mark.slow
def test_no_kill_loses_a_byte_of_a_scan_of_a_session(
    tmp_path: Path, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environ("dyte").items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    session = server.add(Scenario(body=gzip.compress(rows(3000), mtime=0)), "long")
    network = Network("dyte", server.base_urls["dyte"], allow_private=True)
    run = work(session, light(), GOLDEN, network)
    found = campaign(run, tmp_path, kills=10, chain=4, seed=8)
    assert not found.failed, found


@pytest.mark.slow
def test_no_kill_loses_a_byte_of_a_scan_with_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # a process that is forked has no threads
    dump = tmp_path / "dump"
    dump.write_bytes(rows(400))
    judges = build(GOLDEN, batch_size=32)
    found = campaign(work(str(dump), judges, GOLDEN), tmp_path, kills=5, chain=4, seed=9)
    assert not found.failed, found
