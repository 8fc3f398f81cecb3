"""The evasions of chat, put on toxic and harmless rows alike so that none is a sign by itself."""

import random
import re
from collections.abc import Callable

LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7", "b": "8", "g": "9"}
HOMOGLYPHS = {
    "a": "а", "c": "с", "e": "е", "i": "і", "o": "о", "p": "р", "s": "ѕ", "x": "х", "y": "у",
    "k": "κ", "n": "ո", "u": "υ", "d": "ԁ", "h": "һ", "j": "ј",
}  # fmt: skip
ACCENTS = {"a": "áàäâ", "e": "éèëê", "i": "íìïî", "o": "óòöô", "u": "úùüû", "n": "ñ", "c": "ç"}
ZERO_WIDTH = "\u200b\u200c\u2060\ufeff"
WORD = re.compile(r"[A-Za-z]{3,}")
RATE = 0.18
SHORT_RATE = 0.28
PHONETIC = (
    ("ck", "kk"), ("ph", "f"), ("oo", "u"), ("ou", "u"), ("ee", "ea"), ("ea", "ee"), ("ai", "ay"),
    ("er", "a"), ("or", "ur"), ("f", "ph"), ("c", "k"), ("k", "c"), ("s", "z"), ("x", "ks"),
    ("u", "oo"), ("i", "ee"), ("o", "aw"), ("y", "ee"), ("ll", "l"), ("ss", "zz"), ("tt", "t"),
)  # fmt: skip

Change = Callable[[str, random.Random], str]


def leet(word: str, rng: random.Random) -> str:
    """Some letters as the digits and signs that look like them."""
    return "".join(
        rng.choice(LEET[c.lower()]) if c.lower() in LEET and rng.random() < 0.6 else c for c in word
    )


def spaced(word: str, rng: random.Random) -> str:
    """Letters set apart by blanks, dots, hyphens or the like."""
    return rng.choice([" ", " ", ".", "-", "_", "*", "  "]).join(word)


def repeated(word: str, rng: random.Random) -> str:
    """One letter, or every letter, held down."""
    if rng.random() < 0.2:
        return "".join(c * 2 for c in word)
    at = rng.randrange(len(word))
    return word[:at] + word[at] * rng.randint(2, 7) + word[at + 1 :]


def homoglyphs(word: str, rng: random.Random) -> str:
    """Some letters from another alphabet that look the same."""
    return "".join(
        HOMOGLYPHS[c.lower()] if c.lower() in HOMOGLYPHS and rng.random() < 0.6 else c for c in word
    )


def masked(word: str, rng: random.Random) -> str:
    """Inner letters hidden by signs, the first and mostly the last kept."""
    sign = rng.choice("***#_-@")
    vowels = [i for i, c in enumerate(word[1:], 1) if c.lower() in "aeiou"]
    if vowels and rng.random() < 0.6:
        at = rng.choice(vowels)
        return word[:at] + sign + word[at + 1 :]
    keep = rng.choice([0, 1, 1])
    return word[0] + sign * (len(word) - 1 - keep) + word[len(word) - keep :]


def dropped(word: str, rng: random.Random) -> str:
    """One inner letter missing."""
    at = rng.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def swapped(word: str, rng: random.Random) -> str:
    """Two neighbouring letters changed over."""
    at = rng.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def phonetic(word: str, rng: random.Random) -> str:
    """One or two sounds written another way."""
    text = word.lower()
    known = [pair for pair in PHONETIC if pair[0] in text]
    for old, new in rng.sample(known, min(len(known), rng.choice([1, 1, 2]))):
        text = text.replace(old, new, 1)
    return text


def hidden(word: str, rng: random.Random) -> str:
    """Characters without width between the letters."""
    return "".join(c + (rng.choice(ZERO_WIDTH) if rng.random() < 0.5 else "") for c in word)


def accented(word: str, rng: random.Random) -> str:
    """Some letters under accents."""
    return "".join(
        rng.choice(ACCENTS[c.lower()]) if c.lower() in ACCENTS and rng.random() < 0.7 else c
        for c in word
    )


def mixed(word: str, rng: random.Random) -> str:
    """Capitals at random."""
    return "".join(c.upper() if rng.random() < 0.5 else c.lower() for c in word)


def wide(word: str, rng: random.Random) -> str:
    """Full-width or mathematical letters."""
    if rng.random() < 0.5:
        return "".join(chr(ord(c) + 0xFEE0) for c in word)
    return "".join(chr(0x1D41A + ord(c) - 97) for c in word.lower())


CHANGES: tuple[Change, ...] = (
    leet, leet, leet, spaced, spaced, spaced, repeated, repeated, homoglyphs, masked, masked,
    masked, phonetic, phonetic, dropped, swapped, hidden, accented, mixed, wide,
)  # fmt: skip


def evade(text: str, rng: random.Random) -> str:
    """The text with one evasion on one to three of its words, or in capitals throughout."""
    if rng.random() < 0.12:
        return text.upper()
    words = list(WORD.finditer(text))
    if not words:
        return text
    change = rng.choice(CHANGES)
    chosen = rng.sample(words, min(len(words), rng.choice([1, 1, 2, 3])))
    for word in sorted(chosen, key=lambda found: -found.start()):
        text = text[: word.start()] + change(word.group(), rng) + text[word.end() :]
    return text


def maybe(text: str, rng: random.Random, rate: float = RATE) -> str:
    """`evade` for a share of texts; the rest come back as they are."""
    return evade(text, rng) if rng.random() < rate else text
