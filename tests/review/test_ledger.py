"""The ledger: what is added, known again, taken back, and what stands."""

import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review.lines import verdict

from moderator.errors import ConfigError, OutputError, SourceError
from moderator.review.entries import GENESIS, Undo
from moderator.review.ledger import Ledger, standing
from moderator.review.verdicts import Verdict
from moderator.review.verify import verify


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def stands(ledger: Ledger) -> list[tuple[str, str, str]]:
    return [
        (one.content.message_id, one.content.reviewer, one.content.verdict)
        for one in ledger.verdicts()
    ]


def test_a_new_ledger_is_its_owners_alone(path: Path) -> None:
    with Ledger.open(path, create=True) as ledger:
        assert ledger.head() == (0, GENESIS)
        ledger.add([verdict()])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_what_was_added_is_read_back_whole(path: Path) -> None:
    given = [verdict(1, customParticipantId="user-7"), verdict(2, action=None, note=None)]
    with Ledger.open(path, create=True) as ledger:
        assert [one.number for one in ledger.add(given).new] == [1, 2]
    with Ledger.open(path) as ledger:
        assert [one.content for one in ledger.entries()] == given
        assert ledger.head() == (2, [one.hash for one in ledger.entries()][-1])


def test_adding_twice_changes_nothing(path: Path) -> None:
    with Ledger.open(path, create=True) as ledger:
        ledger.add([verdict(1), verdict(2)])
    before = path.read_bytes()
    with Ledger.open(path, create=True) as ledger:
        added = ledger.add([verdict(2), verdict(1), verdict(1)])
        assert (added.new, added.known) == ((), 3)
    assert path.read_bytes() == before


def test_the_same_verdict_with_other_salt_or_note_is_the_same(path: Path) -> None:
    with Ledger.open(path, create=True) as ledger:
        ledger.add([verdict(note="first")])
        assert ledger.add([verdict(note="second")]).known == 1
        assert [one.content.note for one in ledger.verdicts()] == ["first"]


def test_two_reviewers_both_stand(path: Path) -> None:
    with Ledger.open(path, create=True) as ledger:
        ledger.add([verdict(), verdict(reviewer="Bob", verdict="not_abusive")])
        assert stands(ledger) == [("m1", "Ann", "abusive"), ("m1", "Bob", "not_abusive")]


def test_the_latest_given_stands_in_whatever_order_they_come(path: Path) -> None:
    early, late = verdict(), verdict(minutes=5, verdict="not_abusive")
    with Ledger.open(path, create=True) as ledger:
        ledger.add([late])
        ledger.add([early])
        assert stands(ledger) == [("m1", "Ann", "not_abusive")]


def test_undoing_is_an_entry_and_what_was_before_stands_again(path: Path) -> None:
    with Ledger.open(path, create=True) as ledger:
        ledger.add([verdict(), verdict(minutes=5, verdict="not_abusive")])
        undone = ledger.undo(2, "Cy", "wrong key")
        assert undone.number == 3
        assert undone.content.undoes_hash == next(e.hash for e in ledger.entries() if e.number == 2)
        assert stands(ledger) == [("m1", "Ann", "abusive")]
        ledger.undo(1, "Cy")
        assert stands(ledger) == []
        assert len(list(ledger.entries())) == 4
        assert ledger.add([verdict()]).known == 1, "importing again brings nothing back"
        assert stands(ledger) == []
    assert not verify(path).problems


@pytest.mark.parametrize(
    ("number", "why"), [(2, "undone already, by entry 3"), (3, "no verdict"), (9, "no verdict")]
)
def test_what_cannot_be_undone(path: Path, number: int, why: str) -> None:
    with Ledger.open(path, create=True) as ledger:
        ledger.add([verdict(1), verdict(2)])
        ledger.undo(2, "Ann")
        with pytest.raises(ConfigError, match=why):
            ledger.undo(number, "Ann")
        assert ledger.head()[0] == 3


def test_an_error_in_the_middle_adds_nothing(path: Path) -> None:
    def failing() -> object:
        yield verdict(1)
        raise KeyboardInterrupt

    with Ledger.open(path, create=True) as ledger:
        with pytest.raises(KeyboardInterrupt):
            ledger.add(failing())
        assert ledger.head() == (0, GENESIS)
        assert ledger.add([verdict(1)]).new[0].number == 1


def test_whether_it_can_be_written_is_told_once_others_have_written(path: Path) -> None:
    with (
        Ledger.open(path, create=True) as ledger,
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.3, other.execute, ["COMMIT"])
        release.start()
        ledger.check_writable()
        assert not release.is_alive()
        assert verify(path).problems == ()


def test_a_reader_sees_one_moment(path: Path) -> None:
    with Ledger.open(path, create=True) as ledger:
        ledger.add([verdict(n) for n in range(5)])
        reading = ledger.entries()
        next(reading)
        reading.close()
        ledger.add([verdict(5)])
        assert ledger.head()[0] == 6


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "There is no ledger"),
        (b"", "is empty"),
        (b"not a database, but long enough to be one" * 99, "damaged or no ledger"),
    ],
)
def test_what_is_no_ledger(path: Path, content: bytes | None, why: str) -> None:
    if content is not None:
        path.write_bytes(content)
    for use in (Ledger.open, verify):
        with pytest.raises(SourceError, match=why):
            use(path)
    if content is not None:
        with pytest.raises(SourceError, match=why):
            Ledger.open(path, create=True)
        assert path.read_bytes() == content


def test_a_database_of_another_program_is_left_alone(path: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    with pytest.raises(SourceError, match="no ledger that this version"):
        Ledger.open(path, create=True)


def test_a_ledger_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        Ledger.open(tmp_path / "none" / "ledger.sqlite", create=True)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["Ann", "Bob"]),
        st.integers(0, 2),  # which record
        st.integers(0, 9),  # when
        st.sampled_from(["abusive", "not_abusive", "unsure", "undo"]),
    ),
    max_size=12,
)


@settings(max_examples=25)  # each step is on disk before the next
@given(STEPS)
def test_what_stands_is_what_a_plain_reading_says(steps: list[tuple[str, int, int, str]]) -> None:
    """Against a slow reading: for each record and reviewer, scan all that is not undone."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        with Ledger.open(Path(folder) / "l.sqlite", create=True) as ledger:
            for reviewer, record, minutes, what in steps:
                if what != "undo":
                    ledger.add([verdict(record, minutes=minutes, reviewer=reviewer, verdict=what)])
                    continue
                open_ = [one.number for one in ledger.verdicts()]
                if open_:
                    ledger.undo(open_[minutes % len(open_)], reviewer)
            entries = list(ledger.entries())
        undone = {one.content.undoes for one in entries if isinstance(one.content, Undo)}
        alive = [e for e in entries if isinstance(e.content, Verdict) and e.number not in undone]
        wanted = []
        for one in alive:
            rivals = [
                e for e in alive
                if (e.content.record_id, e.content.reviewer)
                == (one.content.record_id, one.content.reviewer)
            ]  # fmt: skip
            if one.number == max(rivals, key=lambda e: (e.content.at, e.number)).number:
                wanted.append(one)
        assert list(standing(entries)) == wanted
        assert not verify(Path(folder) / "l.sqlite").problems
