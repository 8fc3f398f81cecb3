"""The words that rules look for, as a trie: what an evasion can be read as.

A disguised word is worth reading only as a word that some rule knows; whatever else it might
spell changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Node:
    """A place in the trie: its letter, the letters that go on, and the word that ends here."""

    letter: str = ""
    following: dict[str, "Node"] = field(default_factory=dict)
    word: str | None = None
    _ending: list["Node"] | None = None
    _passing: dict[str, list["Node"]] | None = None

    @property
    def ending(self) -> list["Node"]:
        """The places that follow at which a word ends."""
        if self._ending is None:
            self._ending = [node for node in self.following.values() if node.word is not None]
        return self._ending

    def passing(self, letter: str) -> Sequence["Node"]:
        """The places that follow after which `letter` can come."""
        if self._passing is None:
            self._passing = {}
            for node in self.following.values():
                for after in node.following:
                    self._passing.setdefault(after, []).append(node)
        return self._passing.get(letter, ())


class Lexicon:
    """Words by rank: of two words that a disguise fits alike, the lower rank is meant.

    `words` maps a word to its rank. `common` words (you, are, the)
    take part in phrases, and no mask is ever read as one; `heard` words are looked for in
    misspellings. `plain` words are never read as anything else.
    """

    def __init__(
        self,
        words: Mapping[str, int],
        common: Iterable[str],
        heard: Iterable[str],
        plain: Iterable[str],
    ) -> None:
        self.ranks = dict(words)
        self.common = frozenset(common)
        self.heard = frozenset(heard)
        self.known = frozenset(words) | frozenset(plain)
        self.root = Node()
        for word in words:
            node = self.root
            for letter in word:
                node = node.following.setdefault(letter, Node(letter))
            node.word = word
