"""Which words carried a model's score: asked for flagged messages, up to a bound in one run.

An explanation costs some twenty scorings; without the bound, a raid would slow a run thirty times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from moderator.classifiers.base import Classifier, Explains
from moderator.policy import Policy
from moderator.records import Action, Finding

MOST_EXPLAINED = 500
"""Distinct messages in one run whose findings get words; later ones have none."""

_Known = dict[tuple[str, str], tuple[str, ...] | None]


class Words:
    """Asks the models that can explain themselves; remembers what they said of a text."""

    def __init__(self, classifiers: Sequence[Classifier], policy: Policy) -> None:
        self._explaining = {each.name: each for each in classifiers if isinstance(each, Explains)}
        self._policy = policy
        self._known: dict[str, _Known] = {}

    def explained(self, findings: Sequence[Finding], text: str) -> list[Finding]:
        """The findings, with words where a model can name them."""
        # A digest, since a message may be long.
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        if digest not in self._known:
            if len(self._known) >= MOST_EXPLAINED:
                return list(findings)
            self._known[digest] = {}
        known = self._known[digest]
        return [self._with_words(finding, text, known) for finding in findings]

    def state(self) -> dict[str, Any]:
        """What is known of which texts, as data that JSON can hold."""
        return {
            digest: [[*key, words] for key, words in known.items()]
            for digest, known in self._known.items()
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state` said."""
        self._known = {
            digest: {
                (model, label): tuple(words) if words is not None else None
                for model, label, words in known
            }
            for digest, known in state.items()
        }

    def _with_words(self, finding: Finding, text: str, known: _Known) -> Finding:
        model = self._explaining.get(finding.classifier)
        acts = self._policy.action(finding) > Action.record
        if model is None or finding.label is None or finding.field != "payload" or not acts:
            return finding
        key = (finding.classifier, finding.label)
        if key not in known:
            known[key] = words_of(model, text, finding.label)
        return replace(finding, words=known[key])


def words_of(model: Explains, text: str, label: str) -> tuple[str, ...] | None:
    """The words that a model names; None where it fails, since the finding stands without them."""
    try:
        return model.explain(text, label)
    except Exception:
        return None
