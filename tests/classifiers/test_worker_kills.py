"""The command line, end to end, while its model's process is killed."""

from pathlib import Path

import pytest
from classifiers.worker_kills import campaign, never_ready


@pytest.mark.slow
def test_kills_change_no_byte(tmp_path: Path) -> None:
    found = campaign(tmp_path, rows=60, kills=4, seed=3)
    assert found.kills.total() >= 4
    assert (found.differ, found.unscored) == (0, 0)


@pytest.mark.slow
def test_a_model_that_never_lives_stops_the_scan(tmp_path: Path) -> None:
    status, complaint, files, _ = never_ready(tmp_path, seed=3)
    assert status == 5
    assert complaint.startswith("moderator: The model chat-minilm cannot be run: worker died")
    assert complaint.count("\n") == 1
    assert files == []
