"""Which texts a set of token patterns can match at all, told from their words alone.

spaCy's matcher tries every pattern on every token, in Python where a token has a list of words.
Few texts hold a word for each obligatory token of a pattern, so that it rarely has to run.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from moderator.config import TokenPattern

if TYPE_CHECKING:
    from spacy.tokens import Doc

_Words = frozenset[str]


class Prefilter:
    """A necessary condition: a text that fails it matches none of the patterns.

    Texts are folded, so that a token and its lower case are the same, but for oddities; both
    count as words of the text.
    """

    def __init__(self, patterns: Iterable[TokenPattern]) -> None:
        needs = [_needs(pattern) for pattern in patterns]
        common = Counter(word for sets in needs for needed in sets for word in needed)
        self._always = not all(needs)
        self._by_word: defaultdict[str, list[Sequence[_Words]]] = defaultdict(list)
        for sets in needs:
            # The pattern is looked up by its rarest token alone, and then looked at whole.
            rarest = min(sets, key=lambda needed: sum(common[word] for word in needed), default=())
            for word in rarest:
                self._by_word[word].append(sets)

    def passes(self, doc: "Doc") -> bool:
        """Whether some pattern finds, anywhere, a word for each of its obligatory tokens."""
        if self._always:
            return True
        words = {token.text for token in doc}
        words |= {word.lower() for word in words}
        return any(
            all(not needed.isdisjoint(words) for needed in sets)
            for word in self._by_word.keys() & words
            for sets in self._by_word[word]
        )


def _needs(pattern: TokenPattern) -> list[_Words]:
    """What the obligatory tokens need; those that name no words need nothing."""
    needs = []
    for token in pattern:
        if token.get("OP", "+") != "+":
            continue
        for attribute in ("LOWER", "TEXT"):
            value = token.get(attribute)
            listed = value.get("IN") if isinstance(value, dict) else [value]
            if isinstance(listed, list) and all(isinstance(word, str) for word in listed):
                needs.append(frozenset(listed))
    return needs
