"""Folds hostile text into a plain form, with an exact map back to the original offsets.

Folding is per character: letters in circles and squares and other compatibility forms (NFKD)
become plain letters, case goes, accents and stacked marks go, zero-width and bidirectional
controls go, curly apostrophes become straight and every run of white space becomes one space.
Marks that carry meaning stay (the vowel signs, virama and nukta of Indic scripts), and so does a
joiner that holds an emoji together.

Because each original character folds on its own, the map is monotone, folding is idempotent and
takes linear time; one character becomes at most `MAX_GROWTH`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_GROWTH = 18
"""The longest folded form of one code point (U+FDFA, an Arabic ligature of four words)."""

_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*", re.ASCII)
_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u2032\uff07\u00b4`"), "'")
_OTHERS = {"\u2800": " ", "\u03f2": "c", "\u03f9": "c", "\u037a": "\u03b9"}
_ENCLOSED = {
    chr(first + offset): chr(ord("a") + offset)
    for first in (0x249C, 0x1F110, 0x1F150, 0x1F170)
    for offset in range(26)
}
_INSTEAD = {**_APOSTROPHES, **str.maketrans(_OTHERS | _ENCLOSED)}
"""What compatibility forms lack or would spoil: the blank of Braille; lunate sigmas, which are
read as c; letters in dark circles and squares, some of which are emoji."""

_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
"""Signs that are drawn as nothing, though Unicode calls them letters or marks."""

_JOINER = "\u200d"
_EMOJI_MODIFIERS = ("\ufe0f", "\U0001f3fb", "\U0001f3fc", "\U0001f3fd", "\U0001f3fe", "\U0001f3ff")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and where each of its characters came from.

    `starts[i]` and `ends[i]` bound, in the original, what folded character `i` stands for;
    both are `None` when the map is the identity, which most chat is.
    """

    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original span of the folded span `[start, end)`, which must not be empty."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """`text` in its plain form; see the module for what goes and what stays."""
    if _PLAIN.fullmatch(text):
        return Folded(text.lower().replace("`", "'"))
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    previous = ""
    for position, character in enumerate(text):
        if character == _JOINER and _joins_emoji(previous):
            plain = character
        else:
            plain = _fold_character(character)
        if character not in _EMOJI_MODIFIERS:
            previous = character
        if plain == " " and (not characters or characters[-1] == " "):
            plain = ""
        if not plain:
            if ends and _is_mark(character):
                ends[-1] = position + 1
            continue
        for part in plain:
            if part == " " and (not characters or characters[-1] == " "):
                continue  # of a sign that becomes a blank and more
            characters.append(part)
            starts.append(position)
            ends.append(position + 1)
    if characters and characters[-1] == " ":
        for column in (characters, starts, ends):
            column.pop()
    return Folded("".join(characters), tuple(starts), tuple(ends))


@lru_cache(maxsize=65536)
def _fold_character(character: str) -> str:
    character = character.translate(_INSTEAD)
    if character.isspace():
        return " "
    # Marks go before the case does, since one of them has a capital that is a letter of its own.
    parts = [part for part in unicodedata.normalize("NFKD", character) if not _vanishes(part)]
    plain = unicodedata.normalize("NFKD", "".join(parts).casefold())
    kept = [part for part in plain if not _vanishes(part)]
    composed = unicodedata.normalize("NFC", "".join(kept)).translate(_INSTEAD)
    return "".join(" " if part.isspace() else part for part in composed)


def _vanishes(character: str) -> bool:
    if character in _FILLERS:
        return True
    category = unicodedata.category(character)
    return category in {"Cf", "Cc", "Cs"} or _is_mark(character)


def _is_mark(character: str) -> bool:
    """A mark that decorates a letter, as opposed to one that spells (Indic vowels, virama)."""
    category = unicodedata.category(character)
    if category == "Me":
        return True
    if category != "Mn":
        return False
    combining = unicodedata.combining(character)
    if combining == 0:
        return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return combining == 1 or combining >= 10


def _joins_emoji(previous: str) -> bool:
    """Whether a joiner holds emoji together; `previous` stands before it and any modifiers.

    A sign that becomes letters is none: joiners between circled letters only keep a word apart.
    """
    return (
        bool(previous)
        and unicodedata.category(previous) == "So"
        and _fold_character(previous) == previous
    )
