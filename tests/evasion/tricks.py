"""The fourteen evasions as functions: a plain word and a source of chance to a disguised word.

What is ambiguous by nature is left out, and only that, since an adversary's best tricks count:

- words of which hardly a letter is left beside digits (`455`, `5h17`): numbers, codes and times;
- masks that leave fewer than half of the letters (`b***h`), or two letters of three (`a*s`, a
  product in any formula): several words fit; `@ss` and `a$$` are l33t, and are in;
- words of turned letters that all look upright (`ssod`): they are other words;
- one separator between two English words (`he/she`, `dumb-ass`), which is plain spelling, or in
  a word of three letters (`a_ss`), as in identifiers;
- misspellings that are English words (see `misspelling`).

An empty string means that a trick can make nothing of a word. `EXTRA` goes beyond the fourteen:
what is harder, rarer or ambiguous is measured there, and not counted.
"""

from collections.abc import Callable, Mapping
from random import Random

from evasion import letters
from evasion.letters import Table
from evasion.misspelling import VOWELS, english, misspellings

Trick = Callable[[str, Random], str]


def swap(word: str, table: Table, chance: Random, share: float) -> str:
    """Some of the letters that the table knows, at least one; the rest stay."""
    places = [place for place, letter in enumerate(word) if table.get(letter)]
    if not places:
        return ""
    chosen = {place for place in places if chance.random() < share} or {chance.choice(places)}
    return "".join(
        chance.choice(table[letter]) if place in chosen else letter
        for place, letter in enumerate(word)
    )


def _share(chance: Random) -> float:
    """One letter, some, or all: the three ways in which people do it."""
    return chance.choice((0.0, 0.5, 1.0))


def case(word: str, chance: Random) -> str:
    mixed = "".join(chance.choice((letter.upper(), letter)) for letter in word)
    return chance.choice((word.upper(), word.capitalize(), mixed, mixed.swapcase()))


def accents(word: str, chance: Random) -> str:
    table = chance.choice((letters.accented(), letters.accented(), letters.STROKES))
    return swap(word, table, chance, _share(chance))


def stacked_marks(word: str, chance: Random) -> str:
    if chance.random() < 0.3:
        strike = chance.choice(letters.STRIKES)
        return "".join(letter + strike for letter in word)
    height = chance.choice((1, 3, 12))
    return "".join(
        letter + "".join(chance.choices(letters.MARKS, k=chance.randint(0, height)))
        for letter in word[:-1]
    ) + word[-1] + chance.choice(letters.MARKS)  # fmt: skip


def invisible(word: str, chance: Random) -> str:
    signs = chance.choice((letters.INVISIBLE, letters.DIRECTIONS))
    every = chance.random() < 0.5
    chosen = chance.randrange(1, len(word))
    found = word[0]
    for place in range(1, len(word)):
        if every or place == chosen:
            found += "".join(chance.choices(signs, k=chance.choice((1, 1, 3))))
        found += word[place]
    return found


def confusables(word: str, chance: Random) -> str:
    return swap(word, letters.confusables(), chance, _share(chance))


def styled(word: str, chance: Random) -> str:
    if chance.random() < 0.2:
        return "".join(chance.choice(letters.STYLES).get(letter, letter) for letter in word)
    style = chance.choice(letters.STYLES)
    return swap(word, {letter: (sign,) for letter, sign in style.items()}, chance, _share(chance))


def enclosed(word: str, chance: Random) -> str:
    way = chance.random()
    if way < 0.3:
        return swap(word, letters.EMOJI, chance, _share(chance))
    if way < 0.5:
        between = chance.choice(("", " ", "\u200b", "\u200c"))
        return between.join(letters.FLAG_LETTERS[letter] for letter in word)
    alphabet = chance.choice(letters.ENCLOSED)
    table = {letter: (sign,) for letter, sign in alphabet.items()}
    return swap(word, table, chance, _share(chance))


def leet(word: str, chance: Random) -> str:
    mixed = {
        letter: letters.LEET_DIGITS.get(letter, ()) + letters.LEET_SYMBOLS.get(letter, ())
        for letter in letters.FLAG_LETTERS
    }
    table = chance.choice(
        (letters.LEET_DIGITS, letters.LEET_SYMBOLS, mixed, mixed, letters.LEET_DRAWN)
    )
    found = swap(word, table, chance, _share(chance))
    figures = sum(sign.isdigit() for sign in found)
    return found if figures <= 2 * (len(found) - figures) else ""


def masked(word: str, chance: Random) -> str:
    """One inner letter, a vowel for choice, or two neighbours; at least half of the word stays."""
    if len(word) < 4:
        return ""
    inner = range(1, len(word) - 1)
    vowels = [place for place in inner if word[place] in VOWELS]
    place = chance.choice(vowels if vowels and chance.random() < 0.7 else list(inner))
    longer = place + 1 in inner and chance.random() < 0.35
    if not longer and word[place] in VOWELS and chance.random() < 0.15:
        return word[:place] + "x" + word[place + 1 :]
    sign = chance.choice(letters.MASKS + (letters.DASHES if word[place] in VOWELS else ""))
    if longer:
        sign += chance.choice((sign, sign, "#", "*")) if sign in letters.MASKS else sign
    return word[:place] + sign + word[place + len(sign) :]


def repeated(word: str, chance: Random) -> str:
    """One letter drawn out, the last one, two, or all; so far that no other word comes of it."""
    way = chance.random()
    if way < 0.25:
        return "".join(letter * chance.randint(2, 4) for letter in word)
    chosen = {len(word) - 1} if way < 0.5 else {chance.randrange(len(word))}
    if way > 0.8:
        chosen.add(chance.randrange(len(word)))
    return "".join(
        letter * (chance.choice((3, 4, 7, 30)) if place in chosen else 1)
        for place, letter in enumerate(word)
    )


def spaced(word: str, chance: Random) -> str:
    space = chance.choice(letters.SPACES)
    spelt = word.upper() if chance.random() < 0.3 else word
    if chance.random() < 0.2:
        return "".join(
            letter + chance.choice((" ", "  ", "   ")) for letter in spelt[:-1]
        ) + spelt[-1]  # fmt: skip
    return space.join(spelt)


def separated(word: str, chance: Random) -> str:
    sign = chance.choice(letters.SEPARATORS)
    way = chance.random()
    if way < 0.2 and len(word) > 3:
        place = chance.randrange(1, len(word))
        parts = word[:place], word[place:]
        words = all(part in english() and len(part) > 1 for part in parts)
        return "" if words else sign.join(parts)
    if way < 0.4:
        return (
            "".join(letter + chance.choice(letters.SEPARATORS) for letter in word[:-1]) + word[-1]
        )
    between = chance.choice((sign, sign, sign * 2, f" {sign} ", f"{sign} "))
    return between.join(word)


def upside_down(word: str, chance: Random) -> str:
    way = chance.random()
    table = letters.UPSIDE_DOWN_CAPITALS if way < 0.2 else letters.UPSIDE_DOWN
    turned = "".join(chance.choice(table[letter]) for letter in word)
    if all(sign.isascii() for sign in turned):
        return ""
    return turned if 0.2 <= way < 0.4 else turned[::-1]


def misspelt(word: str, chance: Random) -> str:
    found = misspellings(word)
    return chance.choice(found) if found else ""


TRICKS: Mapping[str, Trick] = {
    "case": case,
    "accents": accents,
    "stacked marks": stacked_marks,
    "invisible": invisible,
    "confusables": confusables,
    "styled": styled,
    "enclosed": enclosed,
    "l33t": leet,
    "masked": masked,
    "repeated": repeated,
    "spaced": spaced,
    "separated": separated,
    "upside down": upside_down,
    "misspelt": misspelt,
}
"""The fourteen, in the order in which they are specified."""


def heavily_masked(word: str, chance: Random) -> str:
    """Most of the inner letters, or the one inner letter of three."""
    if len(word) < 5:
        return word[0] + chance.choice("*#") + word[2:] if len(word) == 3 else ""
    return word[0] + chance.choice("*#-_") * (len(word) - 2) + word[-1]


def halved(word: str, chance: Random) -> str:
    """A space in the middle of a word; not between two words."""
    place = chance.randrange(1, len(word))
    parts = word[:place], word[place:]
    return "" if all(part in english() for part in parts) else " ".join(parts)


def backwards(word: str, _: Random) -> str:
    return word[::-1] if word[::-1] not in english() and word[::-1] != word else ""


def overridden(word: str, _: Random) -> str:
    """Written backwards, and turned to be read forwards by a direction override."""
    return f"\u202e{word[::-1]}\u202c"


def faux(word: str, chance: Random) -> str:
    return swap(word, letters.FAUX, chance, _share(chance))


def two_at_once(word: str, chance: Random) -> str:
    """A disguise of letters, then one of the whole."""
    first = chance.choice((leet, repeated, confusables, case, masked, misspelt))(word, chance)
    second = chance.choice((spaced, separated, invisible))
    return second(first, chance) if first else ""


EXTRA: Mapping[str, Trick] = {
    "two at once": two_at_once,
    "faux letters": faux,
    "heavily masked": heavily_masked,
    "halved": halved,
    "backwards": backwards,
    "overridden": overridden,
}
