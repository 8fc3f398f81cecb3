"""What a sign may stand for when somebody writes a word so that a filter misses it.

Four kinds of reading, each of a short written piece as letters that were meant:

- look-alike: a letter of another script, or an ornamented one (confusables of Unicode, by the
  library `confusable_homoglyphs`; and transliteration, by `anyascii`, for what that table lacks)
- leet: a digit or a sign in a letter's place
- sound: a spelling that sounds alike (`ph` for `f`)
- mask: a sign in any letter's place

All is about base-folded text (`moderator.text`): lower case, no accents, no invisible characters.
"""

import unicodedata
from functools import lru_cache

LEET_DIGITS = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b",
    "9": "g",
}  # fmt: skip
LEET_SIGNS = {
    "@": "ao", "$": "s", "!": "il", "|": "il", "(": "c", "<": "c", "{": "c", "[": "c", "¢": "c",
    "+": "t", "†": "t", "✝": "t", "✞": "t", "€": "e", "£": "le", "¥": "y", "§": "s", "¡": "i",
    "°": "o", "μ": "u", "^": "a", "#": "h", "©": "c", "®": "r", "×": "x", "✖": "x", "❌": "x",
    "⭕": "o", "💲": "s", "❗": "i", "❕": "i", "△": "a", "▲": "a", "🔺": "a", "∆": "a",
    "♓": "h", "₿": "b", "฿": "b", "₽": "p", "₩": "w", "¤": "o", "○": "o", "●": "o", "◯": "o",
    "⚪": "o", "⚫": "o", "🔴": "o", "🔵": "o", "☠": "o", "∅": "o", "⌀": "o", "∩": "n", "∪": "u",
    "¶": "p", "∂": "d", "ƒ": "f", "√": "v", "∧": "a", "∨": "v", "∈": "e", "∑": "e", "⊂": "c",
    "℮": "e", "‡": "t", "⚡": "s",
}  # fmt: skip
SAME_STROKE = {"l": "i", "i": "l"}
"""Small L and capital I, which look alike in most typefaces."""

LEET_GROUPS = {
    "|<": "k", "|{": "k", "1<": "k", "|(": "k", "/\\": "a", "/-\\": "a", "\\/": "v",
    "\\/\\/": "w", "vv": "w", "()": "o", "[]": "o", "<>": "o", "|-|": "h", "|)": "d", "[)": "d",
    "|]": "d", "|\\|": "n", "/\\/": "n", "|v|": "m", "|\\/|": "m", "/\\/\\": "m", "|_|": "u",
    "(_)": "u", "\\_/": "u", "|3": "b", "13": "b", "|2": "r", "|*": "p", "|=": "f", "|>": "p",
    "ss": "b", "|_": "l", "'/": "y", "><": "x", "}{": "h", "]-[": "h", ")(": "x",
    "cl": "d", "rn": "m",
}  # fmt: skip

SOUNDS = {
    "ph": ("f",), "f": ("ph",), "k": ("c", "ck"), "c": ("k", "ck"), "ck": ("k", "c"),
    "q": ("k", "c", "ck"), "kk": ("ck", "c", "k"), "cc": ("ck", "k"), "kc": ("ck",),
    "qu": ("ck",), "x": ("cks", "ks", "cs"), "xx": ("cks",), "z": ("s",), "zz": ("ss", "s"),
    "s": ("z",), "y": ("i",), "i": ("y",), "ee": ("i", "y"), "ea": ("i",), "ey": ("y",),
    "ie": ("y", "i"), "ia": ("i",), "iya": ("i",), "eeya": ("i",), "oo": ("u",), "u": ("oo",),
    "ou": ("u", "o"), "v": ("u",), "uu": ("u",), "uh": ("u", "er"), "w": ("u",), "ch": ("tch",),
    "tch": ("ch",), "sch": ("sh",), "sh": ("sch",), "j": ("g",), "dg": ("g",), "ai": ("ay",),
    "a": ("er",), "ah": ("er", "a"), "er": ("a",), "or": ("er",), "ur": ("er",), "0": ("u",),
    "d": ("th",), "dd": ("th",), "gh": ("g",), "kn": ("n",), "wh": ("w",), "8": ("ate",),
    "qq": ("gg",), "in": ("ing",), "en": ("ing",), "kw": ("qu",), "ks": ("x",),
    "az": ("ers",), "as": ("ers",), "aw": ("o",), "hk": ("ck",),
}  # fmt: skip
"""Spellings that sound alike, written → meant."""

MASKS = frozenset("*#%?!@&$+x_-.~^•·✱✲✳∗⁎＊█▓▒░■□●○×")
SOFT_MASKS = frozenset("x-.~^·")
"""Signs that stand between words as often as in a letter's place."""

CLOSING_MASKS = MASKS - SOFT_MASKS - frozenset("?!@&$+_")
"""Those that can stand for a word's last letter; the others close a sentence, or pay for it."""

SEPARATORS = frozenset(" .,-_*/|\\~+=:;'\"·•…‧∙–—−`^")

_FIRST_REGIONAL = 0x1F1E6


def is_regional(character: str) -> bool:
    """Whether it is half of a flag: a regional-indicator letter."""
    return _FIRST_REGIONAL <= ord(character) < _FIRST_REGIONAL + 26


def regional_letter(character: str) -> str:
    """The letter that a regional indicator is made of."""
    return chr(ord(character) - _FIRST_REGIONAL + ord("a"))


@lru_cache(maxsize=8192)
def look_alikes(character: str) -> str:
    """The plain letters that a character beyond ASCII can be taken for at sight; often none."""
    # Imported here, since the tables take a while and most chat has no use for them.
    from confusable_homoglyphs.confusables import confusables_data

    forms = (character, character.lower(), character.upper())
    found = {
        entry["c"].lower()
        for form in forms
        for entry in confusables_data.get(form, ())
        if entry["c"].isascii() and entry["c"].isalpha()
    }
    return "".join(sorted(letter for letter in found if len(letter) == 1))


@lru_cache(maxsize=8192)
def is_latin(character: str) -> bool:
    """Whether it is a Latin letter, ornamented or not."""
    return unicodedata.name(character, "").startswith("LATIN ")


BORROWED = {
    "ғ": "f", "η": "n", "ω": "w", "λ": "a", "σ": "e", "д": "a", "з": "e", "и": "n", "п": "n",
    "є": "e", "ц": "u", "ч": "y", "ш": "w", "щ": "w", "ъ": "b", "я": "r", "ᑎ": "n", "ᑕ": "c",
    "ᔕ": "s", "ᗩ": "a", "ᗯ": "w", "ᘔ": "z",
}  # fmt: skip
"""Letters of other scripts that ornamental alphabets put among Latin ones for their shape, and
that are too unlike to be in the table of confusables."""


@lru_cache(maxsize=8192)
def transliterations(character: str) -> tuple[str, ...]:
    """The plain letters that a character is an ornamented form of, sounds like, or poses as."""
    from anyascii import anyascii

    posed = tuple(BORROWED.get(character, ""))
    letters = anyascii(character).lower()
    if letters.isalpha() and len(letters) == 2:
        return (letters, letters[0], *posed)
    return (letters, *posed) if letters.isalpha() and len(letters) == 1 else posed


TURNED = {
    "ɐ": "a", "ɒ": "a", "ɔ": "c", "ǝ": "e", "ə": "e", "ɘ": "e", "ɛ": "e", "ɟ": "f", "ⅎ": "f",
    "ƃ": "gb", "ɓ": "g", "ᵷ": "g", "⅁": "g", "ɥ": "h", "ᴉ": "i", "ɾ": "jr", "ſ": "j",
    "ſ̣": "j", "ʞ": "k", "⋊": "k", "ʃ": "l", "ꞁ": "l", "ן": "l", "˥": "l", "⅂": "l", "ɯ": "m",
    "ԁ": "pd", "ɹ": "r", "ᴚ": "r", "ꓤ": "r", "ʁ": "r", "ʇ": "t", "⊥": "t", "┴": "t", "┻": "t",
    "∩": "u", "ʌ": "v", "ʍ": "w", "ʎ": "y", "⅄": "y", "ᗺ": "b", "ꓭ": "b", "ᗡ": "d", "ꓷ": "d",
    "ꓘ": "k", "ꓶ": "l", "ꓨ": "g", "ꓵ": "u", "ꓯ": "a", "∀": "a", "ꓱ": "e", "ꓞ": "f", "ꓕ": "t",
    "λ": "av", "λ̣": "a", "ᴧ": "av", "ɅɅ": "w", "ₚ": "d", "ᴎ": "n", "ᴙ": "r", "ɍ": "r",
}  # fmt: skip
"""Turned letters of Unicode, which seldom stand but in text turned upside down → letters meant."""

UPRIGHT = {
    "ı": "i",
    "b": "q", "d": "p", "p": "d", "q": "b", "u": "n", "n": "un", "m": "wm", "w": "mw", "s": "s",
    "o": "o", "x": "x", "z": "z", "i": "i", "l": "l", "h": "h", "c": "c", "e": "e", "k": "k",
    "j": "j", "f": "f", "t": "t", "y": "y", "a": "a", "r": "r", "g": "g", "v": "v", "6": "g",
    "9": "g", "3": "e", "1": "il", "7": "l", "0": "o", "4": "h",
}  # fmt: skip
"""What plain letters and digits stand for among turned ones."""
