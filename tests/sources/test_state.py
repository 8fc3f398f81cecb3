import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from moderator.errors import OutputError
from moderator.parts import part_of
from moderator.sources.state import LOCK_NAME, STATE_NAME, locked_state

NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_it_starts_empty_and_makes_the_folder(tmp_path: Path) -> None:
    with locked_state(tmp_path / "a" / "b") as state:
        assert state.entry("s1") is None
        assert list(state.due(["s1", "s2", "s1"])) == ["s1", "s2"]


def test_done_is_skipped_and_the_rest_tried_again_in_the_next_run(tmp_path: Path) -> None:
    with locked_state(tmp_path) as state:
        state.record("done", "done", NOW, ended_at=NOW - DAY)
        state.record("bad", "failed", NOW, ended_at=NOW - DAY, error="it broke")
        state.record("late", "not_ready", NOW, ended_at=NOW - DAY, error="not there")

    with locked_state(tmp_path) as state:
        # `late` is not listed any more, being out of --since's range, but still retained.
        assert list(state.due(["new", "done", "bad"])) == ["new", "bad", "late"]
        entry = state.record("bad", "done", NOW + DAY)
        assert (entry.attempts, entry.error, entry.ended_at) == (2, None, NOW - DAY)
        assert (entry.first_tried, entry.last_tried) == (NOW, NOW + DAY)
        assert list(state.due(["bad"])) == ["late"]


def test_a_try_after_the_retention_is_the_last(tmp_path: Path) -> None:
    with locked_state(tmp_path) as state:
        # The one that ended long ago is tried as long as the others.
        state.record("old", "failed", NOW, ended_at=NOW - 20 * DAY, error="it broke")
        state.record("new", "not_ready", NOW, ended_at=NOW + DAY)
        state.record("unknown", "not_ready", NOW)
        state.record("lucky", "failed", NOW)

        def statuses(after: timedelta) -> list[str]:
            names = ("old", "new", "unknown")
            return [state.record(name, "failed", NOW + after, error="no").status for name in names]

        assert statuses(7 * DAY - timedelta(seconds=1)) == ["failed"] * 3
        assert statuses(7 * DAY) == ["given_up", "failed", "given_up"]
        assert list(state.due(["old", "new"])) == ["new", "lucky"]
        assert state.record("lucky", "done", NOW + 9 * DAY).status == "done"

    with locked_state(tmp_path) as state:
        entry = state.entry("old")
        assert entry is not None
        assert (entry.status, entry.attempts, entry.error) == ("given_up", 3, "no")
        assert list(state.due(["old"])) == ["new"]


def test_an_old_session_never_tried_is_due(tmp_path: Path) -> None:
    with locked_state(tmp_path) as state:
        assert list(state.due(["old"])) == ["old"]


def test_what_a_killed_run_left_of_the_state_goes(tmp_path: Path) -> None:
    part_of(tmp_path / STATE_NAME).write_bytes(b"half of a state that was longer than the next")
    with locked_state(tmp_path) as state:
        state.record("one", "done", NOW)
    assert {path.name for path in tmp_path.iterdir()} - {LOCK_NAME} == {STATE_NAME}
    with locked_state(tmp_path) as state:
        assert list(state.due(["one"])) == []


def test_the_file_is_whole_after_each_record(tmp_path: Path) -> None:
    with locked_state(tmp_path) as state:
        state.record("s1", "done", NOW)
        written = (tmp_path / STATE_NAME).read_bytes()
        state.record("s2", "failed", NOW, error="x")
        assert written != (tmp_path / STATE_NAME).read_bytes()
    assert {path.name for path in tmp_path.iterdir()} <= {STATE_NAME, "moderator-state.lock"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"version": 1, "sessions": []}',
        b'{"version": 1, "sessions": {"a": {"status": "done"}}}',
        b'{"version": 1, "sessions": {"a": {"status": "odd", "attempts": 1, "error": null,'
        b'"ended_at": null, "first_tried": "2026-06-10", "last_tried": "2026-06-10"}}}',
        b'{"version": 1, "sessions": {"a": {"status": "done", "attempts": 1, "error": null,'
        b'"ended_at": "when", "first_tried": "2026-06-10", "last_tried": "2026-06-10"}}}',
    ],
)
def test_a_broken_file_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / STATE_NAME).write_bytes(content)
    with pytest.raises(OutputError, match=rf"{STATE_NAME} is broken"), locked_state(tmp_path):
        pass
    assert (tmp_path / STATE_NAME).read_bytes() == content


def test_a_later_version_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / STATE_NAME).write_bytes(b'{"version": 2, "sessions": {}}')
    with pytest.raises(OutputError, match="version 2"), locked_state(tmp_path):
        pass


def test_two_runs_keep_apart(tmp_path: Path) -> None:
    """The other run is another process, as it would be with cron."""
    code = (
        "import sys; from pathlib import Path; from moderator.sources.state import locked_state\n"
        "with locked_state(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(OutputError, match="another run is at work"), locked_state(tmp_path):
            pass
        other.communicate(b"")
    with locked_state(tmp_path) as state:
        assert state.entry("s1") is None


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot use the folder"), locked_state(tmp_path / "file"):
        pass
