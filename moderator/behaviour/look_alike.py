"""Rule kind `look-alike`: a display name made to be taken for another's, or for staff.

    - id: behaviour.look-alike
      kind: look-alike
      words: [host, moderator]

Two participants whose names are written differently and look the same: the later name is
flagged and names the message under the earlier one. A person who comes back under the same name
is no impostor, and neither is one whose name differs in case, accents or spaces alone: people
write their own names so. A name is flagged by itself if one of `words` can be read in it only
once look-alike characters are undone.

It cannot be told who was there first outside the chat: if the impostor speaks before the host,
it is the host's message that is flagged, and names the impostor's.
"""

import re
import unicodedata
from functools import cache, lru_cache

from moderator.behaviour.base import Seen, found
from moderator.behaviour.memory import Memory
from moderator.records import Finding
from moderator.ruleset import BehaviourRule
from moderator.text import fold

SHORTEST = 3
"""Letters of a name that can be mistaken for another."""

LONG = 8
"""Letters from which pairs are undone: "Arnie" and "Amie" are two people."""

_PAIRS = (("rn", "m"), ("vv", "w"))
_WORD = re.compile(r"[^\W_]+")
_QUOTES = str.maketrans("\u2018\u2019\u02bc", "'''")


class LookAlike:
    """Marks are by skeleton: what the name looks like; the note is how it is written."""

    def __init__(self, rule: BehaviourRule) -> None:
        self.rule = rule
        self._staff = {_coarse(word): word for word in rule.words}

    def see(self, seen: Seen, memory: Memory) -> Finding | None:
        """The finding on the first message under such a name."""
        if not seen.renamed:
            return None
        name = seen.message.display_name
        written, skeleton = as_written(name), looks_like(name)
        if len(skeleton) < SHORTEST:
            return None
        first = next(iter(memory.of(skeleton)), None)
        memory.add(seen.mark(skeleton, written))
        if first and first.who != seen.message.participant_id and first.note != written:
            return found(self.rule, seen, [first], "displayName")
        if self._poses_as_staff(skeleton, written):
            return found(self.rule, seen, [], "displayName")
        return None

    def _poses_as_staff(self, skeleton: str, written: str) -> bool:
        plain = set(_WORD.findall(written))
        read = {self._staff.get(_coarse(word)) for word in _WORD.findall(skeleton)}
        return bool(read - {None} - plain)


def as_written(name: str) -> str:
    """A name without what its own bearer writes now one way and now another."""
    parts = unicodedata.normalize("NFD", name.translate(_QUOTES))
    letters = "".join(part for part in parts if unicodedata.category(part) != "Mn")
    return " ".join(letters.casefold().split())


def looks_like(name: str) -> str:
    """What a name looks like: names that look the same have the same skeleton.

    A capital I is an l, and a capital L is kept apart from it.
    """
    plain = "".join(map(_drawn, name))
    skeleton = fold(plain.replace("L", "\N{LATIN SMALL LETTER L WITH STROKE}")).text
    return _undo_pairs(skeleton) if len(skeleton) >= LONG else skeleton


def _coarse(word: str) -> str:
    """So coarse a skeleton that it serves only for a word that is expected."""
    return _undo_pairs(looks_like(word)).translate(str.maketrans("i\u0142", "ll"))


def _undo_pairs(text: str) -> str:
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter)
    return text


@lru_cache(maxsize=4096)
def _drawn(character: str) -> str:
    """The ASCII character that looks like this one, or itself."""
    if character in "I1|":
        return "l"
    if character == "0":
        return "o"
    if character.isascii():
        return character
    return _prototypes().get(character, character)


@cache
def _prototypes() -> dict[str, str]:
    """Characters of other scripts and the ASCII letters they look like, by the library's table."""
    from confusable_homoglyphs.confusables import confusables_data

    table = {}
    for character, alike in confusables_data.items():
        letters = [one["c"] for one in alike if one["c"].isascii() and one["c"].isalnum()]
        if letters and not character.isascii():
            table[character] = letters[0]
    return table
