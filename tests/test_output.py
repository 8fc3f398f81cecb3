import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from doubles import finding
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from making import message

import moderator
from moderator import output
from moderator.pipeline import Judged
from moderator.policy import Verdict
from moderator.records import CATEGORIES, Action, BadRow, Finding, Severity, Unscored

SCHEMA = json.loads(
    (Path(moderator.__file__).parent / "schemas" / "flagged.schema.json").read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
VERDICT = Verdict(True, Severity.high, Action.hide, ("insult",))


def judged(*findings: Finding, **changes: Any) -> Judged:
    plain = Judged(message("you idiot", 3), findings or (finding(),), VERDICT, {}, ())
    return replace(plain, **changes)


def written(one: Judged) -> dict[str, Any]:
    return orjson.loads(output.line(output.flagged_record(one)))


def test_the_schema_is_itself_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_fields_stand_in_the_order_of_the_schema() -> None:
    record = output.flagged_record(judged())
    assert list(record) == SCHEMA["required"]
    assert list(SCHEMA["properties"]) == [*SCHEMA["required"], "sample"]
    of_finding = SCHEMA["properties"]["findings"]["items"]
    (one,) = record["findings"]
    assert list(one) == list(of_finding["properties"]) == of_finding["required"]


def test_a_record_says_who_what_and_why() -> None:
    by_model = finding(
        rule=None, label="threat", category="threat", classifier="m", version="2", score=0.9321,
        threshold=0.9, span=None, match=None, words=("find", "you"),
    )  # fmt: skip
    one = judged(
        finding(span=(4, 9), match="idiot"),
        by_model,
        message=replace(message("you idiot", 3), pinned=True, is_edited=None),
        scores={"m": {"threat": 0.9321, "insult": 0.1}},
        unscored=(Unscored("other", "language: de"),),
        before=(message("hi", 1), message("hey", 2)),
    )
    record = written(one)
    VALIDATOR.validate(record)
    assert (record["pinned"], record["isEdited"]) == (True, None)
    assert (record["flagged"], record["severity"], record["action"]) == (True, "high", "hide")
    assert record["findings"][0]["span"] == [4, 9]
    assert record["findings"][1]["words"] == ["find", "you"]
    assert record["scores"] == {"m": {"threat": 0.9321, "insult": 0.1}}
    assert record["unscored"] == [{"classifier": "other", "reason": "language: de"}]
    assert [near["payload"] for near in record["context"]["before"]] == ["hi", "hey"]
    assert record["context"]["after"] == []


def test_a_line_is_one_line_whatever_is_in_it() -> None:
    hostile = "a\nb\r\n\u2028\u0085\x00\x1b[31m\"'=1+1"
    line = output.line(output.flagged_record(judged(message=message(hostile))))
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert not any(byte < 0x20 for byte in line[:-1])
    assert orjson.loads(line)["payload"] == hostile


def test_what_is_not_flagged_can_be_written_too() -> None:
    held = judged(verdict=Verdict(False, Severity.low, Action.record, ("insult",)))
    record = written(held)
    VALIDATOR.validate(record)
    assert (record["flagged"], record["action"]) == (False, "record")


def test_scores_hold_no_text() -> None:
    one = judged(scores={"m": {"insult": 0.5}}, message=message("secret words", 3, name="Ann"))
    record = output.scores_record(one)
    assert record == {
        "sessionId": "s1",
        "id": "m3",
        "participantId": "p1",
        "flagged": True,
        "rules": ["test.rule"],
        "scores": {"m": {"insult": 0.5}},
    }


def test_an_unscored_message_says_which_and_why() -> None:
    record = output.unscored_record(judged(unscored=(Unscored("m", "language: de"),)))
    assert record["payload"] == "you idiot"
    assert record["unscored"] == [{"classifier": "m", "reason": "language: de"}]


def test_a_rejected_row_says_where_and_why() -> None:
    assert output.reject_record(BadRow(7, "3 columns instead of 10", "a,b,c")) == {
        "line": 7,
        "reason": "3 columns instead of 10",
        "raw": "a,b,c",
    }


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
SCORE = st.floats(0, 1, allow_nan=False).map(lambda score: round(score, 4))
FINDINGS = st.builds(
    finding,
    category=st.sampled_from(CATEGORIES),
    severity=st.sampled_from([severity.name for severity in Severity]),
    score=SCORE,
    threshold=SCORE,
    field=st.sampled_from(["payload", "displayName"]),
    match=st.none() | TEXT,
    words=st.none() | st.lists(TEXT).map(tuple),
    guard=st.none() | TEXT,
    messages=st.none() | st.lists(TEXT).map(tuple),
)
MESSAGES = st.builds(
    lambda payload, name, flag: replace(message(payload, name=name), pinned=flag),
    TEXT,
    TEXT,
    st.sampled_from([True, False, None]),
)


@given(MESSAGES, st.lists(FINDINGS, min_size=1, max_size=3), st.lists(MESSAGES, max_size=2))
def test_every_record_fits_the_schema_and_comes_back(
    sent: Any, findings: list[Finding], near: list[Any]
) -> None:
    one = judged(*findings, message=sent, before=tuple(near), scores={"m": {"insult": 0.25}})
    record = written(one)
    VALIDATOR.validate(record)
    assert (record["payload"], record["displayName"]) == (sent.payload, sent.display_name)
    assert [back["score"] for back in record["findings"]] == [each.score for each in findings]
    assert [back["payload"] for back in record["context"]["before"]] == [m.payload for m in near]


@pytest.mark.parametrize("name", ["flagged", "severity", "findings", "context"])
def test_the_schema_misses_no_missing_field(name: str) -> None:
    record = written(judged())
    del record[name]
    assert not VALIDATOR.is_valid(record)


def test_the_schema_takes_no_unknown_field() -> None:
    assert not VALIDATOR.is_valid({**written(judged()), "extra": 1})
    lines = [output.line(output.flagged_record(judged())) for _ in range(3)]
    assert all(one == other for one, other in pairwise(lines))
