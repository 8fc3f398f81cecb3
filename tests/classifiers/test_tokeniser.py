"""The tokeniser: what is one token and what is several, each in its place, in linear time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.classifiers.tokeniser import split

SPLITS = [
    ("you're an idiot!!", ["you", "'re", "an", "idiot", "!", "!"]),
    ("i'll don't won't", ["i", "'ll", "do", "n't", "wo", "n't"]),
    ("im gonna, dont", ["i", "m", "gon", "na", ",", "do", "nt"]),
    ("idiot's idiot'd've", ["idiot", "'s", "idiot", "'d", "'ve"]),
    ("o'brien o'clock", ["o", "'", "brien", "o", "'", "clock"]),
    ("alert('you idiot')", ["alert", "(", "'", "you", "idiot", "'", ")"]),
    ("idiot[31m", ["idiot", "[", "31m"]),
    ("dumb_ass #idiot @idiot", ["dumb", "_", "ass", "#", "idiot", "@", "idiot"]),
    ("ok...so a..b c.d", ["ok", "...", "so", "a", "..", "b", "c", ".", "d"]),
    ("idiot.go idiot.com/x", ["idiot", ".", "go", "idiot.com/x"]),
    ("see https://a.b/c?d=(e). www.x.y!", ["see", "https://a.b/c?d=(e", ")", ".", "www.x.y", "!"]),
    ("mail ann.lee+x@mail.example.org, ok", ["mail", "ann.lee+x@mail.example.org", ",", "ok"]),
    ("kys😂😂 👨\u200d👩", ["kys", "😂", "😂", "👨", "\u200d", "👩"]),
    ("कुत्ते की सिर्फ", ["कुत्ते", "की", "सिर्फ"]),
    ("дурак, идиот", ["дурак", ",", "идиот"]),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tokens"), SPLITS, ids=[row[0][:20] for row in SPLITS])
def test_splits(text: str, tokens: list[str]) -> None:
    assert split(text)[0] == tokens


@given(st.text(st.sampled_from("ab' .,()1😀-/:_@n't"), max_size=200))
def test_every_character_keeps_its_place(text: str) -> None:
    words, starts = split(text)
    assert all(
        text[start : start + len(word)] == word for word, start in zip(words, starts, strict=True)
    )
    assert "".join(words) == text.replace(" ", "")


UNITS = ["(", "a", "'", "a'", ".", "a.", "a@", "😀", "a.a@", "http://", "1-"]


@pytest.mark.parametrize("unit", UNITS)
def test_a_mebibyte_takes_time_linear_in_it(unit: str) -> None:
    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        begin = time.perf_counter()
        split(text)
        return time.perf_counter() - begin

    split("warm up: load spaCy's table of contractions")
    assert seconds(1 << 20) < 64 * (seconds(1 << 16) + 0.01)
