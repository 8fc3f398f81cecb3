"""A verdict as a line of JSON: what is read, what is refused, and that nothing is lost."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review.lines import CANARY, line

from moderator.review.verdicts import (
    ACTIONS,
    VERDICTS,
    BrokenLine,
    NotAVerdict,
    Verdict,
    from_jsonl,
    parse,
    to_line,
)

NOTES = st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(str.strip)


@given(
    note=NOTES,
    verdict=st.sampled_from(VERDICTS),
    action=st.none() | st.sampled_from(ACTIONS),
    custom=st.none() | st.just("user-7"),
)
def test_a_line_comes_back(note: str | None, verdict: str, action: str | None, custom: Any) -> None:
    read = parse(line(note=note, verdict=verdict, action=action, customParticipantId=custom))
    assert (read.note or "", read.verdict, read.action) == (note or "", verdict, action)
    assert parse(json.loads(json.dumps(to_line(read)))) == read


@pytest.mark.parametrize(
    ("at", "wanted"),
    [
        ("2026-06-10T10:00:00Z", "2026-06-10T10:00:00.000Z"),
        ("2026-06-10T12:00:00.1239+02:00", "2026-06-10T10:00:00.123Z"),
    ],
)
def test_times_are_of_one_form(at: str, wanted: str) -> None:
    assert parse(line(at=at)).at == wanted


def test_what_is_not_known_is_passed_over() -> None:
    assert "later" not in to_line(parse(line(later="version")))


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"verdict": "rude"}, "verdict has to be one of abusive, not_abusive, unsure"),
    ({"verdict": None}, "verdict has to be a text"),
    ({"action": "shoot"}, "action has to be one of record, review"),
    ({"reviewer": "  "}, "reviewer has to be 1 to 200 characters"),
    ({"reviewer": "x" * 201}, "reviewer has to be 1 to 200 characters"),
    ({"recordId": "0" * 32}, "recordId does not belong to these ids"),
    ({"messageId": "m2"}, "recordId does not belong to these ids"),
    ({"recordId": 7}, "recordId has to be a text"),
    ({"recordHash": "AB"}, "recordHash has to be hexadecimal digits"),
    ({"recordHash": "abcd"}, "recordHash has to be 64"),
    ({"salt": "lol"}, "salt has to be hexadecimal digits"),
    ({"salt": "00"}, "salt has to be 64"),
    ({"note": 5}, "note has to be a text"),
    ({"note": "x" * 4001}, "note has more than 4000 characters"),
    ({"at": "yesterday"}, "at has to be an ISO time with an offset"),
    ({"at": "2026-06-10T10:00:00"}, "at has to be an ISO time with an offset"),
    ({"at": "0001-01-01T00:00:00+14:00"}, "at has to be an ISO time with an offset"),
    ({"at": "2999-01-01T00:00:00Z"}, "at lies in the future"),
    ({"record": None}, "record has to be a JSON object"),
    ({"record": {"categories": []}}, "findings has to be a list"),
    ({"record": {"categories": [CANARY], "findings": []}}, "categories may hold toxicity"),
    ({"record": {"categories": [["insult"]], "findings": []}}, "categories may hold toxicity"),
    ({"record": {"categories": [], "findings": [CANARY]}}, "a JSON object is needed"),
    ({"record": {"severity": "grim", "categories": [], "findings": []}}, "severity has to be"),
]


@pytest.mark.parametrize(("changes", "reason"), BROKEN, ids=lambda one: str(one)[:40])
def test_a_broken_line_is_named_without_its_text(changes: dict[str, Any], reason: str) -> None:
    lines = [json.dumps(line(**changes)).encode(), b"\n", json.dumps(line()).encode()]
    broken, whole = from_jsonl(lines, "v.jsonl")
    assert isinstance(whole, Verdict)
    assert isinstance(broken, BrokenLine)
    assert (broken.file, broken.line) == ("v.jsonl", 1)
    assert reason in broken.reason
    assert CANARY not in broken.reason


@pytest.mark.parametrize("score", [-0.1, 1.1, True, "1", None])
def test_scores_are_probabilities(score: Any) -> None:
    changed = line()
    changed["record"]["findings"][0]["score"] = score
    with pytest.raises(NotAVerdict, match="score"):
        parse(changed)


@pytest.mark.parametrize("raw", [b"{", b'{"a": "\xff"}', b"[]", b"7", b'"x"'])
def test_what_is_no_json_object_is_broken(raw: bytes) -> None:
    (broken,) = from_jsonl([raw], "v.jsonl")
    assert isinstance(broken, BrokenLine)


def test_a_byte_order_mark_is_no_fault() -> None:
    (whole,) = from_jsonl([b"\xef\xbb\xbf" + json.dumps(line()).encode()], "v.jsonl")
    assert isinstance(whole, Verdict)
