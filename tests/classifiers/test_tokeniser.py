"""The tokeniser keeps every character in its place, and agrees with spaCy on ordinary words."""

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from moderator.classifiers.tokeniser import LONGEST_WORD, tokenise

NLP = spacy.blank("en")
LONG = "x" * LONGEST_WORD


@given(st.text(st.sampled_from("ab' .,()1😀-/:"), max_size=200))
def test_every_character_keeps_its_place(text: str) -> None:
    text = " ".join(text.split())
    for candidate in (text, f"{text} ", f" {text}", f"{text} {LONG}! "):
        doc = tokenise(NLP, candidate)
        assert "".join(token.text_with_ws for token in doc) == candidate
        assert all(candidate[token.idx : token.idx + len(token)] == token.text for token in doc)


@pytest.mark.parametrize("text", ["you're an idiot!!", "gonna get u", "kys😂", "a/b ok...so"])
def test_a_long_chunk_elsewhere_changes_no_word(text: str) -> None:
    alone = [token.text for token in NLP.tokenizer(text)]
    beside = [token.text for token in tokenise(NLP, f"{text} {LONG}-y")]
    assert beside[: len(alone)] == alone
