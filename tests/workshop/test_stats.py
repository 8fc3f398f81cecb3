"""What each rule caught: alone or not, held or not, by whom, when, and what reviewers said."""

from pathlib import Path

import orjson
import pytest
from making import message, ruleset
from review.judging import verdict, write

from moderator import output
from moderator.api import build
from moderator.errors import SourceError
from moderator.records import Message
from moderator.workshop.stats import tallied

RULES = ruleset(
    "rules:\n"
    "  - {id: oaf, kind: terms, category: insult, severity: medium, terms: [oaf], "
    "hits: [oaf], misses: [x]}\n"
    "  - {id: lout, kind: terms, category: insult, severity: medium, terms: [lout], "
    "hits: [lout], misses: [x]}\n"
    "  - {id: dolt, kind: terms, category: insult, severity: medium, terms: [dolt], "
    "hits: [dolt], misses: [x]}\n"
    "guards:\n"
    "  - {id: quote, categories: [insult], scope: after, "
    "patterns: [[{LOWER: she}, {LOWER: said}]], hits: [she said oaf], misses: [oaf]}\n"
    "  - {id: song, categories: [insult], scope: after, "
    "patterns: [[{LOWER: sings}]], hits: [sings oaf], misses: [oaf]}\n"
)


def at(text: str, number: int, who: str, day: int) -> Message:
    made = message(text, number, who)
    return Message(
        **{name: getattr(made, name) for name in Message.__slots__}
        | {"created_at": f"2026-06-{day:02}T10:00:00.000Z"}
    )


MESSAGES = [
    at("you oaf", 1, "p1", 10),
    at("oaf and lout", 2, "p2", 12),
    at("she said oaf", 3, "p3", 9),
    at("you lout", 4, "p2", 11),
]


def flagged(folder: Path) -> Path:
    path = folder / "flagged.jsonl"
    judged = build(RULES, ["none"]).moderate(MESSAGES)
    path.write_bytes(b"".join(output.line(output.flagged_record(one)) for one in judged))
    return path


def verdicts(folder: Path, said: dict[str, list[str]]) -> Path:
    sent = {one.id: one for one in MESSAGES}
    return write(
        folder / "verdicts.jsonl",
        [
            verdict(
                name, one, reviewer=f"r{number}", who=sent[name].participant_id,
                created=sent[name].created_at,
            )
            for name, all_said in said.items()
            for number, one in enumerate(all_said)
        ],
    )  # fmt: skip


def test_what_was_caught_by_whom_and_when(tmp_path: Path) -> None:
    counted, broken = tallied(RULES, [flagged(tmp_path)])
    oaf, lout = counted.caught()["oaf"], counted.caught()["lout"]
    assert (oaf.sort, oaf.messages, oaf.alone, oaf.held, len(oaf.participants)) == (
        "rule", 3, 1, 1, 3,
    )  # fmt: skip
    assert (oaf.first[:10], oaf.last[:10]) == ("2026-06-09", "2026-06-12")
    assert (lout.messages, lout.alone, len(lout.participants)) == (2, 1, 1)
    assert list(counted.caught()) == ["oaf", "lout", "quote"]
    assert (counted.records, counted.reviewed, broken) == (4, 0, [])


def test_guards_count_what_they_hold(tmp_path: Path) -> None:
    counted, _ = tallied(RULES, [flagged(tmp_path)])
    quote = counted.caught()["quote"]
    assert (quote.sort, quote.messages, quote.alone) == ("guard", 1, 1)


def test_what_never_fired(tmp_path: Path) -> None:
    counted, _ = tallied(RULES, [flagged(tmp_path)])
    assert counted.silent() == {"dolt": "rule", "song": "guard"}
    assert tallied(RULES, [])[0].silent()["oaf"] == "rule"


def test_several_files_add_up(tmp_path: Path) -> None:
    file = flagged(tmp_path)
    counted, _ = tallied(RULES, [file, file])
    assert (counted.records, counted.caught()["oaf"].messages) == (8, 6)


def test_what_reviewers_said(tmp_path: Path) -> None:
    said = {
        "m1": ["abusive", "abusive"], "m2": ["not_abusive"], "m3": ["not_abusive"],
        "m4": ["abusive", "not_abusive"],
    }  # fmt: skip
    counted, broken = tallied(RULES, [flagged(tmp_path)], verdicts(tmp_path, said))
    oaf, lout = counted.caught()["oaf"], counted.caught()["lout"]
    assert (counted.reviewed, broken) == (4, [])
    # What was held back did not flag: that verdict is the guard's.
    assert dict(oaf.reviewed) == {"abusive": 1, "not_abusive": 1}
    assert oaf.precision() is not None
    assert oaf.precision().value == 0.5
    assert dict(lout.reviewed) == {"not_abusive": 1, "unsure": 1}
    assert dict(counted.caught()["quote"].reviewed) == {"not_abusive": 1}


def test_lines_that_are_no_verdict_are_told(tmp_path: Path) -> None:
    path = verdicts(tmp_path, {"m1": ["abusive"]})
    with path.open("a", encoding="utf-8") as file:
        file.write("{}\nnothing\n")
    _, broken = tallied(RULES, [flagged(tmp_path)], path)
    assert [line.line for line in broken] == [2, 3]


def test_as_data(tmp_path: Path) -> None:
    counted, _ = tallied(RULES, [flagged(tmp_path)], verdicts(tmp_path, {"m1": ["abusive"]}))
    data = counted.as_json()
    assert data["caught"]["oaf"] == {
        "sort": "rule", "messages": 3, "alone": 1, "held": 1, "participants": 3,
        "first": "2026-06-09T10:00:00.000Z", "last": "2026-06-12T10:00:00.000Z",
        "abusive": 1, "not_abusive": 0, "unsure": 0,
        "precision": list(counted.caught()["oaf"].precision()),
    }  # fmt: skip
    assert data["silent"] == {"dolt": "rule", "song": "guard"}
    assert orjson.dumps(data)


def test_a_file_that_is_something_else(tmp_path: Path) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text('{"line": 3}\n', encoding="utf-8")
    with pytest.raises(SourceError, match=r"other\.jsonl, line 1"):
        tallied(RULES, [path])
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        tallied(RULES, [tmp_path / "absent.jsonl"])
