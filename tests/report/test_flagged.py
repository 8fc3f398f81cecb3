"""Flagged files: what is read, and the one sentence for what is not."""

import io
import json
from typing import Any

import pytest
from report.flags import finding, flag, unscored

from moderator.errors import SourceError
from moderator.report.flagged import count_reasons, read_flagged, read_unscored


def stream(*lines: dict[str, Any] | str) -> io.BytesIO:
    parts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return io.BytesIO("\n".join(parts).encode())


def test_records_come_as_they_stand() -> None:
    records = [flag("one", 1), flag("two\u2028lines", 2)]
    assert list(read_flagged(stream(*records), "f")) == records


def test_blank_lines_and_a_byte_order_mark_are_passed_over() -> None:
    lines = io.BytesIO(b"\xef\xbb\xbf" + json.dumps(flag()).encode() + b"\n\n  \n")
    assert len(list(read_flagged(lines, "f"))) == 1


def test_half_a_character_becomes_one_that_can_be_shown() -> None:
    line = json.dumps(flag("ab")).replace('"ab"', '"a\\ud83d b \\ude00 \\ud83d\\ude00"')
    (record,) = read_flagged(stream(line), "f")
    assert record["payload"] == "a\ufffd b \ufffd 😀"


def test_what_a_newer_version_adds_passes() -> None:
    record = flag(findings=[finding("something_new")]) | {"language": "es"}
    assert list(read_flagged(stream(record), "f")) == [record]


def test_removed_text_is_none() -> None:
    (record,) = read_flagged(stream(flag() | {"payload": None}), "f")
    assert record["payload"] is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("not json", "f, line 2: this is not JSON"),
        ("[1]", "f, line 2: a JSON object is needed"),
        ("{}", "f, line 2: the field 'sessionId'"),
        (unscored("hola", 3), "the field 'categories'"),
        (flag() | {"severity": "grave"}, "the field 'severity'"),
        (flag() | {"action": "burn"}, "the field 'action'"),
        (flag() | {"payload": 7}, "the field 'payload'"),
        (flag() | {"flagged": "yes"}, "the field 'flagged'"),
        (flag() | {"unscored": [{}]}, "the field 'unscored'"),
        (flag() | {"context": []}, "the field 'context'"),
        (flag() | {"context": {"before": [{}], "after": []}}, "the field 'context'"),
        (flag(findings=[finding(score=2)]), "the field 'findings'"),
        (flag(findings=[finding(score=True)]), "the field 'findings'"),
        (flag(findings=[finding(span=[3, 1])]), "the field 'findings'"),
        (flag(findings=[finding(span=[-1, 1])]), "the field 'findings'"),
        (flag(findings=[finding(words="ab")]), "the field 'findings'"),
        (flag(findings=[finding(guard=1)]), "the field 'findings'"),
        ("[" * 100_000, "this is not JSON"),
    ],
)
def test_a_bad_line_is_named(line: dict[str, Any] | str, said: str) -> None:
    with pytest.raises(SourceError) as caught:
        list(read_flagged(stream(flag(), line), "f"))
    assert said in str(caught.value)
    assert "muppet" not in str(caught.value)


def test_unscored_lines() -> None:
    line = unscored("hola", 3)
    assert list(read_unscored(stream(line), "u")) == [line]


def test_rejects_are_counted_by_reason() -> None:
    lines = [{"line": 1, "reason": "no id", "raw": "x"}] * 2 + [{"reason": "cut"}]
    assert count_reasons(stream(*lines), "r") == {"no id": 2, "cut": 1}
    with pytest.raises(SourceError, match="r, line 1"):
        count_reasons(stream({}), "r")
