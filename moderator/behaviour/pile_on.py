"""Rule kind `pile-on`: several participants abuse one.

    - id: behaviour.pile-on
      kind: pile-on
      window: 180         # seconds
      count: 3            # participants
      words: [will, mark, grace]

A message counts if something done to a person was found in it, of medium severity or more.
At whom it is aimed is told by `targets`; where that cannot be told, it does not count.
`words` are names that are words as well: those have to be mentioned with @, or set off by a comma.

The message that makes the count is flagged and names the others; then counting begins anew.
"""

from moderator.behaviour.base import Seen, found
from moderator.behaviour.memory import Memory
from moderator.records import Finding
from moderator.ruleset import BehaviourRule

MOST_NAMESAKES = 5
"""People whom one name can mean; raids come under a single name."""


class PileOn:
    """Marks are by target; abuse of a shared name is a mark for each who bears it."""

    def __init__(self, rule: BehaviourRule) -> None:
        self.rule = rule

    def see(self, seen: Seen, memory: Memory) -> Finding | None:
        """The finding on the message of the participant that makes the count."""
        if not seen.is_abuse:
            return None
        finding = None
        # A name that half the room bears is nobody's.
        for target in seen.targets if len(seen.targets) <= MOST_NAMESAKES else ():
            memory.add(seen.mark(target))
            marks = memory.of(target)
            if len({mark.who for mark in marks}) >= self.rule.count:
                finding = finding or found(self.rule, seen, marks)
                memory.forget(target)
        return finding
