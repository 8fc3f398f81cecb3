"""Several scans joined, with what lies beside their files."""

import io
import json
from pathlib import Path

import pytest
from report.flags import flag, summary, unscored, write

from moderator.errors import SourceError
from moderator.report.inputs import Joined, read


def joined(*paths: Path | str) -> Joined:
    return read([str(path) for path in paths], io.BytesIO())


def test_companions_are_found_by_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [flag()])
    (tmp_path / "a.summary.json").write_text(json.dumps(summary(read=7)))
    write(tmp_path / "a.unscored.jsonl", [unscored("hola", 9)])
    write(tmp_path / "a.rejects.jsonl", [{"line": 3, "reason": "no id", "raw": ""}])
    found = joined(path)
    (source,) = found.sources
    assert source.summary is not None
    assert source.summary["read"] == 7
    assert source.rejects == {"no id": 1}
    assert source.unscored_known
    assert [one["payload"] for one in found.unscored] == ["hola"]


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    (source,) = joined(write(tmp_path / "a.jsonl", [flag()])).sources
    assert (source.summary, source.rejects, source.unscored_known) == (None, None, False)


def test_a_record_that_stands_twice_is_one(tmp_path: Path) -> None:
    one = write(tmp_path / "a.jsonl", [flag("x", 1), flag("y", 2)])
    two = write(tmp_path / "b.jsonl", [flag("y", 2), flag("z", 3)])
    found = joined(one, two)
    assert [record["payload"] for record in found.records] == ["x", "y", "z"]
    assert found.repeats == 1


def test_two_versions_of_a_message_are_two(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [flag("x", 1), flag("x, edited", 1)])
    assert len(joined(path).records) == 2


def test_a_message_that_is_flagged_is_not_listed_as_unscored_again(tmp_path: Path) -> None:
    record = flag("x", 1) | {"unscored": [{"classifier": "m", "reason": "language: es"}]}
    path = write(tmp_path / "a.jsonl", [record])
    write(tmp_path / "a.unscored.jsonl", [unscored("x", 1), unscored("y", 2)])
    assert [one["payload"] for one in joined(path).unscored] == ["y"]


def test_a_star_names_companions_too(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [flag()])
    aside = write(tmp_path / "a.unscored.jsonl", [unscored("hola", 9)])
    rejects = write(tmp_path / "a.rejects.jsonl", [])
    assert len(joined(path, rejects, aside).sources) == 1
    with pytest.raises(SourceError, match="'categories'"):
        joined(aside)


def test_standard_input() -> None:
    stdin = io.BytesIO(json.dumps(flag()).encode())
    found = read(["-"], stdin)
    assert found.sources[0].name == "standard input"
    assert len(found.records) == 1


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        joined(tmp_path / "none.jsonl")
    path = write(tmp_path / "a.jsonl", [flag()])
    (tmp_path / "a.summary.json").write_text("{")
    with pytest.raises(SourceError, match=r"summary\.json is not JSON"):
        joined(path)


def test_titles(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{name}.jsonl", []) for name in "abcde"]
    assert joined(paths[0]).title() == "a"
    assert joined(*paths).title() == "a, b, c and 2 more"
