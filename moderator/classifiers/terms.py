"""Rule kind `terms`: whole words and phrases, matched on the tokens of the folded text.

A term is folded and tokenised like the messages, so it is found whatever its case, accents or
white space, and never inside a longer word.

    - id: insult.idiot
      kind: terms
      terms: [you idiot]        # hits "YOU ÍDIOT!!", misses "idiot-proof"
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from moderator.classifiers.tokeniser import Words, split
from moderator.config import Rule
from moderator.errors import ConfigError
from moderator.text import fold


@dataclass(slots=True)
class _Node:
    """The phrases that go on from here, by their next token; and the keys of those that end."""

    following: dict[str, "_Node"] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)


class Phrases:
    """Finds phrases by key among tokens."""

    def __init__(self, phrases: Iterable[tuple[str, Sequence[str]]]) -> None:
        root = _Node()
        for key, texts in phrases:
            for text in texts:
                node = root
                for word in split(fold(text).text)[0]:
                    node = node.following.setdefault(word, _Node())
                if node is not root and key not in node.keys:
                    node.keys.append(key)
        self._first = root.following

    def find(self, tokens: Words) -> Iterator[tuple[str, int, int]]:
        """Key, start and end (characters of the folded text) of every occurrence."""
        words, starts = tokens
        for begin, word in enumerate(words):
            node = self._first.get(word)
            end = begin
            while node is not None:
                for key in node.keys:
                    yield key, starts[begin], starts[end] + len(words[end])
                end += 1
                node = node.following.get(words[end]) if end < len(words) else None


def phrases_of(rules: Sequence[Rule]) -> Phrases:
    """All rules of kind `terms` as one set of phrases."""
    for rule in rules:
        for term in rule.terms:
            if not fold(term).text:
                raise ConfigError(f"{rule.place}: a term holds nothing but decoration.")
    return Phrases((rule.id, rule.terms) for rule in rules)
