"""Evasions: deterministic, on every kind of row, and still the same word to a reader."""

import random
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.training import augment
from moderator.training.encoder import build_tokenizer


@given(st.text(max_size=60), st.integers(0, 1000))
def test_same_seed_same_text(text: str, seed: int) -> None:
    assert augment.maybe(text, random.Random(seed)) == augment.maybe(text, random.Random(seed))


@pytest.mark.parametrize("change", sorted(set(augment.CHANGES), key=lambda c: c.__name__))
def test_each_change_keeps_the_first_word_apart(
    change: Callable[[str, random.Random], str],
) -> None:
    seen = {change("stupid", random.Random(seed)) for seed in range(30)}
    assert len(seen) > 1 or "stupid" not in seen
    assert all(seen)


def test_the_share_of_changed_rows() -> None:
    rng = random.Random(3)
    texts = [f"you are number {i} here" for i in range(3000)]
    changed = sum(augment.maybe(text, rng) != text for text in texts)
    assert 0.14 < changed / len(texts) < 0.20


@pytest.mark.parametrize("word", ["stupid", "class", "question", "loser", "muted"])
def test_phonetic_writes_a_sound_another_way(word: str) -> None:
    seen = {augment.phonetic(word, random.Random(seed)) for seed in range(30)}
    assert word not in seen
    assert augment.phonetic("hand", random.Random(0)) == "hand"


@pytest.mark.parametrize("change", [augment.homoglyphs, augment.hidden, augment.wide])
def test_the_tokenizer_undoes_what_only_looks_different(
    change: Callable[[str, random.Random], str],
) -> None:
    tokenizer = build_tokenizer()
    plain = tokenizer.encode("stupid").tokens
    changed = [change("stupid", random.Random(seed)) for seed in range(20)]
    assert all(tokenizer.encode(text).tokens == plain for text in changed)


def test_the_tokenizer_cuts_repeats_and_keeps_emoji_apart() -> None:
    tokenizer = build_tokenizer()
    assert tokenizer.encode("nooooooo").tokens == tokenizer.encode("noo").tokens
    assert tokenizer.encode("1000000").tokens != tokenizer.encode("100").tokens
    assert tokenizer.encode("idiot😂").tokens == ["[CLS]", "idiot", "😂", "[SEP]"]
    assert "[UNK]" not in tokenizer.encode("🖕🏿 🔥 👩🏽").tokens
    assert unicodedata.name("🖕") == "REVERSED HAND WITH MIDDLE FINGER EXTENDED"
