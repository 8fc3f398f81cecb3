"""Names and ids of people, found in what others write.

A display name is looked for whole and, where it has several words, by each of them that is not
an everyday one: "Ann Smith" is also called Ann, and Smith.
"""

import re
from collections.abc import Iterator

from moderator.redaction.recognise import Stretch
from moderator.text import Folded, fold

SHORTEST_PART = 3
"""Characters of the shortest part of a name that stands for all of it."""

SHORTEST_ID = 4

MOST_WORDS = 16
"""Words of a name that are looked for as one: longer ones make texts slow to look through, and
each word of them is looked for besides."""

EVERYDAY = frozenset(
    re.findall(
        r"\w+",
        """
        a an and are at be but by do for from he her hi him his i in is it its me my no not of oh
        ok on or our she so the them they to u us we what who yes you your
        das de del den der die do dos e el et la las le les los o un una und van von y
        admin anonymous dr guest host miss moderator mr mrs ms prof sir student teacher unknown
        user android ipad iphone phone
        back bad best big bot boy class day fan first girl good group guy head help just last life
        little live main man new night not old one real room row team test time top two woman world
        """,
    )
)
"""Words that give nobody away, even where somebody is called so."""

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_SYMBOLS = "\u2190-\u2bff\U0001f000-\U0001faff"
_WORD = re.compile(rf"[{_UNSPACED}{_SYMBOLS}]|[^\W_{_UNSPACED}]+")
"""A word; in writing without spaces, and of symbols, each sign."""

Words = tuple[str, ...]


class Names:
    """Everybody's names and ids, each with the stretch's kind and key to call it by."""

    def __init__(self) -> None:
        self._owners: dict[Words, set[str]] = {}
        self._lengths: dict[str, list[int]] | None = None

    def add_name(self, owner: str, name: str) -> None:
        """`owner` is called `name`."""
        words = _words(name)
        # One sign alone, as of an emoji, is everybody's.
        if len("".join(words)) > 1:
            self._add(owner, words)
        if len(words) > 1:
            for word in words:
                if len(word) >= SHORTEST_PART:
                    self._add(owner, (word,))

    def add_id(self, owner: str, name: str) -> None:
        """`name` is an id of `owner`."""
        if len(name) >= SHORTEST_ID:
            self._add(owner, _words(name))

    def find(self, folded: Folded) -> Iterator[Stretch]:
        """Where they stand in a text; the longest that begins at a word."""
        lengths = self._lengths_by_first()
        found = list(_WORD.finditer(folded.text))
        words = tuple(match[0] for match in found)
        position = 0
        while position < len(words):
            for length in lengths.get(words[position], ()):
                name = words[position : position + length]
                if name in self._owners:
                    last = position + len(name) - 1
                    span = folded.span(found[position].start(), found[last].end())
                    yield Stretch(*span, *self._called(name))
                    position = last
                    break
            position += 1

    def _add(self, owner: str, words: Words) -> None:
        if words and not EVERYDAY.issuperset(words):
            self._owners.setdefault(words[:MOST_WORDS], set()).add(owner)

    def _lengths_by_first(self) -> dict[str, list[int]]:
        """How many words the names have that begin with a word; the longest first."""
        if self._lengths is None:
            found: dict[str, set[int]] = {}
            for name in self._owners:
                found.setdefault(name[0], set()).add(len(name))
            self._lengths = {first: sorted(each, reverse=True) for first, each in found.items()}
        return self._lengths

    def _called(self, name: Words) -> tuple[str, str]:
        owners = self._owners[name]
        if len(owners) == 1:
            (owner,) = owners
            return "participant", owner
        return "name", " ".join(name)


def _words(text: str) -> Words:
    return tuple(_WORD.findall(fold(text).text))
