"""The signs of all behaviour rules, found by the machinery of the token rules.

Hardly a message holds one. So that it costs hardly anything to find that out, a text is first
searched for the words of each pattern in their order, by one RE2 expression for all of them.
"""

from collections.abc import Mapping

import re2

from moderator.behaviour.base import Sign
from moderator.classifiers.rules import RulesClassifier
from moderator.records import Assessment
from moderator.ruleset import BehaviourRule, Rule, RuleSet, TokenPattern


class Signs:
    """Which signs stand in a text. Raises `ConfigError` for a pattern that cannot be used."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._signs: dict[str, Sign] = {}
        rules = tuple(self._rule(rule, name) for rule in ruleset.behaviour for name in rule.signs)
        self.classifier = RulesClassifier(
            RuleSet(ruleset.path, ruleset.sha256, {}, ruleset.allow, rules)
        )
        rough = [_rough(pattern) for rule in rules for pattern in rule.tokens]
        self._rough = re2.compile("(?s)" + "|".join(rough)) if rough else None

    def of(self, folded: str) -> frozenset[Sign]:
        """The signs in a folded text."""
        if self._rough is None or not self._rough.search(folded):
            return frozenset()
        (result,) = self.classifier.classify([folded])
        found = result.findings if isinstance(result, Assessment) else ()
        return frozenset(self._signs[finding.rule] for finding in found if finding.rule)

    def _rule(self, rule: BehaviourRule, name: str) -> Rule:
        key = f"{rule.id}/{name}"
        self._signs[key] = (rule.id, name)
        return Rule(
            id=key,
            kind="tokens",
            category=rule.category,
            severity=rule.severity,
            terms=(),
            tokens=rule.signs[name],
            regexes=(),
            allow=(),
            hits=(),
            misses=(),
            place=f"{rule.place}, sign {name}",
        )


def _rough(pattern: TokenPattern) -> str:
    """An expression that is found in every folded text that the pattern matches."""
    return "".join(map(_rough_token, pattern))


def _rough_token(token: Mapping[str, object]) -> str:
    value = token.get("LOWER")
    words = value.get("IN") if isinstance(value, Mapping) else [value]
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return ".*"
    one = "|".join(map(re2.escape, words))
    operator = token.get("OP", "")
    return rf"(?:(?:{one})\s*){operator}" if operator != "!" else ".*"
