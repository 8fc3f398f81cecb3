"""Rule kind `combination`: different signs by one participant, in one message or several.

    - id: behaviour.grooming
      kind: combination
      window: 3600        # seconds
      count: 3
      strong: [secrecy]
      signs:
        age: [[{LOWER: how}, {LOWER: old}, {LOWER: are}, {LOWER: you}]]
        secrecy: [[{LOWER: our}, {LOWER: secret}]]

Each sign counts once, and a strong one for two, so that here secrecy and one other are enough.
From there on, every further message of that participant with a sign is flagged for as long as
the window holds: nothing of this kind is to be missed for having been seen before.
"""

from moderator.behaviour.base import Seen, found
from moderator.behaviour.memory import Memory
from moderator.records import Finding
from moderator.ruleset import BehaviourRule


class Combination:
    """Marks are by participant, with the sign's name."""

    def __init__(self, rule: BehaviourRule) -> None:
        self.rule = rule
        self._strong = frozenset(rule.strong)

    def see(self, seen: Seen, memory: Memory) -> Finding | None:
        """The finding on a message with a sign, once there are enough."""
        if not seen.signs:
            return None
        signs = sorted(sign for rule, sign in seen.signs if rule == self.rule.id)
        if not signs:
            return None
        who = seen.message.participant_id
        for sign in signs:
            memory.add(seen.mark(who, sign))
        marks = memory.of(who)
        weight = sum(1 + (sign in self._strong) for sign in {mark.note for mark in marks})
        return found(self.rule, seen, marks) if weight >= self.rule.count else None
