"""The generator of evasions itself: what it promises to those who measure with it."""

from random import Random

import pytest

from evasion import letters
from evasion.cases import TERMS, VARIANTS, cases, plain, terms
from evasion.misspelling import WORD_LIST, misspellings
from evasion.tricks import EXTRA, TRICKS, leet, masked, separated, upside_down
from moderator.config import load

DRAWN = terms(load())
SPELLABLE = {name: trick for name, trick in TRICKS.items() if name not in ("misspelt", "separated")}
"""The tricks that ask no word list."""

needs_words = pytest.mark.skipif(
    not WORD_LIST.exists(), reason=f"{WORD_LIST} is missing: install Debian's package wamerican"
)


def test_the_drawn_terms_are_many_and_of_many_kinds() -> None:
    assert len({term.word for term in DRAWN}) == TERMS >= 200
    assert {term.severity for term in DRAWN} >= {"low", "medium", "high"}
    assert len({term.category for term in DRAWN}) >= 5
    assert terms(load()) == DRAWN


def test_there_are_fourteen_evasions() -> None:
    assert len(TRICKS) == 14


@pytest.mark.parametrize("name", SPELLABLE)
def test_disguises_are_many_exactly_placed_and_the_same_each_time(name: str) -> None:
    found = list(cases(DRAWN[:60], {name: TRICKS[name]}))
    assert found == list(cases(DRAWN[:60], {name: TRICKS[name]}))
    assert len({case.term for case in found}) >= 50
    assert len(found) >= 60 * VARIANTS
    for case in found:
        assert 0 <= case.start < case.end <= len(case.text)
        assert case.variant != case.term.word
        before, after = case.text[: case.start], case.text[case.end :]
        assert before.isascii() and after.isascii()


def test_plain_terms_stand_where_they_are_said_to_stand() -> None:
    for case in plain(DRAWN):
        assert case.variant == case.term.word


def test_what_is_nearly_all_digits_is_a_number() -> None:
    chance = Random(1)
    found = {leet(word, chance) for word in ("boobs", "ass", "shit") for _ in range(500)}
    assert not any(variant.isdigit() for variant in found)
    assert {"@ss", "a55", "b00b5", "sh1t"} <= found
    assert "5h17" not in found


def test_half_of_a_masked_word_stays() -> None:
    chance = Random(1)
    found = {masked("fuck", chance) for _ in range(500)}
    assert {"f*ck", "f**k", "fu*k", "f#ck", "fxck"} <= found
    assert masked("ass", chance) == ""


def test_turned_letters_have_to_show() -> None:
    assert upside_down("sos", Random(3)) == ""
    assert "ʞɔnɟ" in {upside_down("fuck", Random(seed)) for seed in range(50)}


def test_confusables_are_of_other_scripts() -> None:
    table = letters.confusables()
    assert "а" in table["a"] and "Ѕ" in table["s"] and "օ" in table["o"]
    assert "𝐚" not in table["a"] and "ａ" not in table["a"]


@needs_words
def test_two_words_with_a_sign_between_are_no_disguise() -> None:
    found = {separated("heshe", Random(seed)) for seed in range(500)}
    assert not any(f"he{sign}she" in found for sign in letters.SEPARATORS)
    assert "h.e.s.h.e" in found


@needs_words
def test_misspellings_are_no_english_words() -> None:
    found = misspellings("whore")
    assert "wore" not in found
    assert {"whorre", "wohre", "whor"} <= set(found)
    assert {"phuck", "fuk", "fuq", "fcuk", "fook"} <= set(misspellings("fuck"))
    assert {"azz", "arse"} & set(misspellings("ass"))


@needs_words
def test_what_goes_beyond_the_fourteen_is_kept_apart() -> None:
    assert not EXTRA.keys() & TRICKS.keys()
    assert all(list(cases(DRAWN[:60], {name: trick})) for name, trick in EXTRA.items())
