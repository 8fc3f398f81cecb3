"""Which single term or pattern of a rule set finds what: the rules, taken apart and tried.

Nothing is assumed of how a kind of rule matches: each part becomes a rule of its own, and the
classifier itself says what it finds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from moderator.classifiers.rules import RulesClassifier
from moderator.config import Rule, RuleSet
from moderator.records import Assessment


@dataclass(frozen=True, slots=True)
class Part:
    """The term or pattern at `index` of a rule."""

    rule: Rule
    index: int


@dataclass(frozen=True, slots=True)
class Hit:
    """What a part found: `[start, end)` in code points of the text."""

    part: Part
    start: int
    end: int


class Evidence:
    """A rule set in parts. `lists` False leaves allowed and plain words out of account."""

    def __init__(self, ruleset: RuleSet, *, lists: bool = True) -> None:
        self.parts = tuple(_parts(ruleset))
        rules = [_single(part, f"part.{n}") for n, part in enumerate(self.parts)]
        if not lists:
            rules = [replace(rule, allow=()) for rule in rules]
            ruleset = replace(ruleset, allow=(), plain=())
        self._classifier = RulesClassifier(replace(ruleset, rules=tuple(rules)))

    def hits(self, texts: Sequence[str]) -> list[list[Hit]]:
        """What each text holds."""
        return [
            [
                Hit(self.parts[int(finding.rule.removeprefix("part."))], *finding.span)
                for finding in result.findings
                if finding.rule is not None and finding.span is not None
            ]
            for result in self._classifier.classify(texts)
            if isinstance(result, Assessment)
        ]


def body(rule: Rule) -> tuple[object, ...]:
    """A rule's terms or patterns."""
    return rule.terms or rule.tokens or rule.regexes


def _parts(ruleset: RuleSet) -> Iterator[Part]:
    for rule in ruleset.rules:
        for index in range(len(body(rule))):
            yield Part(rule, index)


def _single(part: Part, name: str) -> Rule:
    here = slice(part.index, part.index + 1)
    rule = part.rule
    return replace(
        rule,
        id=name,
        terms=rule.terms[here],
        tokens=rule.tokens[here],
        regexes=rule.regexes[here],
    )
