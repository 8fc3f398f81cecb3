"""Folding: what becomes plain, what stays, and the map back to the original."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from moderator.text import MAX_GROWTH, fold

FOLDS = [
    ("case", "KILL", "kill"),
    ("accent", "crétin", "cretin"),
    ("stacked marks", "s\u0336\u0337h\u0308i\u0300t\u0336", "shit"),
    ("zero width", "f\u200bu\u200cc\u2060k", "fuck"),
    ("bidi control", "\u202eidiot\u202c", "idiot"),
    ("soft hyphen", "id\u00adiot", "idiot"),
    ("control", "id\x00iot", "idiot"),
    ("full width", "ｋｙｓ", "kys"),
    ("styled", "𝓲𝓭𝓲𝓸𝓽", "idiot"),
    ("circled", "ⓘⓓⓘⓞⓣ", "idiot"),
    ("circled and joined", "ⓘ\u200dⓓ\u200dⓘ\u200dⓞ\u200dⓣ", "idiot"),
    ("curly apostrophe", "i’ll find you", "i'll find you"),
    ("white space", "kill \t\n yourself ", "kill yourself"),
    ("sharp s", "Scheiße", "scheisse"),
    ("dotted capital i", "İdiot", "idiot"),
    ("ligature", "ﬁnd", "find"),
]

STAYS = [
    ("family emoji", "👨\u200d👩\u200d👧"),
    ("devanagari vowels", "कुत्ते"),
    ("hangul", "바보"),
    ("digits", "10:15"),
    ("symbols", "f*ck @you #1 $5"),
]


@pytest.mark.parametrize(("name", "text", "plain"), FOLDS, ids=[row[0] for row in FOLDS])
def test_folds(name: str, text: str, plain: str) -> None:
    assert fold(text).text == plain


@pytest.mark.parametrize(("name", "text"), STAYS, ids=[row[0] for row in STAYS])
def test_stays(name: str, text: str) -> None:
    assert fold(text).text == text


def test_span_points_into_the_original() -> None:
    text = "you  are\u200b an ÍD\u200bI\u0336OT\u0336!"
    folded = fold(text)
    start = folded.text.index("idiot")
    begin, end = folded.span(start, start + 5)
    assert text[begin:end] == "ÍD\u200bI\u0336OT\u0336"


def test_identity_map_is_not_stored() -> None:
    assert fold("Hello there, all good?").starts is None


hostile = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\u200b\u200d\u0336\u0308\u202e\ufdfa\ufb01İßｆ🅸👩 \u00a0'`\x00\u2028"),
    ),
    max_size=60,
)


@given(hostile)
@example("\ufdfa")
def test_map_is_in_range_and_monotone(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) <= MAX_GROWTH * len(text)
    if folded.starts is None or folded.ends is None:
        assert len(folded.text) == len(text)
        return
    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    assert all(0 <= s < e <= len(text) for s, e in zip(folded.starts, folded.ends, strict=True))
    assert list(folded.starts) == sorted(folded.starts)
    assert list(folded.ends) == sorted(folded.ends)


@given(hostile)
@example("\u309b")
@example("a \u309c ")
def test_folding_is_idempotent(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(hostile)
def test_any_folded_slice_folds_to_itself(text: str) -> None:
    folded = fold(text)
    for index, character in enumerate(folded.text):
        begin, end = folded.span(index, index + 1)
        if character not in " \u200d":
            assert character in fold(text[begin:end]).text


def test_no_character_grows_beyond_the_bound() -> None:
    every = map(chr, range(0x110000))
    longest = max(len(fold(each).text) for each in every if unicodedata.category(each) != "Cn")
    assert longest == MAX_GROWTH
