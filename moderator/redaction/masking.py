"""Texts with placeholders in place of personal data, and a map from the old offsets to the new.

The same value gets the same placeholder within one run, numbered in the order of appearance.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from moderator.redaction.names import Names
from moderator.redaction.recognise import Stretch, personal_data
from moderator.text import fold


@dataclass(frozen=True, slots=True)
class Placed:
    """A placeholder: what it stands for in the original, and where it stands now."""

    start: int
    end: int
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without personal data; `placed` are its placeholders in order."""

    text: str
    placed: tuple[Placed, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the original's `[start, end)` stands now; a placeholder is taken in whole."""
        moved = self._start(start)
        return moved, self._end(end) if end > start else moved

    def hides(self, start: int, end: int) -> bool:
        """Whether any of the original's `[start, end)` was replaced."""
        last = self._begun(end)
        return last is not None and last.end > start

    def _start(self, offset: int) -> int:
        last = self._begun(offset + 1)
        if last is None:
            return min(offset, len(self.text))
        return last.new_start if offset < last.end else self._after(last, offset)

    def _end(self, offset: int) -> int:
        last = self._begun(offset)
        if last is None:
            return min(offset, len(self.text))
        return last.new_end if offset <= last.end else self._after(last, offset)

    def _after(self, last: Placed, offset: int) -> int:
        # Files can be edited, and a span lie beyond the text.
        return min(last.new_end + offset - last.end, len(self.text))

    def _begun(self, offset: int) -> Placed | None:
        """The last placeholder whose original begins before `offset`."""
        index = bisect_left(self.placed, offset, key=lambda one: one.start)
        return self.placed[index - 1] if index else None


class Placeholders:
    """Numbers the values of each kind: [email-1], [phone-2]."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], int] = {}
        self._counts: Counter[str] = Counter()

    def number(self, kind: str, key: str) -> int:
        """The number of this value, from 1; a new one for a value that is new."""
        found = self._known.get((kind, key))
        if found is None:
            self._counts[kind] += 1
            found = self._known[kind, key] = self._counts[kind]
        return found

    def placeholder(self, kind: str, key: str) -> str:
        """What is written instead of the value."""
        return f"[{kind}-{self.number(kind, key)}]"


class Masker:
    """Masks texts by one set of names and placeholders; remembers the texts it has seen."""

    def __init__(self, names: Names, placeholders: Placeholders) -> None:
        self._names = names
        self._placeholders = placeholders
        self._seen: dict[str, Masked] = {}

    def masked(self, text: str) -> Masked:
        """`text` with a placeholder for each piece of personal data."""
        known = self._seen.get(text)
        if known is None:
            known = self._seen[text] = self._masked(text)
        return known

    def _masked(self, text: str) -> Masked:
        folded = fold(text)
        stretches = united((*personal_data(text, folded), *self._names.find(folded)))
        parts: list[str] = []
        placed: list[Placed] = []
        position = length = 0
        for one in stretches:
            instead = self._placeholders.placeholder(one.kind, one.key)
            length += one.start - position
            placed.append(Placed(one.start, one.end, length, length + len(instead)))
            parts += text[position : one.start], instead
            position, length = one.end, length + len(instead)
        parts.append(text[position:])
        return Masked("".join(parts), tuple(placed))


def united(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order and apart; those that overlap become one, called as the first of them given."""
    ranked = sorted(enumerate(stretches), key=lambda each: (each[1].start, each[0]))
    apart: list[tuple[int, Stretch]] = []
    for rank, one in ranked:
        if apart and one.start < apart[-1][1].end:
            best_rank, last = apart[-1]
            best = one if rank < best_rank else last
            whole = Stretch(last.start, max(last.end, one.end), best.kind, best.key)
            apart[-1] = (min(rank, best_rank), whole)
        else:
            apart.append((rank, one))
    return [one for _, one in apart]
