"""The model that comes with the package: alike in every mix, agreed with by Detoxify, explained."""

import random
from pathlib import Path

import numpy as np
import pytest
from chatcheck.load import cases

from moderator.classifiers.onnx import OnnxClassifier
from moderator.records import Assessment
from moderator.resources import data_path
from moderator.training import graph, whole

MODEL = data_path("models") / "chat-minilm"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def classifier() -> OnnxClassifier:
    return OnnxClassifier.load(MODEL)


def sample(count: int) -> list[str]:
    return random.Random(17).sample([case["text"] for case in cases()], count)


def test_the_same_text_scores_the_same_bits_whatever_shares_its_batch(
    classifier: OnnxClassifier,
) -> None:
    texts = sample(160)
    alone = {text: classifier.classify([text])[0] for text in texts[:80]}
    generator = random.Random(19)
    for size in (2, 17, 80):
        mixed = [*generator.sample(texts[:80], size), *texts[80:]]
        generator.shuffle(mixed)
        for text, result in zip(mixed, classifier.classify(mixed), strict=True):
            assert text not in alone or result == alone[text]


def test_the_same_bits_on_any_number_of_threads(classifier: OnnxClassifier) -> None:
    texts = sample(300)
    loose = [False] * len(texts)
    for threads in (1, 5):
        other = OnnxClassifier.load(MODEL, threads=threads)
        assert other.classify(texts) == classifier.classify(texts)
        assert other.screened(texts, loose) == classifier.screened(texts, loose)


def test_the_draft_is_the_models_own() -> None:
    """Its matrices are the model's, rounded once more."""
    model, draft = (graph.tensors_of(MODEL / name) for name in ("model.onnx", "draft.onnx"))
    for name, matrix in model.items():
        if matrix.ndim == 2 and name.startswith(graph.LAYER):
            step = np.abs(matrix).max(axis=1, keepdims=True) / whole.MOST
            assert (np.abs(draft[name] - matrix) <= step * 0.51).all(), name
    head = "classifier.weight"
    assert (draft[head] == model[head]).all()


def test_detoxify_agrees_with_it(classifier: OnnxClassifier, tmp_path: Path) -> None:
    """The exported weights, loaded and run by the real package, give the scores of the runtime."""
    from detoxify import Detoxify

    from moderator.classifiers.detoxify import DetoxifyClassifier
    from moderator.training.export import write_detoxify

    texts = sample(200)
    checkpoint = write_detoxify(MODEL, tmp_path / "exported")
    package = Detoxify(checkpoint=str(checkpoint))
    ours = DetoxifyClassifier.load(str(checkpoint))
    compared = 0
    for text, one, other in zip(
        texts, classifier.classify(texts), ours.classify(texts), strict=True
    ):
        assert type(one) is type(other)
        if not isinstance(one, Assessment) or not isinstance(other, Assessment):
            continue
        compared += 1
        assert other.scores == pytest.approx(one.scores, abs=0.02)
        if any(one.scores.values()):  # a text without words is not run at all
            assert package.predict(text) == pytest.approx(one.scores, abs=0.02)
    assert compared > 150


def test_removing_named_words_lowers_a_score_more_than_removing_random_ones(
    classifier: OnnxClassifier,
) -> None:
    """Faithfulness: over toxic messages of several words, by the mean fall of the probability."""
    texts = [
        case["text"] for case in cases() if case["flagged"] and 5 <= len(case["text"].split()) <= 30
    ]
    texts = random.Random(23).sample(texts, 60)
    generator = random.Random(29)
    named, others = [], []
    kept = []
    for text in texts:
        words = classifier.explain(text, "toxicity")
        if not words:
            continue
        kept.append(text)
        tokens = text.split()
        gone = [n for n, token in enumerate(tokens) if any(word in token for word in words)]
        drawn = set(generator.sample(range(len(tokens)), len(gone)))
        named.append(" ".join(token for n, token in enumerate(tokens) if n not in gone))
        others.append(" ".join(token for n, token in enumerate(tokens) if n not in drawn))
    before, after, random_after = (
        sum(
            result.scores["toxicity"]
            for result in classifier.classify(batch)
            if isinstance(result, Assessment)
        )
        for batch in (kept, named, others)
    )
    assert len(kept) > 40
    assert before - after > 1.5 * (before - random_after)
