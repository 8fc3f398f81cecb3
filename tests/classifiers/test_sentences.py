"""Where sentences and quotations begin and end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.classifiers.sentences import LONGEST, quotations, sentences

PARTED = [
    ("one two", ["one two"]),
    ("", []),
    ("he left. you stay!! why? ok", ["he left.", " you stay!!", " why?", " ok"]),
    ("one\ntwo", ["one\n", "two"]),
    ("see example.org or 3.5 of it", ["see example.org or 3.5 of it"]),
    ('she said "stop. go!" and left', ['she said "stop. go!" and left']),
    ("she said “stop. go!” and left", ["she said “stop. go!” and left"]),
    ("she said 'don't. go.' and left", ["she said 'don't. go.' and left"]),
    ('5" wide. and 6 more', ['5" wide.', " and 6 more"]),
    ("well… no", ["well…", " no"]),
]


@pytest.mark.parametrize(("text", "wanted"), PARTED)
def test_sentences(text: str, wanted: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == wanted


QUOTED = [
    ('a "b c" d', ['"b c"']),
    ("a “b” and «c d»", ["“b”", "«c d»"]),
    ("a 'b c', d", ["'b c'"]),
    ("don't say it's 'don't'", ["'don't'"]),
    ("rock 'n roll", []),
    ("the boys' room, the girls' room", []),
    ('he said "never', []),
    ('"a\nb"', []),
    ('""', []),
]


@pytest.mark.parametrize(("text", "wanted"), QUOTED)
def test_quotations(text: str, wanted: list[str]) -> None:
    assert [text[start:end] for start, end in quotations(text)] == wanted


@given(st.text(st.sampled_from("ab .!?\n\"'“”")) | st.text())
def test_sentences_are_the_text_in_order(text: str) -> None:
    assert "".join(text[start:end] for start, end in sentences(text)) == text


@pytest.mark.parametrize("part", ["word ", "x", '"a ', ". ", "'a '"])
def test_a_sentence_is_never_longer_than_it_may_be(part: str) -> None:
    text = part * 10_000
    found = list(sentences(text))
    assert "".join(text[start:end] for start, end in found) == text
    assert max(end - start for start, end in found) <= LONGEST
