"""The bundled model's runtime: what it refuses, what it scores, and that it always scores alike."""

import json
import random
from pathlib import Path

import numpy as np
import onnx
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper

from moderator.classifiers.onnx import OnnxClassifier
from moderator.errors import ClassifierError
from moderator.records import Assessment, Unscored


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> OnnxClassifier:
    return OnnxClassifier.load(tiny.make_onnx(tmp_path_factory.mktemp("model")), threads=1)


def scores(classifier: OnnxClassifier, text: str) -> dict[str, float]:
    (result,) = classifier.classify([text])
    assert isinstance(result, Assessment), result
    return dict(result.scores)


def test_what_it_says_of_itself(classifier: OnnxClassifier) -> None:
    assert classifier.name == "tiny"
    assert classifier.version.startswith("1+")
    assert classifier.labels == tiny.LABELS
    assert classifier.thresholds == dict.fromkeys(tiny.LABELS, 0.5)


def test_scores_are_probabilities_of_the_models_labels(classifier: OnnxClassifier) -> None:
    assert scores(classifier, "you are an idiot")["insult"] > 0.8
    assert scores(classifier, "i will kill you")["threat"] > 0.8
    assert scores(classifier, "hello everyone")["insult"] < 0.1


@pytest.mark.parametrize("before", [0, 5, 21, 22, 23, 100, 3000])
@pytest.mark.parametrize("after", [0, 3, 22, 500])
def test_nothing_of_a_long_text_goes_unread(
    classifier: OnnxClassifier, before: int, after: int
) -> None:
    text = "see " * before + "you idiot" + " see" * after
    assert scores(classifier, text)["insult"] > 0.8


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u200b", "😂", "👨‍👩‍👧 🎉", "\x00\x07"])
def test_a_text_without_words_scores_nothing(classifier: OnnxClassifier, text: str) -> None:
    assert scores(classifier, text) == dict.fromkeys(tiny.LABELS, 0.0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x" * 500, "no token known to the model"),
        ("ᚠ", "no token known to the model"),
        ("нет", "language: Cyrillic"),
        ("je ne comprends pas la question numéro trois", "language: fr"),
    ],
)
def test_what_it_does_not_know_is_unscored(
    classifier: OnnxClassifier, text: str, reason: str
) -> None:
    assert classifier.classify([text, "hello"])[0] == Unscored("tiny", reason)


def test_a_result_that_is_no_number_is_unscored(tmp_path: Path) -> None:
    folder = tiny.make_onnx(tmp_path)
    model = onnx.load(str(folder / "model.onnx"))
    for tensor in model.graph.initializer:
        if tensor.name == "base":
            values = np.array([0, np.nan, 0], np.float32)
            tensor.CopyFrom(numpy_helper.from_array(values, "base"))
    onnx.save(model, str(folder / "model.onnx"))
    tiny.write_manifest(folder)
    broken = OnnxClassifier.load(folder, threads=1)
    assert broken.classify(["hello"]) == [Unscored("tiny", "the model gave no number")]


def texts(count: int) -> list[str]:
    generator = random.Random(11)
    words = [*tiny.WORDS, *tiny.WEIGHTS, "zq7", "??", "😂"]
    lengths = [generator.choice([1, 2, 3, 5, 8, 13, 40, 90]) for _ in range(count)]
    return [" ".join(generator.choices(words, k=length)) for length in lengths]


def test_the_same_text_scores_the_same_bits_whatever_shares_its_batch(
    classifier: OnnxClassifier,
) -> None:
    every = texts(300)
    alone = {text: classifier.classify([text])[0] for text in every}
    generator = random.Random(13)
    for size in (2, 3, 7, 64, 300):
        mixed = generator.sample(every, size)
        assert classifier.classify(mixed) == [alone[text] for text in mixed]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_text_gets_a_result(classifier: OnnxClassifier, batch: list[str]) -> None:
    for result in classifier.classify(batch):
        assert isinstance(result, Unscored) or all(0 <= v <= 1 for v in result.scores.values())


def test_words_that_carried_a_score(classifier: OnnxClassifier) -> None:
    assert classifier.explain("You are such an IDIOT!", "insult") == ("IDIOT",)
    assert classifier.explain("hello everyone", "insult") == ()


@pytest.mark.slow
def test_a_megabyte_is_judged_to_its_end(classifier: OnnxClassifier) -> None:
    text = "hello everyone " * 70_000
    assert scores(classifier, text + "idiot")["insult"] > 0.8
    assert scores(classifier, text)["insult"] < 0.1
    assert isinstance(classifier.classify(["ab" * (1 << 19)])[0], Unscored)


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    folder = tiny.make_onnx(tmp_path)
    path = folder / "tokenizer.json"
    path.write_text(path.read_text("utf-8").replace("idiot", "idiom"), "utf-8")
    with pytest.raises(ClassifierError, match=r"tokenizer\.json was changed: .* reinstall"):
        OnnxClassifier.load(folder)


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx", "tokenizer.json"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = tiny.make_onnx(tmp_path)
    (folder / name).unlink()
    with pytest.raises(ClassifierError, match=f"{name} cannot be read"):
        OnnxClassifier.load(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"files": {}}, r"lists no hash for model\.onnx"),
        ({"labels": None}, "malformed"),
        ({"labels": ["toxicity"]}, "gives 3 scores, its manifest names 1 labels"),
        ({"max_tokens": "many"}, "malformed"),
        ({"stride": 22}, "does not fit its windows"),
    ],
)
def test_a_manifest_that_cannot_be_right(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    folder = tiny.make_onnx(tmp_path, **changes)
    with pytest.raises(ClassifierError, match=message):
        OnnxClassifier.load(folder)


def test_a_manifest_without_a_key_or_of_no_json(tmp_path: Path) -> None:
    folder = tiny.make_onnx(tmp_path)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    del manifest["languages"]
    path.write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(ClassifierError, match="lacks the key 'languages'"):
        OnnxClassifier.load(folder)
    path.write_text("{", "utf-8")
    with pytest.raises(ClassifierError, match="not valid JSON"):
        OnnxClassifier.load(folder)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_broken_file_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    folder = tiny.make_onnx(tmp_path)
    (folder / name).write_bytes(b"{}")
    tiny.write_manifest(folder)
    with pytest.raises(ClassifierError, match=f"{name} cannot be loaded"):
        OnnxClassifier.load(folder)
