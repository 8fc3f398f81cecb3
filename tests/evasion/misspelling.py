"""The fourteenth evasion: how rude words get misspelt, by accident or to be read aloud.

`misspellings` applies one slip at a time to a word. Left out, since nobody could tell: a slip
that makes another English word (`whore` without its h), a laugh or a plural's singular; one that
leaves fewer than three letters; and all slips in initialisms, which are spelt and not heard.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

WORD_LIST = Path("/usr/share/dict/american-english")
"""From Debian's package wamerican."""

VOWELS = "aeiou"

SOUNDS = (
    (r"^f", "ph"), (r"^f", "ff"), (r"f", "ph"), (r"ph", "f"),
    (r"ck", "k"), (r"ck", "c"), (r"ck", "kk"), (r"ck", "q"), (r"ck", "cc"), (r"ck", "kc"),
    (r"cks\b", "x"), (r"ks\b", "x"), (r"^c(?=[aou])", "k"), (r"c(?=[aou])", "k"), (r"k", "c"),
    (r"k", "q"), (r"^k", "ck"), (r"qu", "kw"),
    (r"s\b", "z"), (r"ss", "zz"), (r"(?<!s)s(?!s)", "z"), (r"z", "s"), (r"zz", "z"), (r"ss", "s"),
    (r"er\b", "a"), (r"er\b", "ah"), (r"er\b", "uh"), (r"er\b", "ur"), (r"ers\b", "az"),
    (r"ers\b", "as"), (r"or\b", "er"),
    (r"ing\b", "in"), (r"ing\b", "en"), (r"ing\b", "ign"),
    (r"y\b", "i"), (r"y\b", "ie"), (r"y\b", "ey"), (r"ie\b", "y"), (r"ies\b", "ys"),
    (r"i", "y"), (r"i", "ee"), (r"i", "ie"), (r"ee", "i"), (r"ea", "ee"), (r"y", "i"),
    (r"u", "oo"), (r"u", "v"), (r"oo", "u"),
    (r"wh", "w"), (r"x", "ks"), (r"ght", "t"), (r"le\b", "el"),
    (r"et\b", "it"), (r"ot\b", "it"), (r"ot\b", "et"),
    (r"gg", "qq"), (r"gg", "g"), (r"tch", "ch"), (r"ch", "tch"), (r"ard\b", "erd"),
)  # fmt: skip
"""What is heard, and how else it is spelt; one place at a time."""

LAUGHS = ("haha", "hehe", "hihi", "hoho")

KNOWN = {
    "fuck": "fuk fvck fuq fawk fuhk fck phuk phuck fcuk fukk fook fock",
    "fucking": "fuckin fukin fking fckn fkn fckin phucking fvcking fuggin fuking",
    "shit": "sht shyt shiet sheit shiit shytt",
    "bitch": "biatch beotch biotch bich bytch btch bizatch beyotch",
    "bitches": "bitchez biatches bytches btches",
    "ass": "azz arse",
    "asshole": "azzhole ashole assole a-hole asswhole arsehole",
    "dick": "dik dikk dck dyck",
    "cunt": "kunt cnut cvnt kuntt",
    "cock": "cawk kock cokk",
    "pussy": "pusy pussi pussie puzzy",
    "whore": "hore whoar whor",
    "slut": "slutt sloot slvt",
    "faggot": "fagget fagit faggit phaggot fagot faqqot",
    "nigger": "niger nigga nigguh niqqer nigar niggr nigur",
    "retard": "retrd retad ritard reetard retrad",
    "bastard": "basterd bastad bstard",
    "idiot": "idoit idiat ediot idjit",
    "moron": "moran morron",
    "penis": "peenis penus",
    "porn": "pron",
}
"""The commonest respellings of the commonest words."""


@cache
def english() -> frozenset[str]:
    """The word list, small letters."""
    return frozenset(WORD_LIST.read_text("utf-8").lower().split())


def misspellings(word: str) -> list[str]:
    """Every misspelling of a word by one slip, in a fixed order."""
    if not re.search(f"[^{VOWELS}][{VOWELS}][^{VOWELS}]|^[{VOWELS}]", word):
        return []
    found = dict.fromkeys((*_known(word), *_heard(word), *_slipped(word)))
    return [
        variant
        for variant in found
        if variant not in (word, word.removesuffix("s"))
        and len(variant) >= 3
        and variant not in LAUGHS
        and variant not in english()
    ]


def _known(word: str) -> Iterator[str]:
    yield from KNOWN.get(word, "").split()


def _heard(word: str) -> Iterator[str]:
    for sound, other in SOUNDS:
        for match in re.finditer(sound, word):
            yield word[: match.start()] + other + word[match.end() :]


def _slipped(word: str) -> Iterator[str]:
    """Doubled letters, dropped letters, swapped neighbours; the first letter stays."""
    for place in range(1, len(word)):
        before, letter, after = word[:place], word[place], word[place + 1 :]
        if letter != word[place - 1]:
            yield before + letter + letter + after
        if len(word) >= 5 or (len(word) == 4 and letter in VOWELS):
            yield before + after
        if after and len(word) >= 4 and letter != after[0]:
            yield before + after[0] + letter + after[1:]
