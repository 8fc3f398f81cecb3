"""Words that were never seen before leave nothing behind."""

from itertools import pairwise

from making import rule

from moderator.classifiers.rules import RulesClassifier


def test_the_vocabulary_is_made_anew_when_it_has_grown() -> None:
    classifier = RulesClassifier(rule("tokens", "[[{LOWER: idiot}]]"), forget_after=2_000)
    expected = classifier.classify(["you idiot", "fine"])
    sizes = []
    for batch in range(40):
        texts = [f"word{batch}x{number} idiot" for number in range(200)]
        results = classifier.classify(texts)
        assert all(len(result.findings) == 1 for result in results)
        sizes.append(len(classifier._vocab))
    assert max(sizes) < 6_000
    assert any(after < before for before, after in pairwise(sizes))
    assert classifier.classify(["you idiot", "fine"]) == expected
