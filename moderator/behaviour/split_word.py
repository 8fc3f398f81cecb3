"""Rule kind `split-word`: one participant's short messages that make a word or phrase together.

    - id: behaviour.split-word
      kind: split-word
      window: 20          # seconds
      count: 2            # messages at least
      severity: medium

Tried are messages of at most twelve code points, joined with spaces ("kill", "your", "self") and,
where all are bits of words, without ("k", "y", "s"). What a rule of the rules classifier finds
over at least `count` of them, up to the last, is the finding, unless it finds the same in one of
them alone. It has the category and severity of the rule that was spelt, which has to be at least
of the `severity` given here; `match` is what was spelt. Messages by others may lie in between.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from moderator.behaviour.base import Seen, found
from moderator.behaviour.memory import Mark, Memory
from moderator.classifiers.base import Classifier
from moderator.records import Assessment, Finding
from moderator.ruleset import BehaviourRule

LONGEST = 12
"""Code points of a message that can be a part."""

BIT = 4
"""Code points of a message that can be a part of a word."""

MOST_PARTS = 16


class SplitWord:
    """Marks are by participant, with the text."""

    def __init__(self, rule: BehaviourRule, classifier: Classifier) -> None:
        self.rule = rule
        self._classifier = classifier

    def see(self, seen: Seen, memory: Memory) -> Finding | None:
        """The finding on the last part."""
        who = seen.message.participant_id
        text = seen.message.payload.strip()
        if not 0 < len(text) <= LONGEST:
            memory.forget(who)
            return None
        memory.add(seen.mark(who, text))
        parts = list(memory.of(who))[-MOST_PARTS:]
        if len(parts) < self.rule.count:
            return None
        finding = self._spelt(seen, parts)
        if finding is not None:
            memory.forget(who)
        return finding

    def _spelt(self, seen: Seen, parts: Sequence[Mark]) -> Finding | None:
        tried = list(_joined(parts))
        results = self._classifier.classify([joined for joined, _, _ in tried])
        best: Finding | None = None
        for (joined, used, ends), result in zip(tried, results, strict=True):
            for finding in result.findings if isinstance(result, Assessment) else ():
                if finding.span is None or finding.severity < self.rule.severity:
                    continue
                start, end = finding.span
                first = sum(one <= start for one in ends)
                covered = used[first:]
                reaches_last = end > (ends[-2] if len(ends) > 1 else 0)
                if not reaches_last or len(covered) < self.rule.count:
                    continue
                if best is not None and best.severity >= finding.severity:
                    continue
                if not self._is_in_one(finding, covered):
                    best = replace(
                        found(self.rule, seen, covered),
                        category=finding.category,
                        severity=finding.severity,
                        match=joined[start:end],
                    )
        return best

    def _is_in_one(self, finding: Finding, parts: Sequence[Mark]) -> bool:
        alone = self._classifier.classify([part.note for part in parts])
        return any(
            one.rule == finding.rule
            for result in alone
            if isinstance(result, Assessment)
            for one in result.findings
        )


def _joined(parts: Sequence[Mark]) -> Iterator[tuple[str, Sequence[Mark], list[int]]]:
    """Texts to try, the parts they are made of, and where in the text each part ends."""
    yield _join(parts, " ")
    for first in range(len(parts) - 1, -1, -1):
        if len(parts[first].note) > BIT or " " in parts[first].note:
            break
        if first < len(parts) - 1:
            yield _join(parts[first:], "")


def _join(parts: Sequence[Mark], between: str) -> tuple[str, Sequence[Mark], list[int]]:
    ends, length = [], 0
    for part in parts:
        length += len(part.note)
        ends.append(length)
        length += len(between)
    return between.join(part.note for part in parts), parts, ends
