"""What a rule remembers of a session: marks by key, within a window, up to a bound."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

MOST_MARKS = 2000
"""Marks that one rule keeps of one session. The oldest goes first, whoever's it is."""

MOST_OF_A_KEY = 50
"""Marks under one key: the last ones. It is also how many messages a finding can name."""


class Mark(NamedTuple):
    """One message that may turn out to be part of something.

    `at` is the session's clock in seconds, `message` the message's id, `who` sent it. What `key`
    and `note` hold is up to the kind of rule.
    """

    at: float
    key: str
    message: str
    who: str
    note: str = ""


class Memory:
    """Marks by key, in the order in which they came.

    Forgetting is by age: what is older than `window` seconds, and the oldest beyond `MOST_MARKS`,
    so that a flood of new participants costs others their oldest marks and nobody any memory.
    """

    def __init__(self, window: float) -> None:
        self._window = window
        self._line: deque[Mark] = deque()
        self._by_key: dict[str, deque[Mark]] = {}

    def expire(self, now: float) -> None:
        """Forgets what is too old by the session's clock."""
        line = self._line
        oldest = now - self._window
        while line and line[0].at < oldest:
            self._drop_oldest()

    def add(self, mark: Mark) -> None:
        """Remembers a mark, which is not older than those before it."""
        self._line.append(mark)
        self._by_key.setdefault(mark.key, deque(maxlen=MOST_OF_A_KEY)).append(mark)
        if len(self._line) > MOST_MARKS:
            self._drop_oldest()

    def of(self, key: str) -> Sequence[Mark]:
        """The marks under a key, oldest first."""
        return self._by_key.get(key, ())

    def known_keys(self) -> Collection[str]:
        """The keys under which there are marks."""
        return self._by_key.keys()

    def forget(self, key: str, marks: Collection[Mark] = ()) -> None:
        """Takes these marks away from a key, or all if none are named."""
        kept = [mark for mark in self.of(key) if mark not in marks] if marks else []
        if kept:
            self._by_key[key] = deque(kept, maxlen=MOST_OF_A_KEY)
        else:
            self._by_key.pop(key, None)

    def state(self) -> dict[str, Any]:
        """All marks and the order of the keys, as plain data; `restore` is the way back.

        Of a mark that is gone from its key only the time is kept: it has its place in the line
        until it is the oldest, and so decides when others go.
        """
        held = {id(mark) for marks in self._by_key.values() for mark in marks}
        return {
            "keys": list(self._by_key),
            "line": [list(mark) if id(mark) in held else [mark.at] for mark in self._line],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Remembers what `state` said, and will forget it as it would have been forgotten."""
        self._by_key = {key: deque(maxlen=MOST_OF_A_KEY) for key in state["keys"]}
        for fields in state["line"]:
            if len(fields) > 1:
                self.add(Mark(*fields))
            else:
                self._line.append(Mark(fields[0], "", "", ""))

    def _drop_oldest(self) -> None:
        oldest = self._line.popleft()
        marks = self._by_key.get(oldest.key)
        # A mark can be gone from its key already: forgotten, or pushed out by newer ones.
        if marks and marks[0] is oldest:
            marks.popleft()
            if not marks:
                del self._by_key[oldest.key]
