import json
import random

import pytest
from behaviour.playing import said
from doubles import finding
from hypothesis import given
from hypothesis import strategies as st
from making import ruleset

from moderator.behaviour.engine import KINDS, MOST_SESSIONS, Behaviour
from moderator.behaviour.memory import MOST_MARKS
from moderator.behaviour.people import MOST_PEOPLE
from moderator.classifiers.rules import RulesClassifier
from moderator.config import load
from moderator.records import Finding, Message
from moderator.rulefile import BEHAVIOUR_KINDS
from moderator.samples import run_samples

RULES = load()
CLASSIFIER = RulesClassifier(RULES)


def made() -> Behaviour:
    return Behaviour(RULES, CLASSIFIER)


def seen(behaviour: Behaviour, messages: list[Message]) -> list[list[Finding]]:
    results = CLASSIFIER.classify([message.payload for message in messages])
    return [
        behaviour.see(message, result.findings)
        for message, result in zip(messages, results, strict=True)
    ]


def rules(found: list[list[Finding]]) -> list[str | None]:
    return [one.rule for each in found for one in each]


def test_the_kinds_are_those_of_the_rules_file() -> None:
    assert KINDS.keys() == BEHAVIOUR_KINDS.keys()
    assert {rule.kind for rule in RULES.behaviour} == KINDS.keys()


def test_the_samples_of_the_default() -> None:
    assert not [one for one in run_samples(RULES) if one.part in RULES.behaviour]


def test_without_behaviour_rules_nothing_is_found_or_kept() -> None:
    none = ruleset("rules: []\n")
    behaviour = Behaviour(none, RulesClassifier(none))
    assert behaviour.see(said("spam", 1), [finding()]) == []
    assert behaviour.state() == {}


def test_sessions_know_nothing_of_each_other() -> None:
    texts = [said("fix the audio now", n, session=f"s{n % 2}") for n in range(8)]
    assert rules(seen(made(), texts)) == []
    assert rules(seen(made(), [*texts, said("fix the audio now", 8, session="s0")])) == [
        "behaviour.flood"
    ]


def test_the_silent_session_is_forgotten_first() -> None:
    behaviour = made()
    for number in range(MOST_SESSIONS):
        behaviour.see(said("hi", number, session=f"s{number}"), ())
    behaviour.see(said("hi", 50, session="s0"), ())
    behaviour.see(said("hi", 51, session="new"), ())
    assert "s1" not in behaviour.state()
    assert {"s0", "new"} <= behaviour.state().keys()
    assert len(behaviour.state()) == MOST_SESSIONS


@pytest.mark.slow
def test_memory_is_bounded_in_a_flood_of_new_participants() -> None:
    behaviour = made()
    for number in range(MOST_PEOPLE + 200):
        stamp = "2026-01-01T10:00:00Z"
        text = f"add me, my text is {number} {random.Random(number).random()}"
        behaviour.see(said(text, number, f"p{number}", at=stamp), ())
    state = behaviour.state()["s"]
    assert len(state["people"]["people"]) == MOST_PEOPLE
    assert all(len(marks) <= MOST_MARKS for marks in state["marks"].values())
    assert len(json.dumps(state)) < 8 * 1024 * 1024


def test_forgetting_all() -> None:
    behaviour = made()
    behaviour.see(said("hi", 1), ())
    behaviour.forget()
    assert behaviour.state() == {}


TALK = [
    "hi", "fix the audio now", "k", "y", "s", "@p1 you idiot", "p2 you moron", "you idiot",
    "how old are you", "add me on snap", "what's your number", "it can be our secret", "lol",
    "follow the better channel tidewatch", "", "🎉", "a" * 5000,
]  # fmt: skip
STAMPS = ["2026-01-01T10:00:00Z", "2026-01-01T10:00:09Z", "2026-01-01T12:00:00Z", "?", "1999-01-01"]
MESSAGES = st.lists(
    st.builds(
        lambda text, who, at, session: (text, who, at, session),
        st.sampled_from(TALK),
        st.sampled_from(["p1", "p2", "р1", "M0d", "p3"]),
        st.sampled_from(STAMPS),
        st.sampled_from("st"),
    ),
    max_size=40,
)


@given(MESSAGES, st.integers(0, 40))
def test_it_goes_on_from_what_was_saved(parts: list[tuple[str, str, str, str]], place: int) -> None:
    messages = [
        said(text, number, who, at=at, session=session)
        for number, (text, who, at, session) in enumerate(parts)
    ]
    whole = seen(made_once(), messages)
    first = made_once()
    before = seen(first, messages[:place])
    state = json.loads(json.dumps(first.state()))
    second = made_once()
    second.restore(state)
    assert before + seen(second, messages[place:]) == whole


@given(MESSAGES)
def test_what_is_found_is_well_formed(parts: list[tuple[str, str, str, str]]) -> None:
    messages = [
        said(text, number, who, at=at, session=session)
        for number, (text, who, at, session) in enumerate(parts)
    ]
    ids = {message.id: message for message in messages}
    for message, found in zip(messages, seen(made_once(), messages), strict=True):
        assert len({one.rule for one in found}) == len(found)
        for one in found:
            assert one.messages is not None
            assert one.messages[-1] == message.id
            assert all(ids[each].session_id == message.session_id for each in one.messages)
            text = message.payload if one.field == "payload" else message.display_name
            assert one.span == (0, len(text))


_KEPT: list[Behaviour] = []


def made_once() -> Behaviour:
    """A behaviour that remembers nothing: made once, since patterns take a while to compile."""
    if not _KEPT:
        _KEPT.extend((made(), made()))
    _KEPT.reverse()
    _KEPT[0].forget()
    return _KEPT[0]
