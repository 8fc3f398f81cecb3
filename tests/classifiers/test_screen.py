"""The screen before the bundled model: what it clears, what it never does, and always alike."""

import hashlib
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
from chatcheck.load import cases
from hypothesis import given, settings
from hypothesis import strategies as st

from moderator.classifiers.base import Screens
from moderator.classifiers.onnx import OnnxClassifier
from moderator.classifiers.rules import RulesClassifier
from moderator.classifiers.screen import FILE, HIGHEST, Screen
from moderator.classifiers.tokenization import Tokenization
from moderator.config import load
from moderator.errors import ClassifierError
from moderator.policy import Policy
from moderator.records import Assessment, Unscored
from moderator.resources import data_path

LONGEST = 12
RUDE = ("idiot", "stupid", "kill", "trash")
CLEARED = Assessment(cleared=True)


def parts() -> dict[str, Any]:
    """A screen of the tiny model's pieces: 127 for a message with a rude word, else 0.

    It knows whole words and signs, not the single letters that unknown words fall into.
    """
    from tokenizers import Tokenizer

    tokenizer: Tokenizer = tiny.make_tokenizer()
    names = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().__getitem__)
    pieces = np.zeros((len(names), 2), np.int8)
    pieces[[names.index(word) for word in RUDE], 0] = HIGHEST
    middle = np.zeros((3, 2, 2), np.int8)
    middle[1] = np.eye(2) * HIGHEST
    pooled = np.zeros((4, 2), np.int8)
    pooled[0, 0] = HIGHEST
    whole = {"scale": np.full(2, 1 / HIGHEST, np.float32), "offset": np.zeros(2, np.float32)}
    known = [
        name in ("[CLS]", "[SEP]", "?", "!") or (name.isalpha() and len(name) > 1) for name in names
    ]
    made = {"pieces": pieces, "known": np.array(known)}
    for layer, weight in (("first", middle), ("second", middle), ("hidden", pooled)):
        made[f"{layer}_weight"] = weight
        made |= {f"{layer}_{name}": value for name, value in whole.items()}
    return {**made, "score": np.array([1, 0], np.int8), "limits": np.array([1, LONGEST])}


def with_screen(folder: Path, arrays: dict[str, Any]) -> Path:
    """A tiny model's folder with this screen in it, and in its manifest."""
    tiny.make_onnx(folder)
    np.savez(folder / FILE, **arrays)
    list_all(folder)
    return folder


def list_all(folder: Path, *more: str, **changes: object) -> None:
    names = ("model.onnx", "tokenizer.json", FILE, *more)
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    tiny.write_manifest(folder, files=hashes, **changes)


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> OnnxClassifier:
    return OnnxClassifier.load(with_screen(tmp_path_factory.mktemp("model"), parts()), threads=1)


def screened(classifier: OnnxClassifier, text: str) -> object:
    (result,) = classifier.screened([text], [False])
    return result


@pytest.mark.parametrize(
    "text",
    ["hello everyone", "Hello EVERYONE!", "can we please see this?", "you are great", "nice game!"],
)
def test_cleared(classifier: OnnxClassifier, text: str) -> None:
    assert screened(classifier, text) == CLEARED


@pytest.mark.parametrize(
    "text",
    [
        "you idiot",
        "hello stupid game",
        "zq7 hello",  # pieces that the screen has not met
        "hello ᚠ",  # a piece that the model itself does not know
        "hello [PAD] everyone",
        "hello " * (LONGEST - 1),  # two pieces stand at the ends
        "see " * 100 + "you",  # more than a window
        "",
        " \n",
        "\x00",
    ],
)
def test_not_cleared(classifier: OnnxClassifier, text: str) -> None:
    assert [screened(classifier, text)] == classifier.classify([text])
    assert screened(classifier, text) != CLEARED


def test_the_longest_that_is_cleared(classifier: OnnxClassifier) -> None:
    assert screened(classifier, "hello " * (LONGEST - 2)) == CLEARED


@pytest.mark.parametrize("text", ["нет", "je ne comprends pas la question numéro trois"])
def test_a_foreign_text_is_unscored_and_never_cleared(
    classifier: OnnxClassifier, text: str
) -> None:
    assert isinstance(screened(classifier, text), Unscored)


def test_what_is_to_be_kept_is_never_cleared(classifier: OnnxClassifier) -> None:
    texts = ["hello everyone", "nice game", "hello everyone", "you idiot"]
    full = classifier.classify(texts)
    assert CLEARED not in full
    assert classifier.screened(texts, [True] * 4) == full
    assert classifier.screened(texts, [False, True, True, False]) == [CLEARED, *full[1:]]
    assert classifier.screened([], []) == []
    with pytest.raises(ValueError, match="argument"):
        classifier.screened(texts, [True])


def test_only_a_model_with_a_screen_is_said_to_have_one(
    classifier: OnnxClassifier, tmp_path: Path
) -> None:
    plain = OnnxClassifier.load(tiny.make_onnx(tmp_path), threads=1)
    assert isinstance(classifier, Screens)
    assert not isinstance(plain, Screens)
    assert plain.version == classifier.version
    assert plain.screened(["hello everyone"], [False]) == plain.classify(["hello everyone"])
    assert classifier.screen_version.startswith("1+")


_WORDS = st.sampled_from([*tiny.WORDS, *tiny.WEIGHTS, "zq7", "?", "😂", "[PAD]", "ᚠ", "нет"])
_TEXTS = st.lists(_WORDS, max_size=16).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_TEXTS, st.booleans()), max_size=8))
def test_neighbours_change_nothing(
    classifier: OnnxClassifier, batch: list[tuple[str, bool]]
) -> None:
    alone = [classifier.screened([text], [keep])[0] for text, keep in batch]
    assert classifier.screened(*map(list, zip(*batch, strict=True)) if batch else ([], [])) == alone


def chance(seed: int, vocabulary: int = 300) -> dict[str, Any]:
    """A screen of random weights, so that a sum in another order would give another number."""
    draw = np.random.default_rng(seed)
    width, channels, hidden = 16, 24, 8

    def whole(*shape: int) -> Any:
        return draw.integers(-HIGHEST, HIGHEST + 1, shape).astype(np.int8)

    pieces = whole(vocabulary, width)
    pieces[0] = 0
    made: dict[str, Any] = {
        "pieces": pieces,
        "known": draw.random(vocabulary) < 0.99,
        "first_weight": whole(3, width, channels),
        "second_weight": whole(3, channels, channels),
        "hidden_weight": whole(2 * channels, hidden),
        "score": whole(hidden),
        "limits": np.array([0, 40]),
    }
    for layer, size in (("first", channels), ("second", channels), ("hidden", hidden)):
        made[f"{layer}_scale"] = draw.uniform(1e-4, 1e-3, size).astype(np.float32)
        made[f"{layer}_offset"] = draw.uniform(-20, 20, size).astype(np.float32)
    return made


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 5),
    st.lists(st.lists(st.integers(0, 299), min_size=1, max_size=60), max_size=300),
)
def test_the_same_whole_number_in_every_mix(seed: int, windows: list[list[int]]) -> None:
    screen = Screen(chance(seed))
    alone = [float(screen.scores([ids])[0]) for ids in windows]
    assert all(score.is_integer() for score in alone)
    if windows:
        assert screen.scores(windows).tolist() == alone
    assert screen.clears(windows) == [screen.clears([ids])[0] for ids in windows]


def test_a_changed_screen_is_refused(tmp_path: Path) -> None:
    folder = with_screen(tmp_path, parts())
    path = folder / FILE
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ClassifierError, match=r"screen\.npz was changed: .* reinstall"):
        OnnxClassifier.load(folder)
    path.unlink()
    with pytest.raises(ClassifierError, match=r"screen\.npz cannot be read"):
        OnnxClassifier.load(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"pieces": None},
        {"pieces": np.ones((3, 2), np.int8)},
        {"known": np.ones(7, np.int8)},
        {"limits": np.array([1])},
        {"limits": np.array([1, 1 << 20])},
        {"score": np.ones(3, np.int8)},
        {"first_weight": np.ones((3, 3, 2), np.int8)},
        {"hidden_scale": np.ones(9, np.float32)},
        {"score": np.array([{}, {}], dtype=object)},
    ],
    ids=str,
)
def test_a_file_that_is_no_screen_is_refused_in_one_sentence(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    arrays = {name: array for name, array in (parts() | changes).items() if array is not None}
    folder = with_screen(tmp_path, arrays)
    with pytest.raises(ClassifierError, match=r"screen\.npz cannot be loaded"):
        OnnxClassifier.load(folder)


def test_neither_are_bytes_that_are_no_archive_nor_a_screen_of_other_pieces(tmp_path: Path) -> None:
    folder = with_screen(tmp_path, chance(1))
    with pytest.raises(ClassifierError, match="knows 300 pieces, its tokenizer"):
        OnnxClassifier.load(folder)
    for content in (b"", b"PK\x03\x04", b"\x93NUMPY", b"{}"):
        (folder / FILE).write_bytes(content)
        list_all(folder)
        with pytest.raises(ClassifierError, match=r"screen\.npz cannot be loaded"):
            OnnxClassifier.load(folder)


# The screen that comes with the package

SHIPPED = data_path("models") / "chat-minilm"

HARMLESS = """
hello everyone
can you hear me?
gg
thank you so much
which page are we on
the link does not open for me
good morning!
yes
lol
i think the answer is 12
"""
DOUBTFUL = """
you are an idiot
i will find you
go kill yourself
u r so dum
send nudes
nobody wants you here, leave
click here to win a free phone
go back to your country
y0u are an 1d10t
"""


def reads(text: str) -> bool:
    screen = Screen.load(SHIPPED / FILE)
    tokenization = Tokenization(SHIPPED / "tokenizer.json", 72, 24)
    ((window,),) = (windows for windows in tokenization.windows([text]) if windows)
    return screen.clears([window])[0]


@pytest.mark.parametrize("text", HARMLESS.strip().split("\n"))
def test_ordinary_chat_is_cleared(text: str) -> None:
    assert reads(text)


@pytest.mark.parametrize("text", DOUBTFUL.strip().split("\n"))
def test_what_may_be_meant_badly_is_left_to_the_model(text: str) -> None:
    assert not reads(text)


@pytest.mark.slow
def test_at_most_one_case_of_the_suite_is_lost() -> None:
    """Of those that the model alone flags and no rule finds anything in; the rest is kept anyway.

    The suite had no part in setting the bar.
    """
    model, ruleset = OnnxClassifier.load(SHIPPED), load()
    rules, policy = RulesClassifier(ruleset), Policy(ruleset)
    texts = [case["text"] for case in cases()]
    random.Random(3).shuffle(texts)
    results = model.screened(texts, [False] * len(texts))
    cleared = [t for t, r in zip(texts, results, strict=True) if r == CLEARED]
    lost = 0
    for text, result in zip(cleared, model.classify(cleared), strict=True):
        assert isinstance(result, Assessment)
        if policy.judge(policy.findings("", "", result.scores)).flagged:
            lost += rules.classify([text]) == [Assessment()]
    assert lost <= 1
    assert len(cleared) > len(texts) / 10
