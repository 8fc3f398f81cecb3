"""Purging a ledger: notes and salts go from the file's very bytes, and the chain still verifies."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from review.lines import CANARY, flagged, line, verdict

from moderator.review.entries import Purge
from moderator.review.ledger import Ledger
from moderator.review.purge import Purged
from moderator.review.purge_ledger import due, purge_ledger
from moderator.review.records import commitment
from moderator.review.verdicts import Verdict, parse
from moderator.review.verify import verify

BEFORE = datetime(2026, 6, 20, tzinfo=UTC)


def of(created_at: str, **changes: Any) -> Verdict:
    return parse(line(flagged(createdAt=created_at), **{"at": "2026-06-25T10:00:00Z", **changes}))


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_notes_and_salts_leave_the_bytes_and_all_still_verifies(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    given = [verdict(number, note=f"{CANARY} {'x' * 3000}") for number in range(40)]
    salts = [one.salt for one in given if one.salt is not None]
    with Ledger.open(path, create=True) as ledger:
        ledger.add(given)
        ledger.undo(3, "Bob", CANARY)
        before = verify(path)
        assert CANARY.encode() in on_disk(tmp_path)
        assert salts[7].encode() in on_disk(tmp_path)
        size = path.stat().st_size
        assert purge_ledger(ledger, BEFORE, "Ann", []) == 42
        assert CANARY.encode() not in on_disk(tmp_path)
        assert not any(salt.encode() in on_disk(tmp_path) for salt in salts)
        assert path.stat().st_size < size
    proof = verify(path, before.head)
    assert (proof.problems, proof.entries, proof.purged) == ((), 42, 41)
    with Ledger.open(path) as ledger:
        kept = [entry.content for entry in ledger.verdicts()]
    assert [one.note for one in kept] == [None] * 39
    assert [one.record_hash for one in kept] == [
        one.record_hash for one in given if one.message_id != "m2"
    ]
    assert kept[0].record.categories == ("insult",)


def test_what_is_gone_cannot_be_guessed_and_what_is_kept_can_be_proven() -> None:
    record = flagged(payload="lol")
    judged = parse(line(record))
    assert judged.salt is not None
    assert commitment(record, bytes.fromhex(judged.salt)) == judged.record_hash
    assert commitment(record, b"") != judged.record_hash


def test_purging_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path, create=True) as ledger:
        ledger.add([verdict(1)])
        assert purge_ledger(ledger, BEFORE, "Ann", []) == 2
        was = path.read_bytes()
        assert purge_ledger(ledger, BEFORE, "Ann", []) is None
        assert path.read_bytes() == was


def test_importing_again_brings_no_note_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path, create=True) as ledger:
        ledger.add([verdict(1)])
        purge_ledger(ledger, BEFORE, "Ann", [])
        assert ledger.add([verdict(1)]).known == 1
    assert CANARY.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("created_at", "at", "goes"),
    [
        ("2026-06-10T10:00:00Z", "2026-06-25T10:00:00Z", True),
        ("2026-06-22T10:00:00Z", "2026-06-25T10:00:00Z", False),
        ("", "2026-06-25T10:00:00Z", False),
        ("", "2026-06-10T10:00:00Z", True),
        ("2090-01-01", "2026-06-10T10:00:00Z", True),
        ("1781085600000", "2026-06-25T10:00:00Z", True),
    ],
)
def test_an_entry_is_as_old_as_its_message(
    tmp_path: Path, created_at: str, at: str, goes: bool
) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite", create=True) as ledger:
        ledger.add([of(created_at, at=at)])
        ledger.undo(1, "Bob", "as old as what it undoes")
        assert due(ledger.entries(), BEFORE) == ([1, 2] if goes else [])


def test_what_was_purged_is_an_entry(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    files = [
        Purged(tmp_path / "f.jsonl", "purged", "flagged", 12),
        Purged(tmp_path / "r.html", "deleted", "report"),
        Purged(tmp_path / "g.jsonl", "clean", "flagged"),
        Purged(tmp_path / "dump.csv", "left", reason="unknown"),
    ]
    with Ledger.open(path, create=True) as ledger:
        ledger.add([verdict(1), of("2026-06-22T10:00:00Z"), verdict(2), verdict(3)])
        purge_ledger(ledger, BEFORE, "Ann", files)
        *_, last = ledger.entries()
    assert isinstance(last.content, Purge)
    assert last.content.numbers == ((1, 1), (3, 4))
    assert last.content.before == "2026-06-20T00:00:00.000Z"
    told = [(one.name, one.kind, one.records) for one in last.content.files]
    assert told == [("f.jsonl", "flagged", 12), ("r.html", "report", 0)]
    assert verify(path).problems == ()
