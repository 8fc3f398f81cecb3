"""Systems over labelled rows: what is counted, what is masked, and what is left unscored."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import orjson
import pytest

from moderator.classifiers.base import Classifier, Result
from moderator.classifiers.remembering import remembering
from moderator.config import load
from moderator.errors import ClassifierError, ConfigError, SourceError
from moderator.evaluation.figures import Json
from moderator.evaluation.readers import Fields
from moderator.evaluation.run import measure
from moderator.evaluation.systems import RULES, System, build, default_names
from moderator.evaluation.table import WIDTH, render
from moderator.policy import Policy
from moderator.records import CATEGORIES, Action, Assessment, Finding, Severity, Unscored

RULESET = load()


class Table:
    """Scores that a test wrote down; a text that is not among them cannot be scored."""

    name = "table"
    version = "1"

    def __init__(self, scores: Mapping[str, Mapping[str, float]]) -> None:
        self._scores = scores
        self.calls = 0

    def classify(self, texts: Sequence[str]) -> list[Result]:
        self.calls += 1
        return [
            Assessment(scores=self._scores[text])
            if text in self._scores
            else Unscored(self.name, "language: xx")
            for text in texts
        ]


class Words:
    """Flags texts that hold "bad"."""

    name = RULES
    version = "1"

    def classify(self, texts: Sequence[str]) -> list[Result]:
        finding = Finding(
            RULES, "1", "bad-word", None, "insult", Severity.medium, 1.0, 1.0, span=(0, 3)
        )
        return [Assessment((finding,) if "bad" in text else ()) for text in texts]


def system(name: str, *classifiers: Classifier) -> System:
    return System(name, classifiers, RULESET)


def rows(path: Path, *given: Json) -> Path:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in given))
    return path


def report(systems: Sequence[System], *files: Path, by: str | None = None) -> Json:
    return measure(systems, files, Fields(), by)


def test_side_by_side(tmp_path: Path) -> None:
    table = Table(
        {
            "bad one": {"toxicity": 0.2, "threat": 0.1},
            "subtle": {"toxicity": 0.99, "threat": 0.3},
            "fine": {"toxicity": 0.1, "threat": 0.95},
            "meh": {"toxicity": 0.05, "obscene": 0.99, "threat": 0.0},
        }
    )
    path = rows(
        tmp_path / "x.jsonl",
        {"text": "bad one", "flagged": True, "by_model": False},
        {"text": "subtle", "flagged": True},
        {"text": "fine", "flagged": False},
        {"text": "meh", "flagged": False},
        {"text": "ksenos", "flagged": True},
    )
    systems = [system("rules", Words()), system("m", table), system("rules+m", Words(), table)]
    overall = report(systems, path)["overall"]

    def cells(name: str) -> list[int]:
        found = overall[name]
        return [found[key] for key in ("true_flags", "false_flags", "missed", "passed", "unscored")]

    assert cells("rules") == [1, 0, 2, 2, 0]
    assert cells("m") == [1, 1, 1, 2, 1]  # "bad one" is not for models alone
    assert cells("rules+m") == [2, 1, 1, 1, 1]
    assert overall["rules"]["auc"] is None
    # m: 0.99 against 0.2, 0.95, 0.05, for obscene does not flag; with rules 1 and .99 on top.
    assert overall["m"]["auc"]["value"] == 1.0
    assert overall["rules+m"]["auc"]["value"] == 1.0
    assert overall["m"]["coverage"] == 0.8
    assert overall["m"]["calibration"]["rows"] == 4
    assert "calibration" not in overall["rules+m"]


def test_a_label_is_ranked_by_its_own_score_and_unknown_is_masked(tmp_path: Path) -> None:
    table = Table(
        {
            "a": {"toxicity": 0.6, "spam": 0.1},
            "b": {"toxicity": 0.5, "spam": 0.99},
            "c": {"toxicity": 0.7, "spam": 0.2},
        }
    )
    path = rows(
        tmp_path / "x.jsonl",
        {"text": "a", "labels": {"toxicity": 1}},
        {"text": "b", "labels": {"toxicity": 0, "spam": 1}},
        {"text": "c", "labels": {"spam": 0}},
    )
    found = report([system("m", table)], path)
    assert found["without_verdict"] == 1
    overall = found["overall"]["m"]
    assert (overall["rows"], overall["auc"]["value"]) == (2, 1.0)
    assert overall["labels"]["spam"]["rows"] == 2
    assert overall["labels"]["spam"]["auc"]["value"] == 1.0
    assert overall["labels"]["toxicity"]["short"]["rows"] == 2


def test_groups(tmp_path: Path) -> None:
    first = rows(
        tmp_path / "one.jsonl",
        {"text": "bad", "flagged": True, "source": "s", "group": "g"},
        {"text": "ok", "flagged": False},
    )
    second = rows(tmp_path / "two.jsonl", {"text": "bad", "flagged": False, "source": "s"})
    systems = [system("rules", Words())]

    def sizes(by: str | None) -> dict[str, int]:
        groups = report(systems, first, second, by=by)["groups"]
        return {name: found["rules"]["rows"] for name, found in groups.items()}

    assert sizes(None) == {"s": 2, "one": 1}
    assert sizes("source") == {"s": 2, "one": 1}
    assert sizes("function") == {"one": 2, "two": 1}
    assert sizes("group") == {"g": 1, "none": 2}
    sets = report(systems, first, second)["sets"]
    assert {name: found["rules"]["false_flags"] for name, found in sets.items()} == {
        str(first): 0,
        str(second): 1,
    }


def test_each_classifier_judges_a_batch_once(tmp_path: Path) -> None:
    scores = {f"text {number}": {"toxicity": 0.5} for number in range(3000)}
    given: list[Json] = [{"text": text, "flagged": "7" in text} for text in scores]
    path = rows(tmp_path / "x.jsonl", *given)
    alone, table = Table(scores), Table(scores)
    report([system("m", alone)], path)
    shared = remembering(table)
    systems = [system("m", shared), system("rules+m", Words(), shared), system("m again", shared)]
    overall = report(systems, path)["overall"]
    assert 1 < table.calls == alone.calls
    assert overall["m"] == overall["m again"]


def test_tables_fit_and_name_what_is_missing(tmp_path: Path) -> None:
    table = Table({"fine": dict.fromkeys(CATEGORIES, 0.123), "bad": {"toxicity": 0.9}})
    systems = [system("a model with quite a long name", table), system("rules", Words())]
    lines = list(
        render(
            report(
                systems,
                rows(
                    tmp_path / ("long" * 20 + ".jsonl"),
                    *[{"text": "fine", "flagged": False}] * 2000,
                    {"text": "bad", "flagged": True, "source": "a\x1b[31mb"},
                    {"text": "other", "flagged": True, "source": "x" * 90},
                ),
            )
        )
    )
    assert [line for line in lines if len(line) > WIDTH] == []
    assert not any("\x1b" in line for line in lines)
    assert any("no score for 1 of 2,002" in line for line in lines)
    assert any("calibration error" in line for line in lines)


def test_no_rows_and_a_broken_classifier(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there are no rows"):
        report([system("rules", Words())], rows(tmp_path / "x.jsonl"))

    class Broken(Table):
        def classify(self, texts: Sequence[str]) -> list[Result]:
            raise RuntimeError

    path = rows(tmp_path / "y.jsonl", {"text": "a", "flagged": True})
    with pytest.raises(ClassifierError, match="failed on every one"):
        report([system("broken", Broken({}))], path)


def test_names_of_systems() -> None:
    assert default_names(["m", "n"]) == ["rules", "m", "rules+m", "n", "rules+n"]
    assert default_names(["none"]) == ["rules"]
    for name in ("rules+rules", "rules+", ""):
        with pytest.raises(ConfigError, match="cannot be read"):
            build([name], RULESET)
    with pytest.raises(ConfigError, match="not known"):
        build(["rules+nonsense"], RULESET)
    (rules,) = build(["rules", "rules"], RULESET)
    assert rules.by_rules
    assert not rules.models


def test_what_flags_is_the_policys_own() -> None:
    def labels() -> Iterator[str]:
        for label in CATEGORIES:
            policy = Policy(RULESET)
            found = policy.findings("m", "1", {label: 1.0})
            if any(policy.action(finding) > Action.record for finding in found):
                yield label

    rules = system("rules", Words())
    assert [label for label in CATEGORIES if rules.flags(label)] == list(labels())
    assert not rules.flags("obscene")
    assert rules.flags("toxicity")
