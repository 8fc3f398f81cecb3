"""When two texts are the same for somebody who reads along.

Compared are the letters of the folded text: case, accents, invisible characters, digits,
punctuation and repeated letters aside. Near-same is a normalised edit distance (insertions and
deletions) of at most 15 in 100, by rapidfuzz.
"""

import re
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.fuzz import ratio

LONGEST = 300
"""Code points of a text that are compared; who repeats more repeats these."""

ALIKE = 85.0
"""Percent of likeness from which two texts count as one."""

SHORT = 8
"""Letters; shorter texts are compared exactly, and weigh less: "yes", "lol", "thanks"."""

_WORD = re.compile(r"[^\W\d_]+")
_RUN = re.compile(r"(.)\1+")


def words(folded: str) -> list[str]:
    """The words of a folded text, letters alone, with every run of a letter as one."""
    return _WORD.findall(_RUN.sub(r"\1", folded[:LONGEST]))


def vocabulary(listed: Iterable[str]) -> frozenset[str]:
    """The words of a list, in the form in which `words` gives those of a text."""
    return frozenset(word for entry in listed for word in words(entry))


def signature(folded: str, of_words: Iterable[str]) -> str:
    """What a text is compared by: its words, or, where it has none, its signs without runs."""
    return " ".join(of_words) or _RUN.sub(r"\1", folded[:LONGEST].replace(" ", ""))


def nearest(one: str, others: Iterable[str]) -> list[str]:
    """Those of `others` that are the same as `one`, or near."""
    if len(one) < SHORT:
        return [one] if one in others else []
    found = process.extract(one, others, scorer=ratio, score_cutoff=ALIKE, limit=None)
    return [text for text, _, _ in found]
