"""Texts to learn the screen from, and the answers that are kept on disk."""

import math
import random
from pathlib import Path

import numpy as np
import pytest
from doubles import Table
from training import toy

from moderator.training import distil

ROWS = toy.rows(300)
PLAIN = {"one": 0.5, "other": 0.0}


def test_the_texts_follow_from_rows_count_and_seed() -> None:
    texts = distil.texts(ROWS, 500, 3)
    assert texts == distil.texts(ROWS, 500, 3)
    assert texts != distil.texts(ROWS, 500, 4)
    assert 350 < len(texts) <= 500
    assert len(set(texts)) == len(texts)
    assert all(text.strip() for text in texts)


def test_most_texts_are_as_short_as_chat() -> None:
    words = sorted(len(text.split()) for text in distil.texts(ROWS, 1000, 3))
    assert words[len(words) // 2] <= 8


def test_pointed_texts_are_those_of_harmful_rows_and_functions() -> None:
    texts = distil.pointed(ROWS, 200, 3)
    assert texts == distil.pointed(ROWS, 200, 3)
    assert 120 < len(texts) <= 200
    harmful = {row.text for row in ROWS if 1 in row.labels}
    harmless = {row.text for row in ROWS} - harmful
    assert len(harmful & set(texts)) >= min(100, len(harmful))
    assert not harmless & set(texts)


@pytest.mark.parametrize("seed", range(20))
def test_parts_and_names(seed: int) -> None:
    rng = random.Random(seed)
    text = "one two three four five six seven eight nine ten eleven twelve"
    part = distil.cut(text, rng)
    assert part in text
    assert 1 <= len(part.split()) <= 10
    assert distil.cut("one", rng) == "one"
    words = distil.named(text, rng).split()
    assert len(set(words) - set(text.split())) == 1
    assert 12 <= len(words) <= 13


def test_margins_are_logits_over_the_threshold() -> None:
    teacher = Table({"x": {"one": 0.9, "other": 0.0}, "z": "no reason"}, default=PLAIN)
    found = distil.margins(teacher, ["x", "a", "z"], {"one": 0.9, "other": 0.5})
    assert found[0, 0] == 0
    assert found[1, 0] == pytest.approx(-math.log(9))
    assert found[0, 1] < -15
    assert np.isfinite(found[:2]).all()
    assert np.isnan(found[2]).all()


def test_no_chunk_is_asked_for_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distil, "CHUNK", 4)
    texts = [str(number) for number in range(10)]
    answers = {text: {"one": (1 + number) / 20} for number, text in enumerate(texts)}
    first, again = Table(answers), Table(answers)
    stopped = distil.teach(first, texts, {"one": 0.7}, tmp_path)
    chunks = [next(stopped), next(stopped)]
    assert first.batches == [texts[:4], texts[4:8]]
    chunks.append(list(distil.teach(again, texts, {"one": 0.7}, tmp_path))[2])
    assert again.batches == [texts[8:]]
    whole = distil.margins(Table(answers), texts, {"one": 0.7})
    assert np.array_equal(np.concatenate(chunks), whole)
