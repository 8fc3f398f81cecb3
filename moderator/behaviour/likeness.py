"""When two texts are the same for somebody who reads along.

Compared are the letters of the folded text: case, accents, invisible characters, digits,
punctuation and drawn-out letters aside; of a text without letters, which signs it is made of.
Near-same is a normalised edit distance (insertions and
deletions) of at most 15 in 100, by rapidfuzz.
"""

import re
from collections.abc import Iterable

from rapidfuzz.fuzz import ratio

LONGEST = 300
"""Code points of a text that are compared; who repeats more repeats these."""

ALIKE = 85.0
"""Percent of likeness from which two texts count as one."""

SHORT = 8
"""Letters; shorter texts are compared exactly, and weigh less: "yes", "lol", "thanks"."""

_WORD = re.compile(r"[^\W\d_]+")
_RUN = re.compile(r"(.)\1\1+")


def words(folded: str) -> list[str]:
    """The words of a folded text, letters alone; three of a letter or more are one."""
    text = folded[:LONGEST]
    if _RUN.search(text):
        text = _RUN.sub(r"\1", text)
    return _WORD.findall(text)


def signature(folded: str, of_words: Iterable[str]) -> str:
    """What a text is compared by: its words, or, where it has none, its signs."""
    return " ".join(of_words) or "".join(dict.fromkeys(folded[:LONGEST]))


def nearest(one: str, others: Iterable[str]) -> list[str]:
    """Those of `others` that are the same as `one`, or near."""
    if len(one) < SHORT:
        return [one] if one in others else []
    return [other for other in others if ratio(one, other, score_cutoff=ALIKE)]
