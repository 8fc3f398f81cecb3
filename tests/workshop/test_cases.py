"""Labelled cases through the rules: read from files and folders, judged, counted."""

from pathlib import Path

import pytest
from making import rule

from moderator.errors import SourceError
from moderator.evaluation.metrics import Counts
from moderator.workshop.cases import Wrong, files_in, run_cases

OAF = rule("terms", "[oaf]")
ROWS = (
    '{"text": "you oaf", "flagged": true}\n{"text": "you dolt", "label": 1}\n'
    '{"text": "the oaf tree", "flagged": false}\n{"text": "hello", "label": 0}\n'
    '{"text": "unknown", "labels": {}}\n'
)


def test_verdicts_against_labels(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(ROWS, encoding="utf-8")
    counts, wrong = run_cases(OAF, [file])
    assert counts == {file: Counts(true_flags=1, false_flags=1, missed=1, passed=1)}
    assert wrong == [
        Wrong(file, "you dolt", True, ()),
        Wrong(file, "the oaf tree", False, ("test.rule",)),
    ]


def test_a_table_will_do(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('text,label\n"oaf, you",1\nhello,0\n', encoding="utf-8")
    counts, wrong = run_cases(OAF, [file])
    assert (counts[file].rows, wrong) == (2, [])


def test_folders_are_searched_by_name(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.csv", "deep/c.jsonl.gz", "README.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    found = [path.relative_to(tmp_path).as_posix() for path in files_in([tmp_path])]
    assert found == ["a.csv", "b.jsonl", "deep/c.jsonl.gz"]
    assert files_in([tmp_path / "README.md"]) == [tmp_path / "README.md"]


def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no case file; their names end in"):
        files_in([tmp_path])


def test_a_bad_row_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "x", "flagged": true}\n{"text": 3}\n', encoding="utf-8")
    with pytest.raises(SourceError, match=r"a\.jsonl, line 2"):
        run_cases(OAF, [file])
