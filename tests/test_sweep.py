import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from doubles import Table
from making import ruleset
from server.app import API_KEY, LoopbackServer
from server.scenario import Fault, Scenario, dump, refused

from moderator.classifiers.rules import RulesClassifier
from moderator.errors import OutputError, SourceError
from moderator.pipeline import Pipeline
from moderator.policy import Policy
from moderator.sources.state import locked_state
from moderator.sources.target import Network
from moderator.sweep import Outcome, sweep

RULES = ruleset(
    "rules:\n  - {id: a.b, kind: terms, category: insult, severity: high, "
    "terms: [idiot], hits: [idiot], misses: [x]}\n"
)
END = datetime(2026, 6, 10, 10, tzinfo=UTC)
NOW = END + timedelta(hours=2)

Run = Callable[..., list[Outcome]]


@pytest.fixture
def run(server: LoopbackServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Sweeps a server that has no session at first; `now` moves the clock."""
    monkeypatch.chdir(tmp_path)
    for name, value in server.environ("dyte").items():
        monkeypatch.setenv(name, value)
    server.sessions.clear()
    network = Network("dyte", server.base_urls["dyte"], allow_private=True)

    def once(pipeline: Pipeline | None = None, now: datetime = NOW, days: int = 1) -> list[Outcome]:
        judges = pipeline or Pipeline([RulesClassifier(RULES)], Policy(RULES))
        since = now - timedelta(days=days)
        return list(sweep(since, Path("out"), network, judges, RULES, clock=lambda: now))

    return once


def test_every_session_gets_its_own_files(server: LoopbackServer, run: Run) -> None:
    one = server.add(Scenario(body=dump(3, "you idiot")), "one")
    two = server.add(Scenario(), "two")
    outcomes = run()
    assert [(o.session_id, o.status) for o in outcomes] == [(one, "done"), (two, "done")]
    assert [o.tally.flagged for o in outcomes if o.tally] == [3, 0]
    assert len(Path("out", f"{one}.jsonl").read_bytes().splitlines()) == 3
    assert Path("out", f"{two}.jsonl").read_bytes() == b""
    summary = json.loads(Path("out", f"{one}.summary.json").read_bytes())
    assert summary["source"] == f"session {one}"


def test_a_second_run_has_nothing_left_to_do(server: LoopbackServer, run: Run) -> None:
    server.add(Scenario())
    run()
    asked = len(server.files_asked())
    assert run() == []
    assert len(server.files_asked()) == asked


def test_one_failure_does_not_stop_the_others(server: LoopbackServer, run: Run) -> None:
    bad = server.add(Scenario(body=b"no,chat,dump\r\n1,2,3\r\n"), "bad")
    late = server.add(Scenario(chat_faults=[refused(404)]), "late")
    good = server.add(Scenario(), "good")
    outcomes = {outcome.session_id: outcome for outcome in run()}
    assert outcomes[bad].status == "failed"
    assert "this is no chat dump" in (outcomes[bad].error or "")
    assert outcomes[late].status == "not_ready"
    assert outcomes[good].status == "done"
    assert not Path("out", f"{bad}.jsonl").exists()


def test_what_failed_is_tried_again_until_its_chat_is_gone(
    server: LoopbackServer, run: Run
) -> None:
    late = server.add(Scenario(chat_faults=[refused(404)] * 2), "late")
    bad = server.add(Scenario(body=b"no,chat,dump\r\n"), "bad")
    assert [outcome.status for outcome in run()] == ["not_ready", "failed"]
    assert [outcome.status for outcome in run()] == ["not_ready", "failed"]
    assert [(o.session_id, o.status) for o in run()] == [(late, "done"), (bad, "failed")]
    # Out of --since's range by now, but still kept.
    assert [(o.session_id, o.status) for o in run(now=END + timedelta(days=6))] == [(bad, "failed")]
    (last,) = run(now=END + timedelta(days=8))
    assert (last.session_id, last.status) == (bad, "given_up")
    assert "this is no chat dump" in (last.error or "")
    assert run(now=END + timedelta(days=9)) == []


@pytest.mark.parametrize("name", ["7", "a" * 128])
def test_a_file_of_its_name_and_a_short_or_long_id_do_not_matter(
    server: LoopbackServer, run: Run, name: str
) -> None:
    server.sessions[name] = Scenario(body=dump(3, "you idiot"))
    Path(name).write_bytes(dump(1))
    (outcome,) = run()
    assert outcome.status == "done"
    assert len(Path("out", f"{name}.jsonl").read_bytes().splitlines()) == 3


def test_what_a_killed_run_left_goes(server: LoopbackServer, run: Run) -> None:
    one = server.add(Scenario(), "one")
    Path("out").mkdir()
    endings = ("jsonl", "rejects.jsonl", "unscored.jsonl", "summary.json")
    for session in (one, "gone"):  # the second is not listed any more
        for ending in endings:
            Path("out", f".{session}.{ending}.moderator.part").write_bytes(b"half")
        Path("out", f".{session}.jsonl.moderator.journal").write_bytes(b"torn")
    others = {".notes.part", ".gone.notes.moderator.part"}
    for name in others:
        Path("out", name).write_bytes(b"")
    run()
    assert {path.name for path in Path("out").iterdir() if path.name.startswith(".")} == others
    assert Path("out", f"{one}.jsonl").read_bytes() == b""


def test_a_dump_that_breaks_the_program_is_a_failure_without_its_words(
    server: LoopbackServer, run: Run
) -> None:
    class Broken(Pipeline):
        def begin(self, resumed: object = None) -> object:
            raise ZeroDivisionError("hello there")

    server.add(Scenario())
    (outcome,) = run(Broken([], Policy(RULES)))
    assert (outcome.status, outcome.error) == ("failed", "internal error, ZeroDivisionError")


def test_a_broken_model_leaves_the_sessions_to_be_done_again(
    server: LoopbackServer, run: Run
) -> None:
    server.add(Scenario())
    broken = Pipeline([Table(default=RuntimeError(), name="broken")], Policy(RULES))
    (outcome,) = run(broken)
    assert outcome.status == "failed"
    assert "broken failed on every one" in (outcome.error or "")
    assert [one.status for one in run()] == ["done"]


def test_a_run_that_stops_half_way_keeps_what_is_done(server: LoopbackServer, run: Run) -> None:
    one, two = server.add(Scenario(), "one"), server.add(Scenario(), "two")

    class Stopped(Pipeline):
        left = 1

        def begin(self, resumed: object = None) -> object:
            if not self.left:
                raise KeyboardInterrupt
            self.left -= 1
            return super().begin(resumed)

    with pytest.raises(KeyboardInterrupt):
        run(Stopped([RulesClassifier(RULES)], Policy(RULES)))
    assert Path("out", f"{one}.jsonl").exists()
    assert not Path("out", f"{two}.jsonl").exists()
    assert [outcome.session_id for outcome in run()] == [two]


def test_a_list_that_cannot_be_had_is_an_error(server: LoopbackServer, run: Run) -> None:
    server.api_faults = [Fault(404, b"")] * 9
    with pytest.raises(SourceError, match="the list of sessions"):
        run()


def test_two_runs_do_not_overlap(server: LoopbackServer, run: Run) -> None:
    server.add(Scenario())
    with locked_state(Path("out")), pytest.raises(OutputError, match="another run is at work"):
        run()


def test_the_state_holds_no_credential(server: LoopbackServer, run: Run) -> None:
    server.add(Scenario(expired_links=99))
    (outcome,) = run()
    assert outcome.status == "failed"
    kept = "".join(path.read_text("utf-8") for path in Path("out").iterdir() if path.is_file())
    assert "X-Signature" not in kept
    assert API_KEY not in kept
