"""What each preset flags otherwise than the default, and what all of them flag alike."""

from functools import cache
from pathlib import Path

import pytest

from moderator.api import build
from moderator.config import PRESETS, load
from moderator.pipeline import Pipeline
from moderator.records import Action
from moderator.samples import run_samples
from moderator.scoring import messages_of

EVERYWHERE = [
    "you are such an idiot",
    "i know where you live and i will kill you",
    "i'll find you and hurt you after work",
    "kill yourself",
    "you're a fucking retard",
    "send nudes",
    "claim your free prize now",
    "i'm gonna rape you",
]
NOWHERE = [
    "good morning everyone",
    "can you share the slides again",
    "i killed the process and restarted it",
    "the class assessed the passive voice",
    "my dad is going to kill me",
]
CHANGES = [
    ("classroom", "oh crap i forgot my book", False, True),
    ("classroom", "haha loser", False, True),
    ("classroom", "nobody likes her anyway", False, True),
    ("classroom", "add me on roblox", False, True),
    ("classroom", "see jo@school.example", False, True),
    ("classroom", "kiss me", False, True),
    ("classroom", "the vagina is on page 40, the penis on page 41", False, False),
    ("classroom", "golf balls are dimpled", False, False),
    ("adult", "she gave him a blowjob", True, False),
    ("adult", "nice tits babe", True, False),
    ("adult", "he was jerking off all night", True, False),
    ("adult", "holy fuck that was hot", False, False),
    ("adult", "go get raped", True, True),
    ("adult", "i'm 16 btw, i'm 16", False, True),
    ("adult", "you stupid whore", True, True),
    ("gaming", "i'm gonna kill you next round lol", True, False),
    ("gaming", "you're dead meat on the next map", True, False),
    ("gaming", "i will destroy you so hard", True, False),
    ("gaming", "ez noobs, trash team", True, False),
    ("gaming", "you suck at this game", True, False),
    ("gaming", "i'll kill you irl", True, True),
    ("gaming", "i'm coming to your house and gonna beat you up", True, True),
    ("gaming", "i hope your mother dies of cancer", True, True),
    ("gaming", "shame if something happened to your house", True, True),
]


@cache
def pipeline(name: str, model: str = "none") -> Pipeline:
    return build(Path(name), [model], context=0, words=False)


def flags(name: str, text: str, model: str = "none") -> bool:
    (judged,) = pipeline(name, model).moderate(messages_of([text]))
    return judged.verdict.flagged


@pytest.mark.parametrize(("preset", "text", "before", "after"), CHANGES)
def test_what_a_preset_changes(preset: str, text: str, before: bool, after: bool) -> None:
    assert (flags("default", text), flags(f"preset:{preset}", text)) == (before, after)


@pytest.mark.parametrize("name", ["default", *(f"preset:{preset}" for preset in PRESETS)])
def test_what_all_agree_on(name: str) -> None:
    assert [text for text in EVERYWHERE if not flags(name, text)] == []
    assert [text for text in NOWHERE if flags(name, text)] == []


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_keeps_the_samples_of_its_own_rules(preset: str) -> None:
    ruleset = load(Path(f"preset:{preset}"))
    own = {rule.id for rule in ruleset.rules} - {rule.id for rule in load().rules}
    assert own
    failures = [one for one in run_samples(ruleset) if one.part.id in own]
    assert [(one.part.id, one.sample, one.problem) for one in failures] == []


@pytest.mark.parametrize("preset", PRESETS)
def test_children_are_as_safe_everywhere(preset: str) -> None:
    default, ruleset = load(), load(Path(f"preset:{preset}"))
    of_default = {rule.id for rule in (*default.rules, *default.behaviour) if _of_children(rule)}
    assert of_default <= {rule.id for rule in (*ruleset.rules, *ruleset.behaviour)}
    assert set(ruleset.categories["child_safety"].actions.values()) == {Action.escalate}


def _of_children(rule: object) -> bool:
    return getattr(rule, "category", None) == "child_safety"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "text", "flagged"),
    [
        ("adult", "nice tits babe", False),
        ("adult", "i want you inside me tonight", False),
        ("adult", "i know where you live and i will kill you", True),
        ("gaming", "i'm gonna kill you next round lol", False),
        ("gaming", "we're going to destroy you so hard", False),
        ("gaming", "ez noobs, trash team", False),
        ("gaming", "you are such an idiot", True),
        ("classroom", "what the hell is question 3", True),
    ],
)
def test_the_bundled_model_goes_along(preset: str, text: str, flagged: bool) -> None:
    assert flags(f"preset:{preset}", text, "chat-minilm") == flagged


@pytest.mark.parametrize(
    ("rules", "screens"),
    [("default", True), ("adult", True), ("gaming", True), ("classroom", False)],
)
def test_nothing_is_cleared_under_rules_for_which_the_first_model_was_not_made(
    rules: str, screens: bool
) -> None:
    """In a classroom swearing at nobody is flagged, too, which it was not taught to foresee."""
    ruleset = load(None if rules == "default" else Path(f"preset:{rules}"))
    assert build(ruleset, exhaustive=False).screening is screens
    assert not build(ruleset, exhaustive=True).screening
