import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from making import message, ruleset

import moderator
from moderator.errors import SourceError
from moderator.output import line
from moderator.records import BadRow, Message
from moderator.review.sample import Plan, draw, plan
from moderator.review.strata import FEWEST, STRATA, allocate, flagging_thresholds, stratum

RULES = ruleset("")
THRESHOLDS = flagging_thresholds(RULES)
SCHEMA = Path(moderator.__file__).parent / "schemas" / "flagged.schema.json"


def score_line(number: int, insult: float = 0.01, **changes: Any) -> dict[str, Any]:
    plain = {
        "sessionId": "s1", "id": f"m{number}", "participantId": "p1", "flagged": insult >= 0.6,
        "rules": [], "scores": {"m": {"insult": insult, "threat": 0.001}},
    }  # fmt: skip
    return {**plain, **changes}


def written(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_bytes(b"".join(map(line, lines)))
    return path


@pytest.mark.parametrize(
    ("scored", "name"),
    [
        (score_line(1, 0.3), "near"),
        (score_line(1, 0.2999), "middle"),
        (score_line(1, 0.06), "middle"),
        (score_line(1, 0.0599), "far"),
        (score_line(1, 0.01, rules=["obscene.swearing"]), "held"),
        (score_line(1, 0.7, flagged=False), "held"),
        (score_line(1, scores={}), "unscored"),
        (score_line(1, scores={}, rules=["contact.email"]), "held"),
        (score_line(1, scores={"m": {"some_label": 0.5}}), "near"),
        (score_line(1, scores={"m": {"insult": 0.01}, "n": {"threat": 0.4}}), "near"),
    ],
)
def test_strata_by_the_nearest_flag(scored: dict[str, Any], name: str) -> None:
    assert stratum(scored, THRESHOLDS) == name


def test_a_category_that_never_flags_has_no_threshold_to_come_near() -> None:
    body = RULES.categories["obscene"]
    recorded = replace(body, thresholds={min(body.actions): 0.2})
    rules = replace(RULES, categories={**RULES.categories, "obscene": recorded})
    assert "obscene" not in flagging_thresholds(rules)
    scored = score_line(1, scores={"m": {"obscene": 0.9, "insult": 0.01}})
    assert stratum(scored, flagging_thresholds(rules)) == "far"


populations = st.dictionaries(st.sampled_from(list(STRATA)), st.integers(1, 5_000), min_size=1)


@given(populations, st.integers(1, 800))
def test_allocation_draws_as_many_as_wanted_and_there_are(
    sizes: dict[str, int], wanted: int
) -> None:
    drawn = allocate(sizes, wanted)
    assert sum(drawn.values()) == min(wanted, sum(sizes.values()))
    assert all(0 <= drawn[name] <= size for name, size in sizes.items())
    if wanted >= FEWEST * len(sizes):
        assert all(drawn[name] >= min(FEWEST, size) for name, size in sizes.items())


def test_allocation_draws_more_of_what_came_near() -> None:
    sizes = {"near": 100, "middle": 1_000, "far": 20_000}
    drawn = allocate(sizes, 300)
    shares = [drawn[name] / sizes[name] for name in sizes]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 5 * shares[2]


def dump(count: int) -> list[Message]:
    return [message(f"text {number}", number, who=f"p{number % 7}") for number in range(count)]


def lines_of(messages: list[Message]) -> list[dict[str, Any]]:
    """Scores by number: a tenth near, a twentieth flagged."""
    return [
        score_line(number, 0.8 if number % 20 == 0 else 0.4 if number % 10 == 5 else 0.001)
        for number in range(len(messages))
    ]


def test_a_sample_holds_what_report_and_calibrate_need(tmp_path: Path) -> None:
    messages = dump(400)
    scores = written(tmp_path / "scores.jsonl", lines_of(messages))
    planned = plan(scores, RULES, wanted=60, seed=1)
    assert (planned.flagged, planned.messages) == (20, 400)
    assert planned.populations == {"near": 40, "far": 340}
    records = [orjson.loads(line(one)) for one in draw(messages, scores, planned)]
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    for record in records:
        validator.validate(record)
        number = int(record["id"][1:])
        assert number % 20 != 0
        assert record["sample"]["stratum"] == ("near" if number % 10 == 5 else "far")
        before = [one["id"] for one in record["context"]["before"]]
        after = [one["id"] for one in record["context"]["after"]]
        assert before == [f"m{at}" for at in range(max(number - 2, 0), number)]
        assert after == [f"m{at}" for at in range(number + 1, min(number + 3, 400))]
    assert len(records) == 60
    assert [one["id"] for one in records] == sorted(
        (one["id"] for one in records), key=lambda name: int(name[1:])
    )
    weights = sum(one["sample"]["weight"] for one in records)
    assert weights == pytest.approx(380)


def test_the_seed_decides(tmp_path: Path) -> None:
    scores = written(tmp_path / "scores.jsonl", lines_of(dump(400)))
    first, again, other = (plan(scores, RULES, wanted=50, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.chosen != other.chosen


def test_each_message_of_a_stratum_is_as_likely(tmp_path: Path) -> None:
    scores = written(tmp_path / "scores.jsonl", [score_line(number) for number in range(40)])
    drawn: Counter[int] = Counter()
    for seed in range(400):
        drawn.update(plan(scores, RULES, wanted=10, seed=seed).chosen.keys())
    assert set(drawn) == set(range(40))
    assert all(60 < count < 145 for count in drawn.values())  # 100 each, ±5 standard deviations


def test_what_a_scan_does_not_judge_is_passed_over(tmp_path: Path) -> None:
    first, second = message("a", 0), message("b", 1)
    rows = [
        BadRow(1, "broken", "x"),
        first,
        replace(first, line=9),  # a repeat
        replace(first, payload_type="IMAGE_MESSAGE", id="m7"),
        second,
    ]
    scores = written(tmp_path / "scores.jsonl", [score_line(0), score_line(1)])
    records = list(draw(rows, scores, plan(scores, RULES, wanted=9, seed=1)))
    assert [one["id"] for one in records] == ["m0", "m1"]
    assert [one["id"] for one in records[1]["context"]["before"]] == ["m0"]


def test_neighbours_are_of_the_same_session(tmp_path: Path) -> None:
    rows = [message("a", 0), replace(message("b", 1), session_id="s2"), message("c", 2)]
    lines = [score_line(0), score_line(1, sessionId="s2"), score_line(2)]
    scores = written(tmp_path / "scores.jsonl", lines)
    records = list(draw(rows, scores, plan(scores, RULES, wanted=3, seed=1)))
    assert records[1]["context"] == {"before": [], "after": []}
    assert [one["id"] for one in records[0]["context"]["after"]] == ["m2"]


@pytest.mark.parametrize("count", [3, 5])
def test_scores_of_another_dump_are_told(tmp_path: Path, count: int) -> None:
    scores = written(tmp_path / "scores.jsonl", [score_line(number) for number in range(4)])
    planned = plan(scores, RULES, wanted=4, seed=1)
    with pytest.raises(SourceError, match="does not list the messages of this dump"):
        list(draw(dump(count), scores, planned))


@pytest.mark.parametrize(
    "content", [b"x\n", b"{}\n", b"[]\n", b'{"id": "1", "sessionId": "s", "flagged": true}\n']
)
def test_what_is_no_line_of_scores_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "scores.jsonl"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"scores\.jsonl, line 1"):
        plan(path, RULES, wanted=5, seed=1)


def test_nothing_to_draw_is_an_empty_sample(tmp_path: Path) -> None:
    scores = written(tmp_path / "scores.jsonl", [])
    assert plan(scores, RULES, wanted=5, seed=1) == Plan(0, {}, {}, {})
    assert list(draw([], scores, Plan(0, {}, {}, {}))) == []
