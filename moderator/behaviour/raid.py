"""Rule kind `raid`: many who are new to the session post the same, or nearly.

    - id: behaviour.raid
      kind: raid
      window: 120         # seconds
      count: 5            # participants
      words: [hello, everyone, good, morning]

New is who was first heard within the window, once the session is older than that: at its start
everybody is. Newcomers greet alike and ask alike; so a text counts only with four different words
beside `words`. Abuse counts from the start, and with any words.

The message that makes the count is flagged and names the others; then counting begins anew.
"""

from moderator.behaviour.base import Seen, found
from moderator.behaviour.likeness import nearest
from moderator.behaviour.memory import Memory
from moderator.records import Finding
from moderator.ruleset import BehaviourRule

OWN_WORDS = 4
"""Different words beside the common ones, by which a text is more than a greeting."""


class Raid:
    """Marks are by the text's signature."""

    def __init__(self, rule: BehaviourRule) -> None:
        self.rule = rule
        self._common = frozenset(rule.words)

    def see(self, seen: Seen, memory: Memory) -> Finding | None:
        """The finding on the message of the newcomer that makes the count."""
        who = seen.message.participant_id
        if not self._is_new(seen) or not self._is_telling(seen):
            return None
        texts = nearest(seen.signature, memory.known_keys())
        marks = sorted(mark for text in texts for mark in memory.of(text))
        senders = {mark.who for mark in marks}
        if who in senders:
            return None
        if len(senders) + 1 < self.rule.count:
            memory.add(seen.mark(seen.signature))
            return None
        for text in texts:
            memory.forget(text)
        return found(self.rule, seen, marks)

    def _is_new(self, seen: Seen) -> bool:
        oldest = seen.now - self.rule.window
        return seen.people.since(seen.message.participant_id) >= oldest

    def _is_telling(self, seen: Seen) -> bool:
        if seen.is_abuse:
            return True
        is_start = seen.now - seen.people.began < self.rule.window
        return not is_start and len(set(seen.words) - self._common) >= OWN_WORDS
