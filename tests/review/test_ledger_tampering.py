"""Whatever is changed in the file, `verify` finds it and names the entry."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from review.lines import verdict

from moderator.errors import ConfigError, SourceError
from moderator.review.ledger import Ledger
from moderator.review.verdicts import Verdict
from moderator.review.verify import Proof, verify

Tamper = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A ledger of seven entries: five verdicts, an undoing, and a purge of the first two."""
    path = tmp_path_factory.mktemp("sound") / "ledger.sqlite"
    with Ledger.open(path, create=True) as ledger:
        ledger.add([verdict(number) for number in range(1, 6)])
        ledger.undo(4, "Bob", "a slip")
        ledger.erase({1, 2}, before=datetime(2026, 7, 1, tzinfo=UTC), reviewer="Ann", files=())
    assert verify(path).problems == ()
    assert (verify(path).entries, verify(path).purged) == (7, 2)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path, sound: bytes) -> Path:
    """That ledger, to be tampered with."""
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(sound)
    return path


def edit(path: Path, tamper: Tamper, *, quietly: bool = True) -> Proof:
    """Tampers as somebody with SQLite's shell would: triggers off, and (`quietly`) on again."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        query = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        triggers = connection.execute(query).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        tamper(connection)
        for _, sql in triggers if quietly else ():
            connection.execute(sql)
        connection.commit()
    return verify(path)


def sql(*statements: str) -> Tamper:
    return lambda connection: [connection.execute(one) for one in statements]


def swapped(one: int, other: int, columns: str) -> Tamper:
    """Exchanges columns of two entries."""

    def tamper(connection: sqlite3.Connection) -> None:
        query = f"SELECT {columns} FROM entries WHERE number = ?"
        rows = {n: connection.execute(query, (n,)).fetchone() for n in (one, other)}
        names = columns.split(", ")
        connection.execute(f"UPDATE entries SET key = NULL WHERE number IN ({one}, {other})")
        for to, since in ((one, other), (other, one)):
            for name, value in zip(names, rows[since], strict=True):
                connection.execute(f"UPDATE entries SET {name} = ? WHERE number = ?", (value, to))

    return tamper


KINDS: dict[str, tuple[Tamper, set[int]]] = {
    # one field of a body
    "verdict": (sql("UPDATE entries SET body = replace(body, '\"verdict\":\"abusive\"',"
                    " '\"verdict\":\"unsure\"') WHERE number = 3"), {3}),
    "reviewer": (sql("UPDATE entries SET body = replace(body, '\"reviewer\":\"Ann\"',"
                     " '\"reviewer\":\"Eve\"') WHERE number = 1"), {1}),
    "action": (sql("UPDATE entries SET body = replace(body, 'hide', 'record') WHERE number = 5"),
               {5}),
    "time": (sql("UPDATE entries SET body = replace(body, '2026-06', '2026-05')"
                 " WHERE number = 2"), {2}),
    "what is undone": (sql("UPDATE entries SET body = replace(body, '\"undoes\":4',"
                           " '\"undoes\":5') WHERE number = 6"), {6}),
    "what is purged": (sql("UPDATE entries SET body = replace(body, '[1,2]', '[1,3]')"
                           " WHERE number = 7"), {3, 7}),
    "blanks": (sql("UPDATE entries SET body = replace(body, ',', ', ') WHERE number = 3"), {3}),
    "no JSON": (sql("UPDATE entries SET body = 'x' WHERE number = 3"), {3}),
    "no object": (sql("UPDATE entries SET body = '[]' WHERE number = 3"), {3}),
    "no UTF-8": (sql("UPDATE entries SET body = CAST(x'ff' AS TEXT) WHERE number = 3"), {3}),
    "empty": (sql("UPDATE entries SET body = '' WHERE number = 7"), {1, 2, 7}),
    # the other columns
    "hash": (sql("UPDATE entries SET hash = replace(hash, 'a', 'b') || 'c' WHERE number = 3"), {3}),
    "hash of the last": (sql("UPDATE entries SET hash = '' WHERE number = 7"), {7}),
    "hash no UTF-8": (sql("UPDATE entries SET hash = CAST(x'ff' AS TEXT) WHERE number = 3"), {3}),
    "key": (sql("UPDATE entries SET key = 'x' WHERE number = 3"), {3}),
    "key dropped": (sql("UPDATE entries SET key = NULL WHERE number = 3"), {3}),
    "key given": (sql("UPDATE entries SET key = 'x' WHERE number = 6"), {6}),
    # entries taken away
    "first gone": (sql("DELETE FROM entries WHERE number = 1",
                       "DELETE FROM details WHERE number = 1"), {1}),
    "middle gone": (sql("DELETE FROM entries WHERE number = 3",
                        "DELETE FROM details WHERE number = 3"), {3}),
    "several gone": (sql("DELETE FROM entries WHERE number IN (2, 3)",
                         "DELETE FROM details WHERE number = 3"), {2}),
    "gone and closed up": (sql("DELETE FROM entries WHERE number = 3",
                               "DELETE FROM details WHERE number = 3",
                               "UPDATE entries SET number = -number WHERE number > 3",
                               "UPDATE entries SET number = -number - 1 WHERE number < 0",
                               "UPDATE details SET number = number - 1 WHERE number > 3"),
                           {3, 4, 5, 6}),
    # entries in another order
    "swapped whole": (swapped(3, 5, "body, hash, key"), {3, 4, 5, 6}),
    "swapped bodies": (swapped(3, 5, "body, key"), {3, 5}),
    "swapped hashes": (swapped(3, 5, "hash"), {3, 5}),
    "renumbered": (sql("UPDATE entries SET number = 70 WHERE number = 7"), {7, 70}),
    "renumbered to the front": (sql("UPDATE entries SET number = 0 WHERE number = 3",
                                    "UPDATE details SET number = 0 WHERE number = 3"), {0, 3}),
    # entries put in
    "copied to the end": (sql("INSERT INTO entries SELECT 8, NULL, body, hash FROM entries"
                              " WHERE number = 3"), {8}),
    "put in at the front": (sql("INSERT INTO entries SELECT 0, NULL, body, hash FROM entries"
                                " WHERE number = 3"), {0}),
    "put in, the rest moved": (sql("UPDATE entries SET number = -number WHERE number > 2",
                                   "UPDATE entries SET number = 1 - number WHERE number < 0",
                                   "INSERT INTO entries SELECT 3, NULL, body, hash FROM entries"
                                   " WHERE number = 4"), {3, 4, 5, 6, 7, 8}),
    # what lies apart
    "note": (sql("UPDATE details SET note = 'said something else' WHERE number = 3"), {3}),
    "note dropped": (sql("UPDATE details SET note = NULL WHERE number = 3"), {3}),
    "note of an undoing": (sql("UPDATE details SET note = 'no slip' WHERE number = 6"), {6}),
    "note no UTF-8": (sql("UPDATE details SET note = CAST(x'ff' AS TEXT) WHERE number = 3"), {3}),
    "salt": (sql("UPDATE details SET salt = replace(salt, '0', '1') || '0' WHERE number = 5"), {5}),
    "nonce": (sql("UPDATE details SET nonce = '00' WHERE number = 5"), {5}),
    "nonce no hexadecimal": (sql("UPDATE details SET nonce = 'lol' WHERE number = 5"), {5}),
    "details gone without a purge": (sql("DELETE FROM details WHERE number = 3"), {3}),
    "details back after a purge": (sql("INSERT INTO details SELECT 1, nonce, note, salt"
                                       " FROM details WHERE number = 3"), {1}),
    "details swapped": (sql("UPDATE details SET number = 99 WHERE number = 3",
                            "UPDATE details SET number = 3 WHERE number = 5",
                            "UPDATE details SET number = 5 WHERE number = 99"), {3, 5}),
    "details of no entry": (sql("INSERT INTO details SELECT 99, nonce, note, salt"
                                " FROM details WHERE number = 3"), {99}),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_tampering_is_found_and_named(path: Path, kind: str) -> None:
    tamper, named = KINDS[kind]
    problems = edit(path, tamper).problems
    assert problems
    found = {problem.number for problem in problems}
    assert found >= named if kind in {"put in, the rest moved"} else found == named, problems


@pytest.mark.parametrize("kind", KINDS)
def test_no_command_reads_on_in_a_broken_chain(path: Path, kind: str) -> None:
    """What a reader would be misled by is refused by every one of them, not by `verify` alone.

    A key matters to imports alone, and what is merely missing misleads nobody.
    """
    tamper, _ = KINDS[kind]
    if kind.startswith("key") or kind in {
        "details gone without a purge", "details back after a purge", "details of no entry",
    }:  # fmt: skip
        return
    edit(path, tamper)
    with Ledger.open(path) as ledger, pytest.raises((SourceError, ConfigError)):
        list(ledger.verdicts())


@pytest.mark.parametrize("number", range(1, 8))
@pytest.mark.parametrize("column", ["key", "body", "hash"])
def test_every_column_of_every_entry_counts(path: Path, number: int, column: str) -> None:
    change = f"UPDATE entries SET {column} = coalesce({column}, '') || ' ' WHERE number = {number}"
    assert number in {problem.number for problem in edit(path, sql(change)).problems}


@pytest.mark.parametrize("number", range(3, 7))
@pytest.mark.parametrize("column", ["nonce", "note", "salt"])
def test_every_column_of_what_lies_apart_counts(path: Path, number: int, column: str) -> None:
    change = f"UPDATE details SET {column} = coalesce({column}, '') || '00' WHERE number = {number}"
    assert {problem.number for problem in edit(path, sql(change)).problems} == {number}


def test_a_trigger_that_is_gone_is_found(path: Path) -> None:
    (problem,) = edit(path, sql(), quietly=False).problems
    assert problem.number == 0
    assert "altered" in problem.what


def test_the_triggers_keep_entries_from_change(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in (
            "UPDATE entries SET body = '' WHERE number = 1",
            "DELETE FROM entries WHERE number = 1",
            "UPDATE details SET note = '' WHERE number = 3",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement)


# What a chain cannot show by itself


def test_a_cut_tail_shows_by_a_head_noted_elsewhere(path: Path) -> None:
    head = verify(path).head
    cut = sql("DELETE FROM entries WHERE number = 7", "DELETE FROM entries WHERE number = 6",
              "DELETE FROM details WHERE number = 6",
              "INSERT INTO details SELECT 1, nonce, note, salt FROM details WHERE 0")  # fmt: skip
    proof = edit(path, cut)
    assert {problem.number for problem in proof.problems} == {1, 2}, "their purge was cut off"
    assert 0 in {problem.number for problem in verify(path, head).problems}


def test_a_cut_tail_alone_is_not_seen_without_it(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.add([verdict(9)])
    head = verify(path).head
    cut = sql("DELETE FROM entries WHERE number = 8", "DELETE FROM details WHERE number = 8")
    assert edit(path, cut).problems == ()
    (problem,) = verify(path, head).problems
    assert "cut off or rewritten" in problem.what


def test_a_rewritten_ledger_shows_by_a_head_noted_elsewhere(path: Path) -> None:
    head = verify(path).head
    with Ledger.open(path) as ledger:
        kept = [e.content for e in ledger.entries() if isinstance(e.content, Verdict)]
    path.unlink()
    with Ledger.open(path, create=True) as ledger:
        ledger.add(kept[1:])
    assert verify(path).problems == ()
    (problem,) = verify(path, head).problems
    assert problem.number == 0


def test_a_head_noted_before_later_entries_still_holds(path: Path) -> None:
    head = verify(path).head
    with Ledger.open(path) as ledger:
        ledger.add([verdict(9)])
    assert verify(path, head).problems == ()
    assert verify(path).head != head


# The file itself


def unproven(path: Path) -> bool:
    """Whether `verify` names a problem, or cannot read the file and says so."""
    try:
        return bool(verify(path).problems)
    except SourceError:
        return True


def test_a_file_cut_short_is_never_proven(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.add([verdict(number, note="x" * 3000) for number in range(10, 30)])
    whole = path.read_bytes()
    for size in [*range(0, len(whole), 4096), 1, 99, 100, len(whole) - 1]:
        path.write_bytes(whole[:size])
        assert unproven(path), f"cut to {size} of {len(whole)} bytes"


def test_bytes_of_entries_changed_in_the_file_are_found(path: Path) -> None:
    whole = path.read_bytes()
    for part in (b'"verdict":"abusive"', b'"reviewer":"Ann"', b'"undoes":4', b'"kind":"purge"'):
        assert part in whole
        for at in range(len(part)):
            changed = bytearray(whole)
            changed[whole.index(part) + at] ^= 1
            path.write_bytes(changed)
            assert unproven(path), part
