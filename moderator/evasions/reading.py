"""Reads a written piece as the words of the lexicon that it can be a disguise of.

A walk over the trie: at each sign, every reading of it leads on (`letters`), and the tricks used
are counted. Letters may look otherwise, be digits or signs, or be drawn out in any word; beyond
that a word is masked, or misspelt, or set apart, and only one of the three, since together they
would make anything of anything. What a word may have cost depends on how much of it is honestly
written: two letters of three may not be guessed.
"""

from collections.abc import Iterable, Iterator

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
from moderator.evasions.tricks import (
    AGAIN,
    AGAIN_APART,
    AGAIN_GUESSED,
    APART,
    BY_DIGIT,
    BY_LETTERS,
    BY_MASK,
    BY_SIGN,
    BY_SOFT_MASK,
    BY_SOUND,
    LEFT_OUT,
    LETTER,
    LOOK_ALIKE,
    MOST_SOUNDS,
    OTHER_VOWEL,
    PRICE,
    SOUND,
    SWAPPED,
    UNDOUBLED,
    VOWEL_LEFT_OUT,
    Reading,
    plausible,
)

_DEAREST = 400 * PRICE
"""Beyond this no reading is followed."""

_MOST_EFFORT = 4096
"""Readings in progress, over all positions: a row of signs can be masks of nearly any word. What
people write takes a hundred, and thirty of a letter three thousand."""

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
        _reach(after, (node, last, kind), tricks + (AGAIN_APART if apart else AGAIN))
    if sign in SEPARATORS and not kind & ~_PARTED:
        _reach(after, (node, last, _PARTED | _OPEN), tricks + APART)
    if sign in MASKS and not kind & ~_MASKED:
        if last == _GUESSED and sign == piece[position - 1]:
            _reach(after, (node, last, kind), tricks + AGAIN_GUESSED)
        cost = BY_SOFT_MASK if sign in SOFT_MASKS else BY_MASK
        for letter, reached in node.following.items():
            if sign != "x" or letter in _VOWELS:
                _reach(after, (reached, _GUESSED, _MASKED), tricks + cost)
    if kind & ~_SOUNDED:
        return
    if not kind and sign in _VOWELS:
        for letter in _VOWELS:
            if letter != sign and letter in node.following:
                _reach(after, (node.following[letter], sign, _SOUNDED), tricks + OTHER_VOWEL)
    if position + 1 < len(piece) and piece[position + 1] != sign:
        first = node.following.get(piece[position + 1])
        if first is not None and sign in first.following:
            swapped = (first.following[sign], sign, _SOUNDED)
            _reach(states[position + 2], swapped, tricks + SWAPPED)


def _reach(state: _State, key: _Key, tricks: int) -> None:
    if tricks > _DEAREST or tricks // SOUND % 256 > MOST_SOUNDS:
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
                _reach(here, (reached, last, _SOUNDED), tricks + UNDOUBLED)
            else:
                cost = VOWEL_LEFT_OUT if letter in _VOWELS else LEFT_OUT
                _reach(here, (reached, last, _SOUNDED | _CUT), tricks + cost)


def _steps(piece: str, position: int, *, latin: bool, regional: bool) -> list[_Step]:
    """What may be meant by what is written at `position`: written, meant, cost, kind."""
    sign = piece[position]
    steps = [(sign, sign, LETTER, 0)]
    steps += [(sign, letter, BY_DIGIT, 0) for letter in LEET_DIGITS.get(sign, "")]
    steps += [(sign, letter, BY_SIGN, 0) for letter in LEET_SIGNS.get(sign, "")]
    steps += [(sign, letter, BY_SIGN, 0) for letter in SAME_STROKE.get(sign, "")]
    if not sign.isascii():
        found = {*look_alikes(sign)}
        if latin:
            found.update(transliterations(sign))
        if regional and is_regional(sign):
            found.add(regional_letter(sign))
        steps += [(sign, letters, LOOK_ALIKE, 0) for letters in sorted(found)]
    for end in range(position + 1, min(position + 4, len(piece)) + 1):
        written = piece[position:end]
        if written in LEET_GROUPS:
            cost = BY_LETTERS if written.isalpha() else BY_SIGN
            steps.append((written, LEET_GROUPS[written], cost, 0))
        for meant in SOUNDS.get(written, ()):
            steps.append((written, meant, BY_SOUND, _SOUNDED))
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
        if plausible(lexicon, node.word, tricks):
            yield node.word, tricks
