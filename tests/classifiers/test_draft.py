"""The draft behind the screen: what it clears too, what it leaves to the model, and what it never
says."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import tiny
from classifiers.test_screen import list_all, parts, screened, with_screen
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper

from moderator.classifiers.base import Screens
from moderator.classifiers.draft import FILE
from moderator.classifiers.onnx import OnnxClassifier
from moderator.errors import ClassifierError
from moderator.records import Assessment, Unscored

LIMITS = {"toxicity": 0.3, "insult": 0.3}
CLEARED = Assessment(cleared=True)


def weighed(folder: Path, **weights: float) -> None:
    """Changes what words weigh in the draft, on every label."""
    model = onnx.load(str(folder / FILE))
    (stored,) = (one for one in model.graph.initializer if one.name == "weights")
    table = numpy_helper.to_array(stored).copy()
    for word, weight in weights.items():
        table[tiny.make_tokenizer().token_to_id(word)] = weight
    stored.CopyFrom(numpy_helper.from_array(table, "weights"))
    onnx.save(model, str(folder / FILE))


def with_draft(folder: Path, limits: dict[str, float] | None = None, **weights: float) -> Path:
    """A tiny model with a screen, and a draft that says the same but for some words' weights."""
    with_screen(folder, parts())
    shutil.copy(folder / "model.onnx", folder / FILE)
    weighed(folder, **weights)
    list_all(folder, FILE, draft_limits=LIMITS if limits is None else limits)
    return folder


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> OnnxClassifier:
    return OnnxClassifier.load(with_draft(tmp_path_factory.mktemp("model")), threads=2)


@pytest.mark.parametrize(
    "text",
    [
        "hello everyone",  # the screen's doing
        "zq7 hello",
        "hello " * 20,
        "see " * 100 + "you",
        "kill nice nice",
    ],
)
def test_cleared(classifier: OnnxClassifier, text: str) -> None:
    assert screened(classifier, text) == CLEARED


@pytest.mark.parametrize(
    "text", ["you idiot", "zq7 stupid", "see " * 100 + "idiot" + " see" * 90, "", " \n", "ᚠ", "😂"]
)
def test_what_is_left_is_judged_by_the_model_itself(classifier: OnnxClassifier, text: str) -> None:
    assert [screened(classifier, text)] == classifier.classify([text])
    assert screened(classifier, text) != CLEARED


def test_the_drafts_own_scores_are_nowhere(tmp_path: Path) -> None:
    plain = OnnxClassifier.load(tiny.make_onnx(tmp_path / "plain"), threads=1)
    other = OnnxClassifier.load(with_draft(tmp_path / "other", trash=9.0), threads=1)
    assert [screened(other, "you trash")] == plain.classify(["you trash"])
    assert other.version == plain.version


def test_a_label_without_a_limit_is_not_looked_at(tmp_path: Path) -> None:
    text = "zq7 kill"
    heeding = OnnxClassifier.load(with_draft(tmp_path / "a", {"threat": 0.5}), threads=1)
    heedless = OnnxClassifier.load(with_draft(tmp_path / "b", {"insult": 0.5}), threads=1)
    assert screened(heeding, text) != CLEARED
    assert screened(heedless, text) == CLEARED


def test_a_draft_that_gives_no_number_clears_nothing(tmp_path: Path) -> None:
    folder = with_draft(tmp_path, zq7=0.0, hello=float("nan"))
    broken = OnnxClassifier.load(folder, threads=1)
    assert [screened(broken, "zq7 hello")] == broken.classify(["zq7 hello"])


def test_a_foreign_text_is_unscored_and_never_cleared(classifier: OnnxClassifier) -> None:
    assert isinstance(screened(classifier, "нет"), Unscored)


def test_what_is_to_be_kept_is_never_cleared(classifier: OnnxClassifier) -> None:
    texts = ["zq7 hello", "zq7 game", "zq7 hello"]
    full = classifier.classify(texts)
    assert classifier.screened(texts, [False, True, True]) == [CLEARED, *full[1:]]


_WORDS = st.sampled_from([*tiny.WORDS, *tiny.WEIGHTS, "zq7", "?", "😂", "нет"])
_TEXTS = st.lists(_WORDS, max_size=40).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_TEXTS, st.booleans()), min_size=1, max_size=8))
def test_neighbours_change_nothing(
    classifier: OnnxClassifier, batch: list[tuple[str, bool]]
) -> None:
    alone = [classifier.screened([text], [keep])[0] for text, keep in batch]
    assert classifier.screened(*map(list, zip(*batch, strict=True))) == alone


def test_it_tells_which_words_carried_a_score(tmp_path: Path) -> None:
    """The draft is asked: where it weighs words otherwise, it names another."""
    text = "you stupid idiot game"
    same = OnnxClassifier.load(with_draft(tmp_path / "same"), threads=1)
    other = OnnxClassifier.load(with_draft(tmp_path / "other", stupid=9.0), threads=1)
    assert same.explain(text, "insult")[0] == "idiot"
    assert other.explain(text, "insult")[0] == "stupid"


def test_the_version_of_what_clears_follows_file_and_limits(tmp_path: Path) -> None:
    def version(name: str, **given: Any) -> str:
        return OnnxClassifier.load(with_draft(tmp_path / name, **given), threads=1).screen_version

    alone = OnnxClassifier.load(with_screen(tmp_path / "screen", parts()), threads=1).screen_version
    first = version("a")
    assert version("b") == first
    assert len({alone, first, version("c", limits={"toxicity": 0.2}), version("d", trash=9.0)}) == 4


def test_without_a_screen_a_draft_is_not_asked(tmp_path: Path) -> None:
    folder = with_draft(tmp_path)
    (folder / "screen.npz").unlink()
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["files"]["screen.npz"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    alone = OnnxClassifier.load(folder, threads=1)
    assert not isinstance(alone, Screens)
    assert alone.screened(["zq7 hello"], [False]) == alone.classify(["zq7 hello"])


def test_a_broken_draft_is_refused_in_one_sentence(tmp_path: Path) -> None:
    folder = with_draft(tmp_path)
    (folder / FILE).write_bytes(b"no network")
    with pytest.raises(ClassifierError, match=r"draft\.onnx was changed"):
        OnnxClassifier.load(folder)
    list_all(folder, FILE)
    with pytest.raises(ClassifierError, match=r"draft\.onnx cannot be loaded by onnxruntime"):
        OnnxClassifier.load(folder)


def test_a_draft_of_other_labels_is_refused(tmp_path: Path) -> None:
    folder = with_draft(tmp_path)
    model = onnx.load(str(folder / FILE))
    for stored in model.graph.initializer:
        if stored.name in ("weights", "outer", "base"):
            table = numpy_helper.to_array(stored)[..., :2]
            stored.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(table), stored.name))
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 2
    onnx.save(model, str(folder / FILE))
    list_all(folder, FILE)
    with pytest.raises(ClassifierError, match=r"draft\.onnx gives 2 scores, its manifest names 3"):
        OnnxClassifier.load(folder)
