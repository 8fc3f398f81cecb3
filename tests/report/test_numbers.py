"""The numbers on top of a report, and the sentences on what was not covered."""

import json
from pathlib import Path

from report.flags import flag, message, summary, unscored, write

from moderator.report.inputs import read
from moderator.report.numbers import Numbers, numbers


def of(*paths: Path) -> Numbers:
    with Path("/dev/null").open("rb") as nothing:
        return numbers(read([str(path) for path in paths], nothing))


def scanned(folder: Path, name: str, **counts: int) -> Path:
    (folder / f"{name}.summary.json").write_text(json.dumps(summary(**counts)))
    write(folder / f"{name}.unscored.jsonl", [unscored("hola", 9)])
    write(folder / f"{name}.rejects.jsonl", [])
    return write(folder / f"{name}.jsonl", [flag(number=len(name))])


def test_counts_are_summed_over_files(tmp_path: Path) -> None:
    found = of(scanned(tmp_path, "a", read=12, unscored=1), scanned(tmp_path, "bb", judged=8))
    assert (found.read, found.judged, found.unscored, found.other_types) == (22, 17, 1, 5)
    assert found.flagged == 2
    assert found.made_by == ("moderator 9 · rules default abababababab · model m 1",)


def test_one_unknown_makes_the_sum_unknown(tmp_path: Path) -> None:
    bare = write(tmp_path / "bare.jsonl", [flag(number=5)])
    found = of(scanned(tmp_path, "a"), bare)
    assert (found.read, found.judged, found.rejected, found.other_types) == (None,) * 4
    assert found.unscored is None
    assert any("No summary beside bare.jsonl" in gap for gap in found.gaps)
    assert any("No list of unscored messages beside bare.jsonl" in gap for gap in found.gaps)


def test_unscored_messages_are_told_by_reason(tmp_path: Path) -> None:
    path = scanned(tmp_path, "a")
    lines = [
        unscored("x", n, reason) for n, reason in enumerate(["language: es"] * 2 + ["timeout"])
    ]
    write(tmp_path / "a.unscored.jsonl", lines)
    assert "m could not judge 3 messages: language es 2; timeout 1." in of(path).gaps


def test_rejected_rows_are_told_by_reason(tmp_path: Path) -> None:
    path = scanned(tmp_path, "a")
    write(tmp_path / "a.rejects.jsonl", [{"reason": "no id"}])
    assert "1 row could not be read: no id 1." in of(path).gaps


def test_a_file_that_was_cut_is_noticed(tmp_path: Path) -> None:
    assert any("summary counts 40" in gap for gap in of(scanned(tmp_path, "a", flagged=40)).gaps)


def test_nothing_is_missing_where_nothing_is(tmp_path: Path) -> None:
    path = scanned(tmp_path, "a")
    write(tmp_path / "a.unscored.jsonl", [])
    assert of(path).gaps == ()


def test_sessions_reach_from_the_first_to_the_last_message_named(tmp_path: Path) -> None:
    early, late = message("hi", 2, at=-60), message("bye", 3, at=600)
    records = [flag(before=[early], after=[late]), flag(number=8, session="s2")]
    one, two = of(write(tmp_path / "a.jsonl", records)).sessions
    assert one.first is not None and one.last is not None
    assert (one.last - one.first).total_seconds() == 660
    assert (one.flagged, two.id) == (1, "s2")


def test_kinds_of_records_are_kept_apart(tmp_path: Path) -> None:
    held = flag(number=2, flagged=False, severity="low")
    drawn = flag(number=3, flagged=False, severity=None, findings=[])
    found = of(write(tmp_path / "a.jsonl", [flag(), held, drawn]))
    assert (found.flagged, found.held, found.sampled, found.participants) == (1, 1, 1, 1)


def test_a_sample_has_no_companions_to_miss(tmp_path: Path) -> None:
    drawn = flag(number=3, flagged=False, severity="low") | {"sample": {"weight": 2.0}}
    found = of(write(tmp_path / "a.jsonl", [drawn]))
    assert (found.held, found.sampled, found.gaps) == (0, 1, ())


def test_no_records_at_all(tmp_path: Path) -> None:
    found = of(write(tmp_path / "a.jsonl", []))
    assert (found.flagged, found.sessions) == (0, ())
