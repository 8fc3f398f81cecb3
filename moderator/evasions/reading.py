"""Reads a written piece as the words of the lexicon that it can be a disguise of.

A walk over the trie: at each sign, every reading of it leads on (`letters`), and the tricks used
are counted. Letters may look otherwise, be digits or signs, or be drawn out in any word; beyond
that a word is masked, or misspelt, or set apart, and only one of the three, since together they
would make anything of anything. What a word may have cost depends on how much of it is honestly
written: two letters of three may not be guessed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from moderator.evasions.letters import (
    CLOSING_MASKS,
    LEET_DIGITS,
    LEET_GROUPS,
    LEET_SIGNS,
    MASKS,
    SAME_STROKE,
    SEPARATORS,
    SOFT_MASKS,
    SOUNDS,
    is_latin,
    is_regional,
    look_alikes,
    regional_letter,
    transliterations,
)
from moderator.evasions.lexicon import Lexicon, Node

# The tricks of a reading are counted in one number, so that adding and comparing is cheap: eight
# bits each, the price of all in the highest.
_LETTER, _DIGIT, _SIGN, _MASK, _SOFT, _SOUND, _SEPARATOR, _REPEAT, _PRICE = (
    1 << shift for shift in range(0, 72, 8)
)
_LOOK_ALIKE = _LETTER + 4 * _PRICE
_BY_DIGIT = _DIGIT + 8 * _PRICE
_BY_SIGN = _SIGN + 8 * _PRICE
_BY_LETTERS = _SIGN + 30 * _PRICE
_AGAIN = _REPEAT + 2 * _PRICE
_AGAIN_APART = _REPEAT + 60 * _PRICE
_APART = _SEPARATOR + _PRICE
_BY_MASK = _MASK + 24 * _PRICE
_BY_SOFT_MASK = _MASK + _SOFT + 28 * _PRICE
_AGAIN_GUESSED = _MASK + 26 * _PRICE
# What a misspelling costs beside its price is in quarters of a letter heard otherwise.
_BY_SOUND = _LETTER + 4 * _SOUND + 16 * _PRICE
_UNDOUBLED = 4 * _SOUND + 16 * _PRICE
_VOWEL_LEFT_OUT = 5 * _SOUND + 26 * _PRICE
_SWAPPED = 2 * _LETTER + 5 * _SOUND + 24 * _PRICE
_OTHER_VOWEL = 9 * _SOUND + 26 * _PRICE
_LEFT_OUT = 9 * _SOUND + 30 * _PRICE

_DEAREST = 400 * _PRICE
"""Beyond this no reading is followed."""

_MOST_EFFORT = 4096
"""Readings in progress, over all positions: a row of signs can be masks of nearly any word. What
people write takes a hundred, and thirty of a letter three thousand."""

_MOST_SOUNDS = 9
_SOUNDS_BY_LENGTH = {3: 4, 4: 8}
_SHORTEST_CUT = 5
_GUESSED = "\0"
"""Stands for the sign written last where that was a mask, which repeats nothing."""

_VOWELS = frozenset("aeiou")

_MASKED, _SOUNDED, _PARTED, _OPEN, _CUT = 1, 2, 4, 8, 16
_KIND = _MASKED | _SOUNDED | _PARTED

_Key = tuple[Node, str, int]
"""Where in the trie, the sign written last, and the kind of trick so far: a cheaper reading must
not hide one of another kind, since it may turn out implausible. What a separator was written
after is open, where no word ends; what lacks its last letter is cut."""

_State = dict[_Key, int]
_Step = tuple[str, str, int, int]


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
        return self.tricks // _PRICE

    @property
    def masked(self) -> bool:
        """Whether a letter of it is a guess."""
        return self._count(_MASK) > 0

    @property
    def misspelt(self) -> bool:
        """Whether it is heard in what is written, rather than seen."""
        return self._count(_SOUND) > 0

    @property
    def drawn_out(self) -> bool:
        """Whether a letter is written more often than it stands in the word."""
        return self._count(_REPEAT) > 0

    @property
    def by_signs(self) -> int:
        """How many of its letters are signs."""
        return self._count(_SIGN)

    @property
    def separators(self) -> int:
        """How many signs stand between its letters."""
        return self._count(_SEPARATOR)

    def _count(self, trick: int) -> int:
        return self.tricks // trick % 256


def readings(lexicon: Lexicon, piece: str, starts: Iterable[int]) -> Iterator[Reading]:
    """Every plausible reading of `piece` from each of `starts` on, whatever follows its end.

    The last of `starts` are left out where all of them would take too long.
    """
    latin = any(map(is_latin, piece))
    regional = sum(map(is_regional, piece)) >= 3
    effort = 0
    for start in starts:
        states: list[_State] = [{} for _ in range(len(piece) + 1)]
        states[start][lexicon.root, "", 0] = 0
        for position in range(start, len(piece) + 1):
            here = states[position]
            effort += len(here)
            if not here:
                continue
            if effort > _MOST_EFFORT:
                return
            if position > start:
                _leave_out(here)
                for word, tricks in _ended(lexicon, here, piece[position - 1]):
                    yield Reading(word, start, position, tricks)
            if position < len(piece):
                steps = _steps(piece, position, latin=latin, regional=regional)
                for key, tricks in here.items():
                    _write(states, position, key, tricks, steps)
                    if position > start:
                        _trick(states, piece, position, key, tricks)


def _write(states: list[_State], position: int, key: _Key, tricks: int, steps: list[_Step]) -> None:
    """Goes on by what can be meant by what is written here."""
    node, _, kind = key
    kind &= _KIND
    for written, meant, cost, its_kind in steps:
        if its_kind and kind & ~its_kind:
            continue
        reached: Node | None = node.following.get(meant[0])
        for letter in meant[1:]:
            reached = reached.following.get(letter) if reached is not None else None
        if reached is not None:
            after = states[position + len(written)]
            _reach(after, (reached, written[-1], kind | its_kind), tricks + cost)


def _trick(states: list[_State], piece: str, position: int, key: _Key, tricks: int) -> None:
    """Goes on by what is written here for no letter of its own, or for another."""
    node, last, kind = key
    sign = piece[position]
    after = states[position + 1]
    apart = kind & _OPEN
    kind &= _KIND
    if sign in (last, node.letter):
        _reach(after, (node, last, kind), tricks + (_AGAIN_APART if apart else _AGAIN))
    if sign in SEPARATORS and not kind & ~_PARTED:
        _reach(after, (node, last, _PARTED | _OPEN), tricks + _APART)
    if sign in MASKS and not kind & ~_MASKED:
        if last == _GUESSED and sign == piece[position - 1]:
            _reach(after, (node, last, kind), tricks + _AGAIN_GUESSED)
        cost = _BY_SOFT_MASK if sign in SOFT_MASKS else _BY_MASK
        for letter, reached in node.following.items():
            if sign != "x" or letter in _VOWELS:
                _reach(after, (reached, _GUESSED, _MASKED), tricks + cost)
    if kind & ~_SOUNDED:
        return
    if not kind and sign in _VOWELS:
        for letter in _VOWELS:
            if letter != sign and letter in node.following:
                _reach(after, (node.following[letter], sign, _SOUNDED), tricks + _OTHER_VOWEL)
    if position + 1 < len(piece) and piece[position + 1] != sign:
        first = node.following.get(piece[position + 1])
        if first is not None and sign in first.following:
            swapped = (first.following[sign], sign, _SOUNDED)
            _reach(states[position + 2], swapped, tricks + _SWAPPED)


def _reach(state: _State, key: _Key, tricks: int) -> None:
    if tricks > _DEAREST or tricks // _SOUND % 256 > _MOST_SOUNDS:
        return
    if tricks < state.get(key, tricks + 1):
        state[key] = tricks


def _leave_out(here: _State) -> None:
    """Readings that go on after a letter which was not written."""
    for (node, last, kind), tricks in list(here.items()):
        if kind & ~_SOUNDED:
            continue
        if kind:
            # With another slip before, it takes a vowel, or one of a double.
            letters = [each for each in node.following if each in _VOWELS or each == last]
        else:
            letters = list(node.following)
        for letter in letters:
            reached = node.following[letter]
            if letter == last:
                _reach(here, (reached, last, _SOUNDED), tricks + _UNDOUBLED)
            else:
                cost = _VOWEL_LEFT_OUT if letter in _VOWELS else _LEFT_OUT
                _reach(here, (reached, last, _SOUNDED | _CUT), tricks + cost)


def _steps(piece: str, position: int, *, latin: bool, regional: bool) -> list[_Step]:
    """What may be meant by what is written at `position`: written, meant, cost, kind."""
    sign = piece[position]
    steps = [(sign, sign, _LETTER, 0)]
    steps += [(sign, letter, _BY_DIGIT, 0) for letter in LEET_DIGITS.get(sign, "")]
    steps += [(sign, letter, _BY_SIGN, 0) for letter in LEET_SIGNS.get(sign, "")]
    steps += [(sign, letter, _BY_SIGN, 0) for letter in SAME_STROKE.get(sign, "")]
    if not sign.isascii():
        found = {*look_alikes(sign)}
        if latin:
            found.update(transliterations(sign))
        if regional and is_regional(sign):
            found.add(regional_letter(sign))
        steps += [(sign, letters, _LOOK_ALIKE, 0) for letters in sorted(found)]
    for end in range(position + 1, min(position + 4, len(piece)) + 1):
        written = piece[position:end]
        if written in LEET_GROUPS:
            cost = _BY_LETTERS if written.isalpha() else _BY_SIGN
            steps.append((written, LEET_GROUPS[written], cost, 0))
        for meant in SOUNDS.get(written, ()):
            steps.append((written, meant, _BY_SOUND, _SOUNDED))
    return steps


def _ended(lexicon: Lexicon, here: _State, sign: str) -> Iterator[tuple[str, int]]:
    """The words that end here after `sign`, and their tricks."""
    for (node, last, kind), tricks in here.items():
        if node.word is None or kind & _OPEN:
            continue
        if last == _GUESSED and sign not in CLOSING_MASKS:
            continue
        if kind & _CUT and len(node.word) < _SHORTEST_CUT:
            continue
        if _plausible(lexicon, node.word, tricks):
            yield node.word, tricks


def _plausible(lexicon: Lexicon, word: str, tricks: int) -> bool:
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
        most = 4 if digits or signs else _SOUNDS_BY_LENGTH.get(length, _MOST_SOUNDS)
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
