"""What stands for a letter in what people write, one table a trick; Latin a to z throughout.

Gathered from chats, from generators of "fancy text" and from the Unicode charts, never from what
the product folds, so that the product does not mark its own homework. A table maps a lower-case
letter to what people put in its place; a letter that is missing stays as it is.
"""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import ascii_lowercase, ascii_uppercase

Table = Mapping[str, tuple[str, ...]]

MARKS = tuple(
    chr(code)
    for start, end in ((0x300, 0x370), (0x483, 0x488), (0x1DC0, 0x1DE7))
    for code in range(start, end)
    if unicodedata.combining(chr(code))
)
"""Marks that stack over and under letters."""

STRIKES = "\u0336\u0335\u0337\u0338\u0332\u0333\u20dd\u20de\u20e0"
"""Marks that strike letters through, underline or enclose them, the same on every letter."""

INVISIBLE = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u2061\u2062\u2063\u2064\ufe00\ufe0f"
    "\U000e0061\U000e0101"
)
DIRECTIONS = ("\u200e", "\u200f", "\u061c", "\u202a\u202c", "\u202d\u202c", "\u2066\u2069")
SPACES = (" ", " ", "  ", "   ", "\t", "\u00a0", "\u2003", "\u2009", "\u202f", "\u3000", "\u2800")
SEPARATORS = ".-_*/|,~+•·"
MASKS = "*****##@$%!?"
DASHES = "-_."
"""Masks that stand for vowels only: elsewhere they part words."""

STROKES: Table = {
    letter: tuple(marked)
    for letter, marked in {
        "a": "ⱥ", "b": "ƀɓ", "c": "ȼƈ", "d": "đɗð", "e": "ɇ", "f": "ƒ", "g": "ǥɠ", "h": "ħɦ",
        "i": "ɨ", "j": "ɉ", "k": "ƙ", "l": "łƚ", "m": "ɱ", "n": "ɲŋ", "o": "øɵ", "p": "ᵽƥ",
        "r": "ɍɽ", "s": "ʂ", "t": "ŧƭ", "u": "ʉ", "v": "ʋ", "y": "ɏƴ", "z": "ƶȥ",
    }.items()
}  # fmt: skip
"""Letters with a stroke or a hook: accents to the eye, letters of their own to Unicode."""

UPSIDE_DOWN: Table = {
    letter: tuple(turned)
    for letter, turned in {
        "a": "ɐ", "b": "q", "c": "ɔ", "d": "p", "e": "ǝ", "f": "ɟ", "g": "ƃɓ", "h": "ɥ",
        "i": "ᴉı", "j": "ɾ", "k": "ʞ", "l": "lן", "m": "ɯ", "n": "u", "o": "o", "p": "d",
        "q": "b", "r": "ɹ", "s": "s", "t": "ʇ", "u": "n", "v": "ʌ", "w": "ʍ", "x": "x",
        "y": "ʎ", "z": "z",
    }.items()
}  # fmt: skip
UPSIDE_DOWN_CAPITALS: Table = {
    letter: tuple(turned)
    for letter, turned in {
        "a": "∀", "b": "ᗺ", "c": "Ɔ", "d": "ᗡ", "e": "Ǝ", "f": "Ⅎ", "g": "⅁", "h": "H",
        "i": "I", "j": "ſ", "k": "ꓘ", "l": "⅂˥", "m": "W", "n": "N", "o": "O", "p": "Ԁ",
        "q": "Ό", "r": "ᴚ", "s": "S", "t": "⊥┴", "u": "∩", "v": "Λ", "w": "M", "x": "X",
        "y": "⅄", "z": "Z",
    }.items()
}  # fmt: skip

LEET_DIGITS: Table = {
    "a": ("4",), "b": ("8",), "e": ("3",), "g": ("9", "6"), "i": ("1",), "l": ("1",), "o": ("0",),
    "s": ("5",), "t": ("7",), "z": ("2",),
}  # fmt: skip
LEET_SYMBOLS: Table = {
    "a": ("@", "@", "^"), "b": ("ß",), "c": ("(", "<", "¢"), "e": ("€", "£"), "h": ("#",),
    "i": ("!", "!", "|", "¡"), "l": ("|", "!"), "o": ("()", "°"), "s": ("$", "$", "§"),
    "t": ("+", "†"), "u": ("µ",), "x": ("×",), "y": ("¥",),
}  # fmt: skip
LEET_DRAWN: Table = {
    "a": ("/\\", "/-\\"), "b": ("|3", "13"), "c": ("[",), "d": ("|)", "[)"), "f": ("|=",),
    "h": ("|-|",), "k": ("|<", "|{"), "l": ("|_",), "m": ("|\\/|", "/\\/\\"), "n": ("|\\|",),
    "o": ("[]",), "p": ("|*", "|>"), "u": ("|_|", "(_)"), "v": ("\\/",), "w": ("\\/\\/", "vv"),
    "x": ("><",), "y": ("`/",),
}  # fmt: skip

EMOJI: Table = {
    "a": ("🅰️", "🅰", "4️⃣"), "b": ("🅱️", "🅱", "8️⃣"), "c": ("©️",), "e": ("3️⃣",), "m": ("Ⓜ️",),
    "i": ("ℹ️", "❗", "1️⃣"), "l": ("1️⃣",), "o": ("🅾️", "🅾", "⭕", "0️⃣"), "p": ("🅿️", "🅿"),
    "r": ("®️",), "s": ("💲", "5️⃣"), "t": ("✝️", "7️⃣"), "x": ("❌", "✖️", "❎"),
}  # fmt: skip

FAUX: Table = {
    letter: tuple(signs)
    for letter, signs in {
        "a": "дλ", "b": "вβ", "e": "єεз", "h": "н", "k": "кκ", "m": "м", "n": "ηип", "o": "σθ",
        "r": "я", "t": "тτ", "u": "цμ", "w": "шω", "x": "жχ", "y": "ұч",
    }.items()
}  # fmt: skip
"""Letters of other scripts that only recall the Latin one; the Unicode table leaves them out."""


@cache
def confusables() -> Table:
    """Letters of other scripts that Unicode's table calls confusable with a letter, either case.

    The table is the one that the package confusable-homoglyphs carries. Left out is what NFKD
    makes the letter itself: a styled letter is another trick.
    """
    table = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_text())
    found: defaultdict[str, set[str]] = defaultdict(set)
    for letter in ascii_lowercase + ascii_uppercase:
        for sign in (entry["c"] for entry in table.get(letter, ())):
            if len(sign) == 1 and unicodedata.category(sign).startswith("L"):
                plain = unicodedata.normalize("NFKD", sign)
                if not plain.isascii() and sign not in SMALL_CAPITALS.values():
                    found[letter.lower()].add(sign)
    found["l"].add("I")
    found["i"].add("l")
    return {letter: tuple(sorted(signs)) for letter, signs in found.items()}


@cache
def accented() -> Table:
    """Letters with one or two accents in one code point, as keyboards write them."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        plain = unicodedata.normalize("NFD", chr(code))
        if len(plain) > 1 and plain[0] in ascii_lowercase:
            found[plain[0]].append(chr(code))
    return {letter: tuple(signs) for letter, signs in found.items()}


SMALL_CAPITALS = dict(zip("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", strict=True))
RAISED = dict(zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))


def _alphabet(start: int) -> dict[str, str]:
    """26 code points that follow each other as the letters do."""
    return {letter: chr(start + place) for place, letter in enumerate(ascii_lowercase)}


STYLES = (
    _alphabet(0xFF41),
    _alphabet(0xFF21),
    SMALL_CAPITALS,
    RAISED,
    *(
        {
            letter: sign
            for letter, sign in _alphabet(start).items()
            if unicodedata.normalize("NFKD", sign).lower() == letter
        }
        for start in range(0x1D400, 0x1D6A4, 26)
    ),
)
"""Styled alphabets: full-width, small capitals, raised, and the mathematical ones."""

ENCLOSED = tuple(map(_alphabet, (0x24D0, 0x24B6, 0x249C, 0x1F130, 0x1F150, 0x1F170)))
"""Alphabets of letters in circles, parentheses and squares."""

FLAG_LETTERS = _alphabet(0x1F1E6)
"""Regional indicators, two of which make a flag."""
