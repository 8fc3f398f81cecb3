"""What a rule remembers of a session: marks by key, within a window, up to a bound."""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

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

    def state(self) -> list[Mark]:
        """All marks, as plain data; `restore` is the way back."""
        return [mark for mark in self._line if mark in self.of(mark.key)]

    def restore(self, marks: Iterable[Sequence[object]]) -> None:
        """Remembers what `state` said, also where JSON has made lists of it."""
        for mark in marks:
            self.add(Mark(*mark))  # type: ignore[arg-type]

    def _drop_oldest(self) -> None:
        oldest = self._line.popleft()
        marks = self._by_key.get(oldest.key)
        # A mark can be gone from its key already: forgotten, or pushed out by newer ones.
        if marks and marks[0] is oldest:
            marks.popleft()
            if not marks:
                del self._by_key[oldest.key]
