"""The signs of all behaviour rules, found in one pass by the machinery of the token rules."""

from moderator.classifiers.rules import RulesClassifier
from moderator.records import Assessment
from moderator.ruleset import BehaviourRule, Rule, RuleSet

Sign = tuple[str, str]
"""The id of a behaviour rule and the name of one of its signs."""


class Signs:
    """Which signs stand in a text. Raises `ConfigError` for a pattern that cannot be used."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._signs: dict[str, Sign] = {}
        rules = [self._rule(rule, name) for rule in ruleset.behaviour for name in rule.signs]
        self._classifier = RulesClassifier(
            RuleSet(ruleset.path, ruleset.sha256, {}, ruleset.allow, tuple(rules))
        )

    def of(self, text: str) -> frozenset[Sign]:
        """The signs in one text."""
        if not self._signs:
            return frozenset()
        (result,) = self._classifier.classify([text])
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
