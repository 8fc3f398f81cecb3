"""What a terminal is shown of hostile text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.terminal import masked, printable

CASES = [
    ("plain", "Anna Müller", "Anna Müller"),
    ("escape sequence", "\x1b[31mred", "\\x1b[31mred"),
    ("bell and newline", "a\x07\nb", "a\\x07\\x0ab"),
    ("right-to-left override", "\u202eevil", "\\u202eevil"),
    ("line separator", "a\u2028b", "a\\u2028b"),
    ("astral control", "\U000e0041x", "\\U000e0041x"),
    ("stacked marks", "a" + "\u0301" * 50, "a\u0301\u0301"),
]


@pytest.mark.parametrize(("name", "text", "shown"), CASES, ids=[row[0] for row in CASES])
def test_printable(name: str, text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(max_size=500))
def test_nothing_that_acts_is_left(text: str) -> None:
    shown = printable(text, limit=80)
    assert len(shown) <= 80
    assert all(
        unicodedata.category(character)[0] != "C" or character == "…"
        for character in shown
        if unicodedata.category(character) != "Cn"
    )


def test_masked_keeps_first_letters_only() -> None:
    assert masked("you idiot") == "y** i****"
