"""A deployment's own file on top of a bundled one: added, replaced, overridden, switched off."""

from pathlib import Path

import pytest

from moderator.config import PRESETS, RuleSet, load
from moderator.errors import ConfigError
from moderator.records import CATEGORIES, CHILD_SAFETY, Action, Severity

DEFAULT = load()
START = "version: 1\nextends: default\n"
OWN = """rules:
  - id: house.rival
    kind: terms
    category: spam
    severity: medium
    language: nl
    terms: [visit rivalmeet]
    hits: [visit rivalmeet now]
    misses: [visit the museum]
"""


def own(folder: Path, body: str, start: str = START) -> RuleSet:
    path = folder / "own.yaml"
    path.write_text(start + body, encoding="utf-8")
    return load(path)


def ids(ruleset: RuleSet) -> list[str]:
    return [rule.id for rule in ruleset.rules]


def test_nothing_of_its_own_is_the_base_under_another_name(tmp_path: Path) -> None:
    ruleset = own(tmp_path, "")
    assert ruleset.rules == DEFAULT.rules
    assert ruleset.categories == DEFAULT.categories
    assert (ruleset.guards, ruleset.behaviour) == (DEFAULT.guards, DEFAULT.behaviour)
    assert ruleset.path == str(tmp_path / "own.yaml")
    assert ruleset.sha256 != DEFAULT.sha256


def test_what_is_added_comes_last(tmp_path: Path) -> None:
    ruleset = own(tmp_path, OWN + "allow: [holy shit, ass of spades]\nplain: [viagrande]\n")
    assert ids(ruleset) == [*ids(DEFAULT), "house.rival"]
    assert ruleset.rules[-1].language == "nl"
    assert ruleset.allow == (*DEFAULT.allow, "ass of spades")
    assert ruleset.plain == (*DEFAULT.plain, "viagrande")


def test_a_rule_of_the_same_id_takes_the_older_ones_place(tmp_path: Path) -> None:
    name = DEFAULT.rules[2].id
    ruleset = own(tmp_path, OWN.replace("house.rival", name))
    assert ids(ruleset) == ids(DEFAULT)
    assert ruleset.rules[2].terms == ("visit rivalmeet",)


def test_single_thresholds_and_actions(tmp_path: Path) -> None:
    ruleset = own(
        tmp_path, "categories:\n  obscene: {thresholds: {high: 0.999}, actions: {low: review}}\n"
    )
    older, newer = DEFAULT.categories["obscene"], ruleset.categories["obscene"]
    assert newer.thresholds == {**older.thresholds, Severity.high: 0.999}
    assert newer.actions == {**older.actions, Severity.low: Action.review}
    assert list(ruleset.categories) == list(CATEGORIES)
    assert ruleset.categories["insult"] == DEFAULT.categories["insult"]


def test_a_category_off(tmp_path: Path) -> None:
    ruleset = own(tmp_path, "disable: [category:spam]\n")
    assert ids(ruleset) == [rule.id for rule in DEFAULT.rules if rule.category != "spam"]
    assert ruleset.categories["spam"].thresholds == {}
    assert all(rule.category != "spam" for rule in ruleset.behaviour)


def test_a_category_off_but_for_rules_of_ones_own(tmp_path: Path) -> None:
    ruleset = own(tmp_path, "disable: [category:spam]\n" + OWN)
    assert [rule.id for rule in ruleset.rules if rule.category == "spam"] == ["house.rival"]


def test_rules_guards_and_behaviour_off_by_id(tmp_path: Path) -> None:
    parts = [*DEFAULT.rules[:1], *DEFAULT.guards[:1], *DEFAULT.behaviour[:1]]
    names = ", ".join(f"rule:{part.id}" for part in parts)
    ruleset = own(tmp_path, f"disable: [{names}]\n")
    assert ruleset.rules == DEFAULT.rules[1:]
    assert ruleset.guards == DEFAULT.guards[1:]
    assert ruleset.behaviour == DEFAULT.behaviour[1:]


def test_a_language_off(tmp_path: Path) -> None:
    ruleset = own(tmp_path, "disable: [language:en]\n")
    assert ruleset.rules == tuple(rule for rule in DEFAULT.rules if rule.language != "en")


def test_the_hash_is_of_all_that_went_in(tmp_path: Path) -> None:
    same = [own(tmp_path, OWN, start).sha256 for start in (START, START)]
    assert same[0] == same[1]
    bases = {own(tmp_path, "", f"version: 1\nextends: {name}\n").sha256 for name in PRESETS}
    assert len({*bases, *same, DEFAULT.sha256}) == len(PRESETS) + 2


def test_a_preset_by_name() -> None:
    for name in PRESETS:
        ruleset = load(Path(f"preset:{name}"))
        assert ruleset.path == f"preset:{name}"
        assert len(ruleset.rules) > len(DEFAULT.rules) / 2
    assert load(Path("default")) == DEFAULT


def test_children_stay_safe(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is escalate"):
        own(tmp_path, f"categories:\n  {CHILD_SAFETY}: {{actions: {{critical: hide}}}}\n")


COMPLAINTS = [
    ("base", "version: 1\nextends: house\n", "line 2, extends: 'house' is not known here; known"),
    ("no base", "version: 1\ndisable: [rule:x]\n", "line 2, disable: only what a file `extends`"),
    ("nothing", "version: 1\n", "the key categories is missing; a file without `extends`"),
    ("sort", START + "disable: [tag:spam]\n", "write what to disable as category:NAME, rule:NAME"),
    ("category", START + "disable: [category:spams]\n", "'spams'; the nearest are spam"),
    ("rule", START + "disable: [rule:insult.sucks]\n", "the nearest are insult.suck"),
    ("language", START + "disable: [language:xx]\n", "known are"),
    ("twice", START + "disable: [category:spam, rule:spam.money]\n", "disable[1]: no rule"),
    ("own twice", START + OWN + OWN.removeprefix("rules:\n"), "already used at"),
    (
        "thresholds",
        START + "categories:\n  insult: {thresholds: {medium: 0.99}}\n",
        "rise with severity",
    ),
]


@pytest.mark.parametrize(("name", "text", "problem"), COMPLAINTS, ids=[c[0] for c in COMPLAINTS])
def test_complaints_say_where(tmp_path: Path, name: str, text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        own(tmp_path, "", text)
    assert f"{tmp_path / 'own.yaml'}, line " in str(caught.value)
    assert problem in str(caught.value)


def test_an_unknown_preset_lists_the_known() -> None:
    with pytest.raises(ConfigError, match="preset:classroom, preset:adult, preset:gaming"):
        load(Path("preset:kindergarten"))
