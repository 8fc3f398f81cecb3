"""Rule kind `split-word`: one participant's short messages that make a word or phrase together.

    - id: behaviour.split-word
      kind: split-word
      window: 20          # seconds
      count: 2            # messages at least
      severity: medium

Tried are messages of at most twelve code points, joined with spaces ("you", "are", "vile") and,
as long as the last are bits of words, without ("k", "y", "s"). The finding is what a rule of the
rules classifier finds over at least `count` of them, up to the last, unless it finds the same in
one of them alone. It has the category and severity of the rule that was spelt, which has to be at
least of the `severity` given here; `match` is what was spelt. Messages by others may lie between.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from moderator.behaviour.base import Seen, found
from moderator.behaviour.memory import Mark, Memory
from moderator.classifiers.base import Classifier, Result
from moderator.records import Assessment, Finding
from moderator.ruleset import BehaviourRule

LONGEST = 12
"""Code points of a message that can be a part."""

BIT = 4
"""Code points of a message that can be a part of a word."""

MOST_PARTS = 16
"""Messages, the last ones, that are tried together."""


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
        if len(parts) < max(2, self.rule.count):
            return None
        finding = self._spelt(seen, parts)
        if finding is not None:
            memory.forget(who)
        return finding

    def _spelt(self, seen: Seen, parts: Sequence[Mark]) -> Finding | None:
        tried = list(_joined([part.note for part in parts]))
        results = self._classifier.classify([text for text, _ in tried])
        spelt = [
            (finding, parts[first:])
            for (_, ends), result in zip(tried, results, strict=True)
            for finding in _findings(result)
            if finding.span is not None
            and finding.severity >= self.rule.severity
            and (first := _first(ends, finding.span)) is not None
            and len(parts) - first >= self.rule.count
        ]
        for finding, used in sorted(spelt, key=lambda one: one[0].severity, reverse=True):
            if not self._is_in_one(finding, used):
                return replace(
                    found(self.rule, seen, used),
                    category=finding.category,
                    severity=finding.severity,
                    match=finding.match,
                )
        return None

    def _is_in_one(self, finding: Finding, parts: Sequence[Mark]) -> bool:
        alone = self._classifier.classify([part.note for part in parts])
        return any(one.rule == finding.rule for result in alone for one in _findings(result))


def _findings(result: Result) -> Sequence[Finding]:
    return result.findings if isinstance(result, Assessment) else ()


def _first(ends: Sequence[int], span: tuple[int, int]) -> int | None:
    """The first part that a span touches, if it touches the last one too."""
    start, end = span
    return bisect_right(ends, start) if end > ends[-2] else None


def _joined(texts: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    """Texts to try, and where in each of them the parts end: all with spaces between, then
    without those between the last two, three and more, as long as they are bits."""
    yield " ".join(texts), _ends(texts, len(texts))
    for first in range(len(texts) - 1, -1, -1):
        if len(texts[first]) > BIT or " " in texts[first]:
            return
        if first < len(texts) - 1:
            yield " ".join([*texts[:first], "".join(texts[first:])]), _ends(texts, first)


def _ends(texts: Sequence[str], first: int) -> list[int]:
    """Where the parts end, a space being between them up to part `first`."""
    return [
        length + min(number, first)
        for number, length in enumerate(accumulate(map(len, texts)))
    ]  # fmt: skip
