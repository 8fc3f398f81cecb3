"""What every kind of classifier must keep to, whatever it is made of."""

import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny

from moderator.classifiers.apart import Apart
from moderator.classifiers.base import Classifier, Explains
from moderator.classifiers.detoxify import DetoxifyClassifier
from moderator.classifiers.onnx import OnnxClassifier
from moderator.classifiers.rules import RulesClassifier
from moderator.config import load
from moderator.records import CATEGORIES, Assessment, Unscored

SERVE = """
import sys
from pathlib import Path
from moderator.classifiers.onnx import OnnxClassifier
from moderator.classifiers.worker import serve
serve(lambda: OnnxClassifier.load(Path(sys.argv[1]), threads=1), int(sys.argv[2]))
"""


def _apart(folder: Path) -> Classifier:
    """The same ONNX model in a process of its own."""
    return Apart("tiny", command=[sys.executable, "-c", SERVE, str(folder)])


FACTORIES: dict[str, Callable[[Path], Classifier]] = {
    "rules": lambda folder: RulesClassifier(load()),
    "onnx": lambda folder: OnnxClassifier.load(tiny.make_onnx(folder / "onnx"), threads=1),
    "detoxify": lambda folder: DetoxifyClassifier.load(str(tiny.make_detoxify(folder / "detox"))),
    "apart": lambda folder: _apart(tiny.make_onnx(folder / "onnx")),
}

ODD = [
    "",
    " \n\t",
    "😂👨‍👩‍👧🏴",
    "a\x00b",
    "\x1b[31mred",
    "you idiot " * 500,
    "x" * 5000,
    "\u0301\u0301\u0301",
    "e\u0301\u0327\u0301" * 200,
    "\u202egnihton\u202c",
    "\ud83d lone",
    "ﷺ" * 50,
    "你好",
    "=1+1",
    "<script>alert(1)</script>",
]
PLAIN = [
    "you are an idiot",
    "hello everyone",
    "kys",
    "nice game",
    "u r trash lol",
    "i will kill you",
]


@pytest.fixture(scope="module", params=FACTORIES)
def classifier(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Classifier:
    return FACTORIES[request.param](tmp_path_factory.mktemp(request.param))


def test_it_is_a_classifier_with_a_name_and_a_version(classifier: Classifier) -> None:
    assert isinstance(classifier, Classifier)
    assert classifier.name
    assert classifier.version


def test_no_text_gives_no_result(classifier: Classifier) -> None:
    assert classifier.classify([]) == []


@pytest.mark.parametrize("text", [*ODD, *PLAIN], ids=range(len(ODD) + len(PLAIN)))
def test_one_text_gives_one_result_in_range(classifier: Classifier, text: str) -> None:
    (result,) = classifier.classify([text])
    if isinstance(result, Unscored):
        assert result.classifier == classifier.name
        assert result.reason
        return
    assert all(0 <= score <= 1 for score in result.scores.values())
    for finding in result.findings:
        assert 0 <= finding.score <= 1
        assert finding.category in CATEGORIES
        assert finding.span is not None
        start, end = finding.span
        assert finding.match == text[start:end]


def test_results_come_in_the_order_of_the_texts(classifier: Classifier) -> None:
    texts = [*PLAIN, *ODD, *reversed(PLAIN)]
    results = classifier.classify(texts)
    assert len(results) == len(texts)
    with_close_scores(classifier, texts, results)


def test_the_same_text_gives_the_same_result_in_every_mix(classifier: Classifier) -> None:
    generator = random.Random(3)
    texts = [*PLAIN, *ODD, *PLAIN[:2]]
    for _ in range(5):
        generator.shuffle(texts)
        with_close_scores(classifier, texts, classifier.classify(texts))


def test_words_are_of_the_text(classifier: Classifier) -> None:
    if not isinstance(classifier, Explains):
        pytest.skip("explains nothing")
    for text in ["You are an IDIOT!", "", "😂", "hello"]:
        words = classifier.explain(text, "toxicity", limit=2)
        assert len(words) <= 2
        assert all(word in text for word in words)


def with_close_scores(classifier: Classifier, texts: list[str], results: list[object]) -> None:
    """Each result is what the text alone gives; scores to 4 decimals, as they are written."""
    for text, result in zip(texts, results, strict=True):
        (alone,) = classifier.classify([text])
        assert type(result) is type(alone)
        if isinstance(result, Assessment) and isinstance(alone, Assessment):
            assert result.findings == alone.findings
            assert result.scores == pytest.approx(alone.scores, abs=5e-5)
        else:
            assert result == alone
