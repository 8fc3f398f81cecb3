"""Which token patterns can match a text at all, told from its words alone.

spaCy's matcher tries every pattern on every token, in Python where a token has a list of words.
Few texts hold a word for each obligatory token of a pattern, so that it rarely has to run.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from moderator.config import TokenPattern

_Words = frozenset[str]


class Prefilter:
    """A necessary condition: a text that fails it matches none of a key's patterns.

    Texts are folded, so that a token and its lower case are the same, but for oddities; both
    count as words of the text.
    """

    def __init__(self, patterns: Iterable[tuple[str, TokenPattern]]) -> None:
        needs = [(key, _needs(pattern)) for key, pattern in patterns]
        common = Counter(word for _, sets in needs for needed in sets for word in needed)
        self._always = frozenset(key for key, sets in needs if not sets)
        by_word: defaultdict[str, list[tuple[str, Sequence[_Words]]]] = defaultdict(list)
        for key, sets in needs:
            # The pattern is looked up by its rarest token alone, and then looked at whole.
            rarest = min(sets, key=lambda needed: sum(common[word] for word in needed), default=())
            for word in rarest:
                by_word[word].append((key, sets))
        self._by_word = dict(by_word)
        self._words = frozenset(by_word)

    def passing(self, tokens: Iterable[str]) -> set[str]:
        """The keys with a pattern that finds, anywhere, a word for each obligatory token."""
        words = set(tokens)
        words.update(map(str.lower, tokens))
        passing = set(self._always)
        for word in self._words.intersection(words):
            for key, sets in self._by_word[word]:
                if key not in passing and not any(map(words.isdisjoint, sets)):
                    passing.add(key)
        return passing


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
