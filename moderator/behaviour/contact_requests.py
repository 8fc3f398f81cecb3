"""Rule kind `contact-requests`: one participant asks for contact again and again.

    - id: behaviour.contact-requests
      kind: contact-requests
      window: 600         # seconds
      count: 3            # messages
      signs:
        asks: [[{LOWER: add}, {LOWER: me}, {LOWER: {IN: [on, back]}}]]

A message counts once, by a sign or by a finding of the category contact. To one person or to
several is the same to whoever has to decide, who sees the messages.

The message that makes the count is flagged and names the others; then counting begins anew.
"""

from moderator.behaviour.base import Seen, found
from moderator.behaviour.memory import Memory
from moderator.records import Finding, Severity
from moderator.ruleset import BehaviourRule


class ContactRequests:
    """Marks are by participant."""

    def __init__(self, rule: BehaviourRule) -> None:
        self.rule = rule

    def see(self, seen: Seen, memory: Memory) -> Finding | None:
        """The finding on the message that makes the count."""
        if not self._asks(seen):
            return None
        who = seen.message.participant_id
        memory.add(seen.mark(who))
        marks = memory.of(who)
        if len(marks) < self.rule.count:
            return None
        finding = found(self.rule, seen, marks)
        memory.forget(who)
        return finding

    def _asks(self, seen: Seen) -> bool:
        by_finding = bool(seen.findings) and any(
            finding.category == "contact"
            and finding.field == "payload"
            and finding.severity >= Severity.medium
            for finding in seen.findings
        )
        return by_finding or bool(seen.signs and self.rule.id in dict(seen.signs))
