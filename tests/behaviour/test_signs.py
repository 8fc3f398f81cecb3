from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.behaviour.signs import Signs
from moderator.config import load
from moderator.records import Assessment


@cache
def signs() -> Signs:
    return Signs(load())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("how old are you?", {"age"}),
        ("what's your age", {"age"}),
        ("what year are you in", {"age"}),
        ("don't tell your parents", {"secrecy"}),
        ("dont tell mum", {"secrecy"}),
        ("delete this chat", {"secrecy"}),
        ("it can be our secret", {"secrecy", "hush"}),
        ("don't tell anyone", {"hush"}),
        ("just us two", {"hush"}),
        ("are you home alone?", {"alone"}),
        ("is your mum home", {"alone"}),
        ("let's chat on snap", {"elsewhere"}),
        ("it's easier to talk there", {"elsewhere"}),
        ("send me a selfie", {"pictures"}),
        ("do you have pics of you", {"pictures"}),
        ("we could meet up after school", {"meeting"}),
        ("i can buy you a phone", {"gifts"}),
        ("you're so mature for your age", {"flattery"}),
    ],
)
def test_signs_of_the_default(text: str, names: set[str]) -> None:
    found = signs().of(text)
    assert {name for rule, name in found if rule == "behaviour.grooming"} == names


@pytest.mark.parametrize(
    "text",
    [
        "how old is this dataset",
        "what grade did the essay get",
        "the secret is in the sauce",
        "delete this line",
        "you are not alone in that",
        "is your microphone on",
        "parents evening is on friday",
        "talk to another person in the team",
        "the app crashed again",
        "can you share a picture of slide 4's title",
        "send the picture to ines",
        "meet our speakers",
        "i'll send you the link",
        "get you a coffee?",
        "mature cheese for everybody",
        "that stays between these walls",
    ],
)
def test_ordinary_talk_holds_none(text: str) -> None:
    allowed = {("behaviour.grooming", "pictures")} if "picture" in text else set()
    assert signs().of(text) <= allowed


WORDS = sorted(
    {
        word
        for rule in load().behaviour
        for patterns in rule.signs.values()
        for pattern in patterns
        for token in pattern
        for value in [token["LOWER"]]
        for word in (value["IN"] if isinstance(value, dict) else [value])
        if isinstance(word, str)
    }
)


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(["", " "])), max_size=9))
def test_the_quick_search_loses_nothing(parts: list[tuple[str, str]]) -> None:
    text = "".join(word + space for word, space in parts)
    (result,) = signs().classifier.classify([text])
    assert isinstance(result, Assessment)
    assert len(signs().of(text)) == len({finding.rule for finding in result.findings})
