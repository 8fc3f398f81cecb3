"""Words that were never seen before leave nothing behind."""

from itertools import pairwise

from making import rule

from moderator.classifiers.tokeniser import split
from moderator.classifiers.tokens import Tokens


def test_the_vocabulary_is_made_anew_when_it_has_grown() -> None:
    tokens = Tokens(rule("tokens", "[[{LOWER: idiot}]]").rules, forget_after=2_000)

    def found(texts: list[str]) -> list[list[tuple[str, int, int]]]:
        return [tokens.find(split(text)) for text in texts]

    expected = found(["you idiot", "fine"])
    sizes = []
    for batch in range(40):
        texts = [f"word{batch}x{number} idiot" for number in range(200)]
        assert all(len(matches) == 1 for matches in found(texts))
        sizes.append(len(tokens._vocab))
    assert max(sizes) < 6_000
    assert any(after < before for before, after in pairwise(sizes))
    assert found(["you idiot", "fine"]) == expected
