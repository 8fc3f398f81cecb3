"""Reads a written piece as the words of the lexicon that it can be a disguise of.

A walk over the trie: at each sign, every reading of it leads on (`letters`), and the tricks used
are counted. Letters may look otherwise, be digits or signs, or be drawn out in any word; beyond
that a word is masked, or misspelt, or set apart, and only one of the three, since together they
would make anything of anything. What a word may have cost depends on how much of it is honestly
written: two letters of three may not be guessed.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

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

_SOUNDS_TAKEN = 255 * SOUND
_MOST_SOUNDS_TAKEN = MOST_SOUNDS * SOUND
_MOST_BEFORE_ANOTHER = _MOST_SOUNDS_TAKEN - (UNDOUBLED & _SOUNDS_TAKEN)

_LONGEST_GROUP = max(map(len, [*LEET_GROUPS, *SOUNDS]))
"""Signs that together are one letter."""

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
    all_steps = [
        _steps(piece[position : position + _LONGEST_GROUP], latin, regional)
        for position in range(len(piece))
    ]
    all_steps.append(())  # at the end, nothing is written
    firsts = ["".join({meant[0] for _, meant, _, _ in steps}) for steps in all_steps]
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
            steps = all_steps[position]
            if position > start:
                _leave_out(here, piece[position : position + 1], firsts[position])
                for word, tricks in _ended(lexicon, here, piece[position - 1]):
                    yield Reading(word, start, position, tricks)
            if position < len(piece):
                _write(states, position, steps)
                if position > start:
                    _trick(states, piece, position, firsts[position + 1])


def _write(states: list[_State], position: int, steps: Sequence[_Step]) -> None:
    """Goes on by what can be meant by what is written here."""
    for written, meant, cost, its_kind in steps:
        after = states[position + len(written)]
        first, rest, last = meant[0], meant[1:], written[-1]
        other_kinds = _KIND & ~its_kind if its_kind else 0
        for (node, _, kind), tricks in states[position].items():
            reached = node.following.get(first)
            if reached is None or kind & other_kinds:
                continue
            for letter in rest:
                reached = reached.following.get(letter) if reached is not None else None
            if reached is not None:
                _reach(after, (reached, last, kind & _KIND | its_kind), tricks + cost)


def _trick(states: list[_State], piece: str, position: int, firsts: str) -> None:
    """Goes on by what is written here for no letter of its own, or for another.

    `firsts` are the letters that can be meant by what is written next.
    """
    sign = piece[position]
    before, behind = piece[position - 1], piece[position + 1 : position + 2]
    after = states[position + 1]
    parts, masks, heard = sign in SEPARATORS, sign in MASKS, sign in _VOWELS
    swaps = bool(behind) and behind != sign
    for (node, last, open_kind), tricks in states[position].items():
        kind = open_kind & _KIND
        if sign in (last, node.letter):
            again = AGAIN_APART if open_kind & _OPEN else AGAIN
            _reach(after, (node, last, kind), tricks + again)
        if parts and not kind & ~_PARTED:
            _reach(after, (node, last, _PARTED | _OPEN), tricks + APART)
        if masks and not kind & ~_MASKED:
            if last == _GUESSED and sign == before:
                _reach(after, (node, last, kind), tricks + AGAIN_GUESSED)
            cost = BY_SOFT_MASK if sign in SOFT_MASKS else BY_MASK
            for letter, reached in node.following.items():
                if sign != "x" or letter in _VOWELS:
                    _reach(after, (reached, _GUESSED, _MASKED), tricks + cost)
        if kind & ~_SOUNDED:
            continue
        if heard and not kind:
            for letter in _VOWELS:
                vowel = node.following.get(letter)
                if vowel is not None and letter != sign and _leads_on(vowel, sign, behind, firsts):
                    _reach(after, (vowel, sign, _SOUNDED), tricks + OTHER_VOWEL)
        if swaps and behind in node.following:
            swapped = node.following[behind].following.get(sign)
            if swapped is not None:
                _reach(states[position + 2], (swapped, sign, _SOUNDED), tricks + SWAPPED)


def _reach(state: _State, key: _Key, tricks: int) -> None:
    if tricks > _DEAREST or tricks & _SOUNDS_TAKEN > _MOST_SOUNDS_TAKEN:
        return
    if tricks < state.get(key, tricks + 1):
        state[key] = tricks


def _leads_on(node: Node, last: str, sign: str, firsts: str) -> bool:
    """Whether a reading can go on from `node`, or end there, without another slip."""
    if node.word is not None or (sign and sign in (last, node.letter)):
        return True
    return any(first in node.following for first in firsts)


def _leave_out(here: _State, sign: str, firsts: str) -> None:
    """Readings that go on after a letter which was not written.

    Those alone that go on by `sign`, by one of the letters that can be meant by it, or that end;
    after one of a double that is written once, another slip may follow.
    """
    for (node, last, kind), tricks in list(here.items()):
        if kind & ~_SOUNDED or tricks & _SOUNDS_TAKEN > _MOST_BEFORE_ANOTHER:
            continue
        following = node.following
        if last in following:
            _reach(here, (following[last], last, _SOUNDED), tricks + UNDOUBLED)
        if kind:
            # With another slip before, it takes a vowel, or one of a double.
            after = [following[vowel] for vowel in "aeiou" if vowel in following]
        elif sign == last:
            after = list(following.values())
        else:
            after = [each for first in firsts for each in node.passing(first)]
            after += node.ending
            if sign in following:
                after.append(following[sign])
        for reached in after:
            letter = reached.letter
            if letter != last:
                cost = VOWEL_LEFT_OUT if letter in _VOWELS else LEFT_OUT
                _reach(here, (reached, last, _SOUNDED | _CUT), tricks + cost)


@lru_cache(maxsize=1 << 12)
def _steps(ahead: str, latin: bool, regional: bool) -> tuple[_Step, ...]:
    """What may be meant by what `ahead` begins with: written, meant, cost, kind."""
    sign = ahead[0]
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
    for end in range(1, len(ahead) + 1):
        written = ahead[:end]
        if written in LEET_GROUPS:
            cost = BY_LETTERS if written.isalpha() else BY_SIGN
            steps.append((written, LEET_GROUPS[written], cost, 0))
        for meant in SOUNDS.get(written, ()):
            steps.append((written, meant, BY_SOUND, _SOUNDED))
    return tuple(steps)


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
