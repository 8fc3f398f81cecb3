"""rules.yaml as settings, and complaints that name file, line and key."""

from pathlib import Path

import pytest

from moderator.config import load
from moderator.errors import ConfigError
from moderator.records import CATEGORIES, CHILD_SAFETY, Action, Severity

HEAD = "version: 1\ncategories:\n" + "".join(
    f"  {name}: {{thresholds: {{medium: 0.9}}, "
    "actions: {low: record, medium: review, high: hide, critical: escalate}}\n"
    for name in CATEGORIES
)
RULE = """rules:
  - id: insult.plain
    kind: terms
    category: insult
    severity: medium
    terms: [you idiot]
    hits: [you idiot]
    misses: [the novel by Dostoevsky]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_default_is_worth_running() -> None:
    ruleset = load()
    assert set(ruleset.categories) == set(CATEGORIES)
    assert sum(len(rule.terms) for rule in ruleset.rules) >= 250
    assert sum(len(rule.tokens) + len(rule.regexes) for rule in ruleset.rules) >= 60


def test_a_file_as_settings(tmp_path: Path) -> None:
    ruleset = load(write(tmp_path, HEAD + RULE))
    (rule,) = ruleset.rules
    assert (rule.id, rule.severity, rule.terms) == ("insult.plain", Severity.medium, ("you idiot",))
    assert ruleset.categories["insult"].thresholds == {Severity.medium: 0.9}
    assert ruleset.categories["insult"].actions[Severity.critical] is Action.escalate


def test_what_concerns_children_needs_no_words(tmp_path: Path) -> None:
    text = "".join(line for line in HEAD.splitlines(True) if CHILD_SAFETY not in line)
    policy = load(write(tmp_path, text + RULE)).categories[CHILD_SAFETY]
    assert set(policy.actions.values()) == {Action.escalate}


def test_words_stay_words(tmp_path: Path) -> None:
    text = HEAD + RULE.replace("[you idiot]\n    hits", "[no, on, 1e3, ~x]\n    hits")
    assert load(write(tmp_path, text)).rules[0].terms == ("no", "on", "1e3", "~x")


def test_aliases_share_lists(tmp_path: Path) -> None:
    text = HEAD + RULE.replace("hits: [you idiot]", "hits: &said [you idiot]\n    allow: *said")
    assert load(write(tmp_path, text)).rules[0].allow == ("you idiot",)


COMPLAINTS = [
    ("unknown key", RULE.replace("severity", "sevrity"), "line 18, rules[0].sevrity: unknown key"),
    ("known listed", RULE.replace("terms\n", "words\n"), "known are terms, tokens, regex"),
    ("unknown category", RULE.replace("category: insult", "category: rude"), "known are toxicity"),
    (
        "missing key",
        RULE.replace("    misses: [the novel by Dostoevsky]\n", ""),
        "misses is missing",
    ),
    ("twice", RULE.replace("severity: medium", "kind: terms"), "stands here twice"),
    ("wrong body", RULE.replace("terms: [", "patterns: ["), "has terms, not patterns"),
    ("id used twice", RULE + RULE.removeprefix("rules:\n"), "already used at"),
    ("bad id", RULE.replace("insult.plain", "Insult Plain"), "an id is lower-case"),
    ("no samples", RULE.replace("hits: [you idiot]", "hits: []"), "at least one sample"),
    (
        "not a list",
        RULE.replace("[you idiot]\n    hits", "you idiot\n    hits"),
        "a list is needed",
    ),
    ("broken YAML", "rules: [\n", "line 15"),
]


@pytest.mark.parametrize(("name", "body", "problem"), COMPLAINTS, ids=[c[0] for c in COMPLAINTS])
def test_complaints_say_where(tmp_path: Path, name: str, body: str, problem: str) -> None:
    path = write(tmp_path, HEAD + body)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert problem in str(caught.value)


HEADS = [
    ("version", HEAD.replace("version: 1", "version: 7"), "line 1, version: only version 1"),
    ("order", HEAD.replace("{medium: 0.9}", "{high: 0.5, medium: 0.9}", 1), "rise with severity"),
    ("range", HEAD.replace("0.9", "9", 1), "a number from 0 to 1"),
    ("action", HEAD.replace("record", "delete", 1), "known are record, review, hide, escalate"),
    ("missing category", HEAD.replace("  spam:", "  spum:"), "unknown key; known are toxicity"),
    ("empty", "", "the file is empty"),
]


@pytest.mark.parametrize(("name", "text", "problem"), HEADS, ids=[row[0] for row in HEADS])
def test_complaints_about_categories(tmp_path: Path, name: str, text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem.replace("[", r"\[")):
        load(write(tmp_path, text))


def test_a_bomb_of_aliases_is_refused_quickly(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(ConfigError, match="unfold to more than"):
        load(write(tmp_path, "\n".join(levels)))


def test_a_list_that_holds_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="to no end"):
        load(write(tmp_path, "version: &v [*v]"))


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load(tmp_path / "absent.yaml")
