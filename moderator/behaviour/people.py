"""Who is in a session, what they are called, and who spoke last."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moderator.text import fold

MOST_PEOPLE = 5000
"""Participants remembered of one session; whoever has been silent longest is forgotten first,
and would be new again."""

SHORTEST_NAME = 3
"""Letters; a shorter name is also too many other things, unless it is mentioned with @."""

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(slots=True)
class Person:
    """One participant: when first heard, and the name borne now."""

    first: float
    name: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Who spoke when, and whom it was aimed at, if it was abuse."""

    who: str
    at: float
    targets: tuple[str, ...]


class People:
    """The participants of one session, by id; names are labels and several may share one.

    `ambiguous` are names that are words as well, for those who look for names in a text.
    """

    def __init__(self, ambiguous: frozenset[str] = frozenset()) -> None:
        self.ambiguous = ambiguous
        self.began = 0.0
        self._people: dict[str, Person] = {}
        self._called: dict[str, set[str]] = {}
        self.turns: deque[Turn] = deque(maxlen=2)

    def meet(self, who: str, name: str, now: float) -> bool:
        """Notes that somebody speaks; whether it is the first time under this name."""
        if not self._people:
            self.began = now
        person = self._people.pop(who, None)
        if person is None:
            person = Person(now, name)
        elif person.name == name:
            self._people[who] = person
            return False
        else:
            self._uncall(who, person.name)
            person.name = name
        self._people[who] = person
        for word in name_words(name):
            self._called.setdefault(word, set()).add(who)
        if len(self._people) > MOST_PEOPLE:
            silent = next(iter(self._people))
            self._uncall(silent, self._people.pop(silent).name)
        return True

    def since(self, who: str) -> float:
        """When a participant was first heard, by the session's clock."""
        return self._people[who].first

    def called(self, word: str) -> set[str]:
        """Those with the folded `word` as a name, or as one by which they would be called."""
        return self._called.get(word, set())

    def full_name(self, who: str) -> str:
        """A participant's whole name, folded; empty for somebody who has not spoken."""
        person = self._people.get(who)
        return fold(person.name).text if person is not None else ""

    def state(self) -> dict[str, Any]:
        """Everybody, the longest silent first, and the last turns, as plain data."""
        return {
            "began": self.began,
            "people": [[who, person.first, person.name] for who, person in self._people.items()],
            "turns": [[turn.who, turn.at, turn.targets] for turn in self.turns],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows again what `state` said."""
        for who, first, name in state["people"]:
            self.meet(who, name, first)
        self.began = state["began"]
        self.turns.extend(Turn(who, at, tuple(targets)) for who, at, targets in state["turns"])

    def _uncall(self, who: str, name: str) -> None:
        for word in name_words(name):
            called = self._called.get(word, set())
            called.discard(who)
            if not called:
                self._called.pop(word, None)


def name_words(name: str) -> Iterator[str]:
    """What people call somebody of this name: its first word, or any part of a handle."""
    folded = fold(name).text
    if folded:
        yield folded.replace(" ", "")
    parts = _WORD.findall(folded)
    for part in parts if " " not in folded else parts[:1]:
        if len(part) >= SHORTEST_NAME:
            yield part
