from pathlib import Path

import pytest
from review.judging import UNFLAGGED, verdict, write

from moderator.errors import SourceError
from moderator.review.ledger import Ledger
from moderator.review.outcomes import read, settled


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (["abusive"], True),
        (["not_abusive"], False),
        (["unsure"], None),
        (["abusive", "unsure"], True),
        (["abusive", "not_abusive"], None),
        (["abusive", "not_abusive", "unsure"], None),
        (["abusive", "not_abusive", "abusive"], True),
        (["not_abusive", "not_abusive", "abusive", "unsure"], False),
        (["unsure", "unsure"], None),
    ],
)
def test_the_majority_of_those_who_decided_holds(said: list[str], outcome: bool | None) -> None:
    (one,) = settled(verdict(said=word, reviewer=f"r{at}") for at, word in enumerate(said))
    assert one.abusive is outcome
    assert len(one.verdicts) == len(said)


def test_a_reviewer_has_one_vote_and_it_is_the_latest() -> None:
    early = verdict(said="abusive", at="2026-06-11T09:00:00.000Z")
    late = verdict(said="not_abusive", at="2026-06-12T09:00:00.000Z")
    for order in ([early, late], [late, early]):
        (one,) = settled(order)
        assert one.abusive is False
        assert one.verdicts == (late,)


def test_what_was_not_flagged_is_told_apart() -> None:
    flagged, drawn = settled([verdict("m1"), verdict("m2", of=UNFLAGGED)])
    assert flagged.flagged
    assert not drawn.flagged


def test_a_ledger_and_its_lines_give_the_same(tmp_path: Path) -> None:
    verdicts = [
        verdict("m1", "abusive"),
        verdict("m1", "not_abusive", reviewer="omar"),
        verdict("m2", "not_abusive"),
    ]
    lines = write(tmp_path / "verdicts.jsonl", verdicts)
    with Ledger.open(tmp_path / "ledger.sqlite", create=True) as ledger:
        ledger.add(verdicts)
    of_ledger, broken = read(tmp_path / "ledger.sqlite")
    assert not broken
    assert of_ledger == read(lines)[0]
    assert [one.abusive for one in of_ledger] == [None, False]


def test_an_undone_verdict_counts_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path, create=True) as ledger:
        ledger.add([verdict("m1"), verdict("m2")])
        ledger.undo(1, "rita")
    assert [one.verdicts[0].message_id for one in read(path)[0]] == ["m2"]


def test_lines_that_are_no_verdicts_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "verdicts.jsonl", [verdict("m1")])
    path.write_bytes(path.read_bytes() + b"{}\nnot json\n")
    outcomes, broken = read(path)
    assert len(outcomes) == 1
    assert [one.line for one in broken] == [2, 3]


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.jsonl cannot be read"):
        read(tmp_path / "nowhere.jsonl")
