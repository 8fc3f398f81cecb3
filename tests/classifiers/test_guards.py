"""What guards cover: places, ends, and what takes them away."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import ruleset

from moderator.classifiers.guards import MOST_OF_A_GUARD, Guards
from moderator.classifiers.tokeniser import split
from moderator.classifiers.tokens import Tokens
from moderator.config import load
from moderator.errors import ConfigError

OWN = """
guards:
  - id: guard.report
    categories: [insult, obscene]
    scope: after
    patterns:
      - [{LOWER: he}, {LOWER: called}, {LOWER: me}]
      - [{LOWER: he}, {LOWER: said}, {LOWER: {IN: [':', '"']}}]
    hits: [x]
    misses: [x]
  - id: guard.denial
    categories: [insult]
    scope: around
    patterns:
      - [{LOWER: is}, {LOWER: not}, {LOWER: {IN: [a, an]}, OP: '?'}, {LENGTH: {'>=': 1}}]
    hits: [x]
    misses: [x]
  - id: guard.doctor
    categories: [sexual_explicit]
    scope: message
    patterns:
      - [{LOWER: biopsy}]
    hits: [x]
    misses: [x]
"""
GUARDS = Guards(ruleset(OWN))
DEFAULT = Guards(load())

COVERED = [
    ("he called me a fool", ["a fool"]),
    ("He CALLED me a fóol 😀", ["a fóol 😀"]),
    ("😀 he called me a fool. go away", ["a fool."]),
    ("he called me a fool\nyou fool", ["a fool"]),
    ("he called me a fool and you are a fool", ["a fool and "]),
    ("he called me a fool but the fool is gone", ["a fool "]),
    ("he called me a fool and i left", ["a fool "]),
    ("he called me a fool, he's a fool", ["a fool, "]),
    ('he called me "you fool" and left', ['"you fool"']),
    ('he called me "you fool. go" and left', ['"you fool. go"']),
    ("he said: you fool", ["you fool"]),
    ('he said "you fool", you fool', ['you fool"']),
    ("he called me, you fool", []),
    ("he called me you fool", []),
    ("he called me just a fool", []),
    ("he called me", []),
    ("he called me. fool", ["."]),
    ("she is not a fool, fool", ["is not a fool"]),
    ("fool, the biopsy went well", ["fool, the biopsy went well"]),
    ("he\u200b ca\u0301lled   me a fool", ["a fool"]),
]


@pytest.mark.parametrize(("text", "wanted"), COVERED)
def test_what_is_covered(text: str, wanted: list[str]) -> None:
    assert sorted(text[one.start : one.end] for one in GUARDS.find(text)) == sorted(wanted)


def test_a_stretch_knows_its_guard_and_where_its_words_stand() -> None:
    text = "😀 he called me a fool"
    (one,) = GUARDS.find(text)
    assert (one.guard, one.categories) == ("guard.report", ("insult", "obscene"))
    assert text[slice(*one.words)] == "he called me"


def test_stretches_come_in_the_order_of_the_file() -> None:
    found = GUARDS.find("biopsy is not fun, he called me a fool")
    assert [one.guard for one in found] == ["guard.report", "guard.denial", "guard.doctor"]


VOID = [
    "he called me a fool, and i agree",
    "he called me a fool and i totally agree",
    "he called me a fool and he's right",
    "he called me a fool. which is true",
    "he called me a fool like you",
    "he called me a fool, and you are one too",
    "he called me a fool, rightly",
]


@pytest.mark.parametrize("text", VOID)
def test_who_agrees_has_no_guard(text: str) -> None:
    assert GUARDS.find(text) == []


def test_agreeing_inside_a_quotation_is_quoted_too() -> None:
    assert GUARDS.find('he said "you fool, and i agree" to her')


def test_a_message_that_strings_guards_together_has_none() -> None:
    once = "he called me a fool. "
    assert len(GUARDS.find(once * MOST_OF_A_GUARD)) == MOST_OF_A_GUARD
    assert GUARDS.find(once * (MOST_OF_A_GUARD + 1)) == []


def test_no_guards_cover_nothing() -> None:
    assert Guards(ruleset("rules: []\n")).find("he called me a fool") == []


def test_a_pattern_that_cannot_be_used_is_named() -> None:
    broken = OWN.replace("LOWER: biopsy", "LEMMA: biopsy")
    with pytest.raises(ConfigError, match=r"guard guard\.doctor: unknown attribute LEMMA"):
        Guards(ruleset(broken))


def test_the_vocabulary_is_made_anew_when_it_is_full() -> None:
    forgetful = Tokens(ruleset(OWN).guards, forget_after=0)
    for number in range(3):
        assert len(forgetful.find(split(f"he called me word{number}"))) == 1


WORDS = st.sampled_from(
    ["he", "she", "called", "me", "you", "is", "not", "a", "said", "fool", "biopsy", "and", "but",
     '"', ":", ".", ",", "\n", "’", "“", "”", "😀", "ÉÉ", "\u200b"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=40).map(" ".join) | st.text())
def test_stretches_lie_in_the_text_after_or_around_their_words(text: str) -> None:
    found = GUARDS.find(text)
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert 0 <= one.words[0] < one.words[1] <= len(text)
        if one.guard == "guard.report":
            assert one.start >= one.words[1]
            assert "\n" not in text[one.words[0] : one.end].rstrip("\n")
        elif one.guard == "guard.denial":
            assert (one.start, one.end) == one.words
        else:
            assert (one.start, one.end) == (0, len(text))
    assert GUARDS.find(text) == found


HOSTILE = ["he called me ", '"a" is ', "i am ", '"a b ', "says x ", "x. ", "😀"]


@pytest.mark.slow
@pytest.mark.parametrize("part", HOSTILE)
def test_time_is_linear_in_what_somebody_leans_on(part: str) -> None:
    def seconds(length: int) -> float:
        text = part * (length // len(part))
        began = time.process_time()
        DEFAULT.find(text)
        return time.process_time() - began

    seconds(1 << 10)
    short, long = seconds(1 << 17), seconds(1 << 20)
    assert long < 3 * 8 * max(short, 0.05)
