"""The real Detoxify package on a small checkpoint: offline, no code run, whole texts."""

import os
import pickle
from pathlib import Path

import pytest
import tiny
import torch

from moderator.classifiers.detoxify import DetoxifyClassifier
from moderator.errors import ClassifierError
from moderator.records import Assessment, Unscored


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.make_detoxify(tmp_path_factory.mktemp("weights") / "small")


@pytest.fixture(scope="module")
def classifier(folder: Path) -> DetoxifyClassifier:
    return DetoxifyClassifier.load(str(folder))


def scores(classifier: DetoxifyClassifier, text: str) -> dict[str, float]:
    (result,) = classifier.classify([text])
    assert isinstance(result, Assessment), result
    return dict(result.scores)


def test_what_it_says_of_itself(classifier: DetoxifyClassifier) -> None:
    assert classifier.name == "detoxify:small"
    assert classifier.version.startswith("0.5.4+")
    assert classifier.labels == ("toxicity", "insult", "threat")  # the package's own names


def test_a_checkpoint_may_be_named_itself(folder: Path, classifier: DetoxifyClassifier) -> None:
    other = DetoxifyClassifier.load(str(folder / "model.ckpt"))
    assert other.version == classifier.version
    assert other.classify(["you idiot"]) == classifier.classify(["you idiot"])


def test_scores_are_those_of_the_packages_own_predict(
    folder: Path, classifier: DetoxifyClassifier
) -> None:
    texts = ["you are an idiot", "hello everyone", "a", "thanks for the class today"]
    for text, result in zip(texts, classifier.classify(texts), strict=True):
        assert isinstance(result, Assessment)
        own = classifier._model.predict(text)
        assert result.scores == pytest.approx(own, abs=1e-4)


def test_nothing_of_a_long_text_goes_unread(classifier: DetoxifyClassifier) -> None:
    """What the package itself would cut off decides the score, where it is the worst part."""
    by_score = sorted(tiny.WORDS, key=lambda word: scores(classifier, f"{word} " * 30)["insult"])
    mild, grave = f"{by_score[0]} " * 120, f"{by_score[-1]} " * 60
    alone = scores(classifier, mild)["insult"]
    assert scores(classifier, mild + grave)["insult"] > alone + 0.05
    assert scores(classifier, grave + mild)["insult"] > alone + 0.05
    own = classifier._model.predict([mild, mild + grave])["insult"]
    assert own[0] == pytest.approx(own[1])


def test_a_text_scores_the_same_whatever_shares_its_batch(classifier: DetoxifyClassifier) -> None:
    texts = [" ".join(tiny.WORDS[n : n + 1 + n % 9]) for n in range(40)]
    alone = [classifier.classify([text])[0] for text in texts]
    for mixed, single in zip(classifier.classify(texts), alone, strict=True):
        assert isinstance(mixed, Assessment)
        assert isinstance(single, Assessment)
        assert mixed.scores == pytest.approx(single.scores, abs=2e-5)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("нет", "language: Cyrillic"), ("x" * 500, "no token known to the model")],
)
def test_what_it_does_not_know_is_unscored(
    classifier: DetoxifyClassifier, text: str, reason: str
) -> None:
    assert classifier.classify([text]) == [Unscored("detoxify:small", reason)]


@pytest.mark.parametrize("text", ["", " \n", "😂😂"])
def test_a_text_without_words_scores_nothing(classifier: DetoxifyClassifier, text: str) -> None:
    assert set(scores(classifier, text).values()) == {0.0}


def test_words_that_carried_a_score_lower_it(classifier: DetoxifyClassifier) -> None:
    text = "hello Idiot, this is not a good game"
    words = classifier.explain(text, "insult")
    assert all(word in text for word in words)
    if words:
        rest = " ".join(word for word in text.split() if words[0] not in word)
        assert scores(classifier, rest)["insult"] < scores(classifier, text)["insult"]


def test_nothing_is_printed(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    DetoxifyClassifier.load(str(folder)).classify(["hello everyone " * 50])
    assert capfd.readouterr() == ("", "")


def test_outputs_past_the_named_classes_are_left_out(tmp_path: Path) -> None:
    model = DetoxifyClassifier.load(str(tiny.make_detoxify(tmp_path / "m", outputs=7)))
    assert set(scores(model, "hello everyone")) == {"toxicity", "insult", "threat"}


def test_fewer_outputs_than_classes_are_refused(tmp_path: Path) -> None:
    folder = tiny.make_detoxify(tmp_path / "m", outputs=2)
    with pytest.raises(ClassifierError, match="names 3 classes, but its model has only 2"):
        DetoxifyClassifier.load(str(folder))


class Touch:
    """Pickles into a call that makes a file: what a hostile checkpoint would do, and worse."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("how", ["zip", "plain"])
def test_a_checkpoints_code_is_never_run(tmp_path: Path, how: str) -> None:
    folder = tiny.make_detoxify(tmp_path / "m")
    touched = tmp_path / "touched"
    payload = {"config": {}, "state_dict": Touch(touched)}
    if how == "zip":
        torch.save(payload, folder / "model.ckpt")
    else:
        (folder / "model.ckpt").write_bytes(pickle.dumps(payload))
    with pytest.raises(ClassifierError, match="holds code, which is never run"):
        DetoxifyClassifier.load(str(folder))
    assert not touched.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model_name": "AutoModelForSequenceClassification"}, "must be a concrete one"),
        ({"model_name": "pipeline"}, "must be a concrete one"),
        ({"tokenizer_name": "AutoTokenizer"}, "must be a concrete one"),
        ({"model_name": "NoSuchForSequenceClassification"}, "does not have"),
    ],
)
def test_only_classes_of_their_kind_are_looked_up(
    tmp_path: Path, changes: dict[str, str], message: str
) -> None:
    folder = tiny.make_detoxify(tmp_path / "m")
    tiny.save_checkpoint(folder / "model.ckpt", ("toxic",), {}, **changes)
    with pytest.raises(ClassifierError, match=message):
        DetoxifyClassifier.load(str(folder))


def test_a_checkpoint_that_lacks_weights_is_refused(tmp_path: Path) -> None:
    folder = tiny.make_detoxify(tmp_path / "m")
    loaded = torch.load(folder / "model.ckpt", weights_only=True)
    state = {k: v for k, v in loaded["state_dict"].items() if not k.startswith("classifier")}
    tiny.save_checkpoint(folder / "model.ckpt", ("toxic", "insult", "threat"), state)
    with pytest.raises(ClassifierError, match="lacks 2 of the model's weights"):
        DetoxifyClassifier.load(str(folder))


def test_what_is_not_a_checkpoint_is_refused(tmp_path: Path) -> None:
    folder = tiny.make_detoxify(tmp_path / "m")
    torch.save({"weights": torch.zeros(2)}, folder / "model.ckpt")
    with pytest.raises(ClassifierError, match="not in Detoxify's form"):
        DetoxifyClassifier.load(str(folder))
    (folder / "other.pt").write_bytes(b"")
    with pytest.raises(ClassifierError, match="exactly one checkpoint"):
        DetoxifyClassifier.load(str(folder))
    (folder / "config.json").unlink()
    with pytest.raises(ClassifierError, match=r"needs config\.json"):
        DetoxifyClassifier.load(str(folder / "model.ckpt"))
    with pytest.raises(ClassifierError, match="no Detoxify checkpoint"):
        DetoxifyClassifier.load(str(folder / "missing.ckpt"))


def test_an_unknown_variant_lists_the_known_ones() -> None:
    with pytest.raises(ClassifierError, match=r"no variant 'biased'; known are original, unbi"):
        DetoxifyClassifier.load("biased")


def test_missing_weights_say_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(ClassifierError, match="toxic_debiased") as caught:
        DetoxifyClassifier.load("unbiased")
    assert "On a machine with network run" in str(caught.value)


def test_weights_cut_short_in_the_cache_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cached file's name ends in the beginning of its sha256."""
    import huggingface_hub.constants as hub

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    snapshot = tmp_path / "models--bert-base-uncased" / "snapshots" / "0"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}", "utf-8")
    refs = tmp_path / "models--bert-base-uncased" / "refs"
    refs.mkdir()
    (refs / "main").write_text("0", "utf-8")
    monkeypatch.setattr(hub, "HF_HUB_CACHE", str(tmp_path))
    checkpoints = tmp_path / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    (checkpoints / "toxic_original-c1212f89.ckpt").write_bytes(b"half")
    with pytest.raises(ClassifierError, match="is damaged"):
        DetoxifyClassifier.load("original")
