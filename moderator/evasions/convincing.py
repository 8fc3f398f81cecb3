"""Whether a reading is one that people would take, seen from the signs that it was made of.

The walk over the trie counts its tricks and knows no more; what speaks against a reading beyond
the counts is looked at here, once for each word found.
"""

import re

from moderator.evasions.ordinary import is_english
from moderator.evasions.tricks import Reading

_SHORT = 3
_LONG = 7
_IDENTIFIER = 4
_PARTING = re.compile(r"[^\w\s]|_")


def is_convincing(written: str, after: str, reading: Reading) -> bool:
    """Whether `written`, with `after` behind it in its piece, can be meant as `reading`."""
    short = len(reading.word) <= _SHORT
    if "(" in written and after.startswith(")"):
        # A function of something: f(k).
        return False
    digits = set(filter(str.isdecimal, written))
    if reading.masked and (short or (digits and len(reading.word) < _LONG)):
        return False
    if reading.masked and len(set(filter(str.isalpha, written))) < 2:  # x__x
        return False
    if len(digits) > 1 and len(written) <= _IDENTIFIER and written.isalnum():
        # As many letters as digits: f46s.
        return sum(sign in digits for sign in written) < len(written) / 2
    if reading.misspelt and len(written) < max(_SHORT, len(reading.word) - 2):
        return False
    if short and reading.by_signs > 1 and not set("$@") & set(written):
        # One letter and two signs: k++.
        return False
    if reading.separators == 1:
        # "he/she", "dumb-ass": words side by side, which are seen as they are.
        return not all(is_english(word) for word in _PARTING.split(written) if word)
    return True
