"""Several processes at once, and kills at random moments; more of them in bench/ledger_kills.py."""

from pathlib import Path

import pytest
from review.kills import Outcome, campaign, check, writers

from moderator.review.ledger import Ledger


def test_eight_processes_write_at_once(tmp_path: Path) -> None:
    """Also the making of the file is a race: every one of them opens it first."""
    with writers(tmp_path, 8, most=12) as running:
        for process in running:
            process.join(120)
        assert [process.exitcode for process in running] == [0] * 8
    outcome = Outcome()
    check(tmp_path, outcome)
    assert (outcome.lost, outcome.problems) == (0, 0)
    assert outcome.entries == outcome.acknowledged >= 8 * 12
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        written = [entry.content.reviewer for entry in ledger.verdicts()]
    assert {written.count(f"w{number}") for number in range(8)} <= set(range(6, 13))
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.slow
@pytest.mark.parametrize(("kills", "at_once"), [(30, 1), (30, 6)])
def test_kills_lose_nothing_that_was_acknowledged(tmp_path: Path, kills: int, at_once: int) -> None:
    outcome = campaign(tmp_path, kills=kills, at_once=at_once, seed=kills + at_once)
    assert outcome.kills == kills
    assert outcome.acknowledged > 0
    assert (outcome.lost, outcome.problems) == (0, 0)
    assert outcome.entries >= outcome.acknowledged
