"""Ordinary words of the commonest languages, which are no disguises of others.

"cook" and "butch" are misspellings of nothing. The lists are those of the library
`pyspellchecker`; English is read whole, of the others only what is often used, since they are
there to spare their speakers and not to be complete. Each is read when it is first asked for.
"""

import gzip
import re
from array import array
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from itertools import product

from moderator.text import fold

_OFTEN = r"(?:[2-9]\d\d|\d{4,})"
_COUNTS = {"en": r"\d+", "es": _OFTEN, "fr": _OFTEN, "it": _OFTEN}
"""How often a word has to occur in the corpus behind its list: 200 times, or at all (50 stands for
never)."""

_LONGEST = 24
_RUN = re.compile(r"(.)\1*")
_MOST_DRAWN_OUT = 6


def is_english(word: str) -> bool:
    """Whether a folded word is an ordinary English one as it stands."""
    return word in _words("en")


def is_ordinary(word: str, *, but: Container[str]) -> bool:
    """Whether a folded word is an ordinary one, or several by apostrophes, drawn out or not.

    A word that can be one of `but` drawn out is none.
    """
    if not word.replace("'", "").isalpha():
        return False
    parts = [part for part in word.split("'") if len(part) > 2] or [word]
    return all(_is_word(part, but) for part in parts)


def _is_word(word: str, but: Container[str]) -> bool:
    forms = list(_shortened(word))
    if any(form in but for form in forms):
        return False
    return any(form in _words(language) for language in _COUNTS for form in forms)


def _shortened(word: str) -> Iterator[str]:
    """The word with each letter that is drawn out written once or twice, in every combination."""
    runs = [run.group() for run in _RUN.finditer(word)]
    if sum(len(run) > 2 for run in runs) > _MOST_DRAWN_OUT:
        yield word
        return
    ways = [(run,) if len(run) < 3 else (run[:1], run[:2]) for run in runs]
    yield from map("".join, product(*ways))


class _Words:
    """Words by their hashes, in a tenth of the memory of a set.

    That one of a million strangers is taken for one of them has a chance of 1 in 10^8.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._hashes = array("q", sorted(array("q", map(hash, words))))

    def __contains__(self, word: str) -> bool:
        sought = hash(word)
        at = bisect_left(self._hashes, sought)
        return at < len(self._hashes) and self._hashes[at] == sought


@lru_cache(maxsize=len(_COUNTS))
def _words(language: str) -> _Words:
    resource = files("spellchecker").joinpath("resources", f"{language}.json.gz")
    # Read as text: a dictionary of all would take thirty times the memory that is kept.
    text = gzip.decompress(resource.read_bytes()).decode()
    found = re.findall(rf'"([^"\\]{{1,{_LONGEST}}})": *{_COUNTS[language]}[,\s}}]', text)
    return _Words(word.lower() if word.isascii() else fold(word).text for word in found)
