"""Which findings a guard holds back, and what lifts the guards of a message.

A rule's finding is held where it lies in a stretch of a guard for its category. A model's finding
has no place: it is held where the same model, asked again, finds it in what the guards cover alone,
and not in the rest. So a guard clears what it covers, and nothing that stands beside it.

One finding that asks for action and is not held lifts them all: who threatens or insults somebody
in the same message does not merely report. What is held keeps its place among the findings, with
the guard's name on it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from moderator.classifiers.guards import Guards, Stretch
from moderator.errors import ConfigError
from moderator.isolation import Isolated
from moderator.policy import Policy
from moderator.records import CHILD_SAFETY, Action, Finding, Unscored
from moderator.ruleset import RuleSet

NEVER_HELD = frozenset({"threat", "severe_toxicity", CHILD_SAFETY})
"""Categories that no guard may hold."""


class Guarding:
    """Applies the guards of a rule set to the findings of one message at a time.

    Raises `ConfigError` for a guard that cannot be used.
    """

    def __init__(self, ruleset: RuleSet, policy: Policy) -> None:
        for guard in ruleset.guards:
            for category in guard.categories:
                if category in NEVER_HELD:
                    raise ConfigError(f"{guard.place}: no guard may hold back {category}.")
        self._guards = Guards(ruleset)
        self._policy = policy
        self._guarded = {rule.id for rule in ruleset.rules if rule.guarded}

    def applied(
        self, findings: Sequence[Finding], text: str, models: Iterable[Isolated]
    ) -> list[Finding]:
        """The findings of a message, in order, those that a guard holds with its id.

        `text` is its payload, `models` the classifiers that may have to judge it again.
        """
        acting = [one for one in findings if self._policy.action(one) > Action.record]
        if not acting or not all(map(self._may_be_held, acting)):
            return list(findings)
        stretches = self._guards.find(text)
        if not stretches:
            return list(findings)
        again = _Again(self._policy, models)
        held: dict[int, str] = {}
        for one in acting:
            guard = (
                _over(one, stretches)
                if one.span is not None
                else again.placed(one, stretches, text)
            )
            if guard is None:
                return list(findings)
            held[id(one)] = guard
        return [replace(one, guard=held[id(one)]) if id(one) in held else one for one in findings]

    def _may_be_held(self, finding: Finding) -> bool:
        """Whether any guard at all could hold it: no name, no behaviour, no threat can be."""
        if finding.category in NEVER_HELD or finding.field != "payload":
            return False
        if finding.messages is not None:
            return False
        return finding.label is not None or finding.rule in self._guarded


class _Again:
    """Asks models what they find in a message without some of its parts; each thing once."""

    def __init__(self, policy: Policy, models: Iterable[Isolated]) -> None:
        self._policy = policy
        self._models = {isolated.classifier.name: isolated for isolated in models}
        self._known: dict[tuple[str, str], frozenset[str] | None] = {}

    def placed(self, finding: Finding, stretches: Sequence[Stretch], text: str) -> str | None:
        """The guard that holds a model's finding, if what carries it is what guards cover."""
        holding = [one for one in stretches if finding.category in one.categories]
        if not holding:
            return None
        covered, rest = parted(text, holding)
        for part, carries in ((covered, True), (rest, False)):
            acting = self._acting(finding.classifier, part)
            if acting is None or (finding.category in acting) != carries:
                return None
        return holding[0].guard

    def _acting(self, model: str, text: str) -> frozenset[str] | None:
        """The categories in which it asks for action; None where it cannot tell."""
        if (model, text) not in self._known:
            self._known[model, text] = self._judged(self._models[model], text)
        return self._known[model, text]

    def _judged(self, model: Isolated, text: str) -> frozenset[str] | None:
        if not any(map(str.isalnum, text)):
            return frozenset()
        (result,) = model.classify([text])
        if isinstance(result, Unscored):
            return None
        name, version = model.classifier.name, model.classifier.version
        found = self._policy.findings(name, version, result.scores)
        return frozenset(one.category for one in found if self._policy.action(one) > Action.record)


def parted(text: str, stretches: Iterable[Stretch]) -> tuple[str, str]:
    """What the stretches cover of `text`, and the rest of it; parts are joined by a blank."""
    covered: list[str] = []
    rest: list[str] = []
    done = 0
    for one in sorted(stretches, key=lambda stretch: stretch.start):
        rest.append(text[done : one.start])
        covered.append(text[max(done, one.start) : one.end])
        done = max(done, one.end)
    rest.append(text[done:])
    return " ".join(filter(None, covered)), " ".join(filter(None, rest))


def _over(finding: Finding, stretches: Sequence[Stretch]) -> str | None:
    """The first guard in whose stretch a rule's finding lies."""
    assert finding.span is not None
    start, end = finding.span
    for one in stretches:
        if one.start <= start and end <= one.end and finding.category in one.categories:
            return one.guard
    return None
