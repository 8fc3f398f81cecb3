"""`rules diff` without the command line: changed messages, counts by rule, both as data."""

import io
from pathlib import Path

import pytest
from making import rule, ruleset
from server.scenario import dump

from moderator.comparison import Change, pair
from moderator.config import RuleSet
from moderator.errors import SourceError
from moderator.sources.target import Network
from moderator.workshop.difference import (
    Changed,
    Difference,
    compare,
    described,
    figures,
    record,
)

OLD = rule("terms", "[oaf, dolt]")
NEW = rule("terms", "[oaf, lout]")


def compared(folder: Path, *texts: str, rules: tuple[RuleSet, RuleSet] = (OLD, NEW)) -> tuple[
    Difference, list[Changed]
]:  # fmt: skip
    files = []
    for number, text in enumerate(texts):
        file = folder / f"{number}.csv"
        file.write_bytes(dump(3, text))
        files.append(str(file))
    difference = Difference(rules)
    pipelines = pair(*rules, [], context=0, words=False)
    return difference, list(compare(pipelines, files, Network(), io.BytesIO(), difference))


def test_what_changes_and_what_does_not(tmp_path: Path) -> None:
    difference, changed = compared(tmp_path, "you oaf", "you dolt", "you lout", "hello")
    assert [one.kind for one in changed] == [Change.dropped] * 3 + [Change.added] * 3
    assert difference.changes.judged == 12
    assert difference.by_rule() == {}
    assert list(figures(difference)) == [
        "6 of 12 verdicts change: 3 added, 3 dropped, 0 regraded, 0 recorded."
    ]


def test_counts_by_rule(tmp_path: Path) -> None:
    difference, _ = compared(tmp_path, "you dolt", "you oaf")
    assert difference.by_rule() == {"test.rule": (6, 3)}
    assert list(figures(difference))[:2] == [
        "caught by     old     new  change",
        "test.rule       6       3      -3",
    ]


def test_a_line_names_the_place_and_hides_the_text(tmp_path: Path) -> None:
    _, (first, *_) = compared(tmp_path, "you dolt")
    line = described(first, show=False)
    place = f"{tmp_path / '0.csv'}, line 2: dropped: medium review -> clean (-test.rule): "
    assert line == f"{place}'y** d***'"
    assert described(first, show=True) == f"{place}'you dolt'"


def test_what_concerns_children_is_withheld(tmp_path: Path) -> None:
    child = "hits: [x]\n    misses: [x]\n"
    body = (
        "rules:\n  - id: c\n    kind: terms\n    category: child_safety\n    severity: critical\n"
        f"    terms: [oaf]\n    {child}"
    )
    _, (first, *_) = compared(tmp_path, "you oaf", rules=(NEW, ruleset(body)))
    assert described(first, show=False).endswith(": (withheld)")


def test_as_data(tmp_path: Path) -> None:
    difference, changed = compared(tmp_path, "you lout")
    one = record(changed[0], show=False)
    assert "payload" not in one
    assert record(changed[0], show=True)["payload"] == "you lout"
    assert (one["change"], one["line"], one["old"]["flagged"]) == ("added", 2, False)
    assert one["new"] == {
        "flagged": True, "severity": "medium", "action": "review", "categories": ["insult"],
        "sources": ["test.rule"],
    }  # fmt: skip
    whole = difference.as_json([one])
    assert whole["judged"] == 3
    assert whole["changes"] == {"added": 3, "dropped": 0, "regraded": 0, "recorded": 0}
    assert whole["byRule"] == {"test.rule": {"old": 0, "new": 3}}
    assert whole["old"]["sha256"] == OLD.sha256
    assert whole["messages"] == [one]


def test_a_dump_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("name,text\r\nAnn,hello\r\n", encoding="utf-8")
    difference = Difference((OLD, NEW))
    with pytest.raises(SourceError, match="no chat dump"):
        list(compare(pair(OLD, NEW, []), [str(tmp_path / "x.csv")], Network(), io.BytesIO(),
            difference))  # fmt: skip
