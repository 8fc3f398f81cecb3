"""Rule kind `flood`: one participant says the same, or nearly, again and again.

    - id: behaviour.flood
      kind: flood
      window: 120         # seconds
      count: 5
      words: [yes, no, ok, thanks]

What is an answer rather than a message has to come twice as often: a text of fewer than eight
letters, or of nothing but `words`.

The message that makes the count is flagged and names the others; then counting begins anew, so
that a flood of three hundred messages is flagged every `count`-th time.
"""

from moderator.behaviour.base import Seen, found
from moderator.behaviour.likeness import SHORT, nearest
from moderator.behaviour.memory import Memory
from moderator.records import Finding
from moderator.ruleset import BehaviourRule


class Flood:
    """Marks are by participant, with the text's signature."""

    def __init__(self, rule: BehaviourRule) -> None:
        self.rule = rule
        self._common = frozenset(rule.words)

    def see(self, seen: Seen, memory: Memory) -> Finding | None:
        """The finding on the message that makes the count."""
        who, signature = seen.message.participant_id, seen.signature
        before = memory.of(who)
        if before:
            alike = nearest(signature, {mark.note for mark in before})
            marks = [mark for mark in before if mark.note in alike] if alike else []
            if marks and len(marks) + 1 >= self._needed(seen):
                memory.forget(who, marks)
                return found(self.rule, seen, marks)
        memory.add(seen.mark(who, signature))
        return None

    def _needed(self, seen: Seen) -> int:
        is_answer = len(seen.signature) < SHORT or self._common.issuperset(seen.words)
        return self.rule.count * 2 if is_answer else self.rule.count
