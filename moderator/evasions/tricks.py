"""The tricks of a disguise, as they are counted and what each costs, and what a reading may take.

All tricks of a reading are counted in one number, so that adding and comparing is cheap: eight
bits each, and the price of all in the highest.
"""

from dataclasses import dataclass

from moderator.evasions.lexicon import Lexicon

LETTER, DIGIT, SIGN, MASK, SOFT, SOUND, SEPARATOR, REPEAT, PRICE = (
    1 << shift for shift in range(0, 72, 8)
)
LOOK_ALIKE = LETTER + 4 * PRICE
BY_DIGIT = DIGIT + 8 * PRICE
BY_SIGN = SIGN + 8 * PRICE
BY_LETTERS = SIGN + 30 * PRICE
AGAIN = REPEAT + 2 * PRICE
AGAIN_APART = REPEAT + 60 * PRICE
APART = SEPARATOR + PRICE
BY_MASK = MASK + 24 * PRICE
BY_SOFT_MASK = MASK + SOFT + 28 * PRICE
AGAIN_GUESSED = MASK + 26 * PRICE
# What a misspelling costs beside its price is in quarters of a letter heard otherwise.
BY_SOUND = LETTER + 4 * SOUND + 16 * PRICE
UNDOUBLED = 4 * SOUND + 16 * PRICE
VOWEL_LEFT_OUT = 5 * SOUND + 26 * PRICE
SWAPPED = 2 * LETTER + 5 * SOUND + 24 * PRICE
OTHER_VOWEL = 9 * SOUND + 26 * PRICE
LEFT_OUT = 9 * SOUND + 30 * PRICE


MOST_SOUNDS = 9
_SOUNDS_BY_LENGTH = {3: 4, 4: 8}


@dataclass(frozen=True, slots=True)
class Reading:
    """A word that a piece can be read as, where it stands in the piece, and what that took."""

    word: str
    start: int
    end: int
    tricks: int

    @property
    def price(self) -> int:
        """How far-fetched it is: 8 for each digit or sign in a letter's place, more for others."""
        return self.tricks // PRICE

    @property
    def masked(self) -> bool:
        """Whether a letter of it is a guess."""
        return self._count(MASK) > 0

    @property
    def misspelt(self) -> bool:
        """Whether it is heard in what is written, rather than seen."""
        return self._count(SOUND) > 0

    @property
    def drawn_out(self) -> bool:
        """Whether a letter is written more often than it stands in the word."""
        return self._count(REPEAT) > 0

    @property
    def by_signs(self) -> int:
        """How many of its letters are signs."""
        return self._count(SIGN)

    @property
    def separators(self) -> int:
        """How many signs stand between its letters."""
        return self._count(SEPARATOR)

    def _count(self, trick: int) -> int:
        return self.tricks // trick % 256


def plausible(lexicon: Lexicon, word: str, tricks: int) -> bool:
    """Whether enough of `word` is honestly written for it to be what is meant."""
    letters, digits, signs, masks, soft, sounds, separators, repeats = tricks.to_bytes(
        16, "little"
    )[:8]
    length = len(word)
    if length < 3:
        return letters == length and not (separators or repeats)
    if digits and (letters + signs < (2 if length < 5 else 1) or 2 * (letters + signs) < digits):
        return False
    if masks:
        return word not in lexicon.common and _guessable(
            length, letters, digits, signs, masks, soft
        )
    if sounds:
        most = 4 if digits or signs else _SOUNDS_BY_LENGTH.get(length, MOST_SOUNDS)
        return word in lexicon.heard and sounds <= most
    if separators and separators < letters + digits + signs - 1:
        # Not between all letters: then it is parted once, and spelt honestly.
        return length >= 4 and separators == 1 and letters == length and not signs
    return True


def _guessable(length: int, letters: int, digits: int, signs: int, masks: int, soft: int) -> bool:
    """Whether enough of a masked word can be seen."""
    if letters + signs < 2:
        return False
    if soft:
        return length >= 4 and masks <= max(1, length // 3) and not digits
    # All but the ends is masked in words that everybody completes.
    return masks <= length // 2 or (length >= 5 and masks + letters >= length)
