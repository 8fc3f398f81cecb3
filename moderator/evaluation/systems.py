"""What is compared: rules, models, or several of them together, each a pipeline of its own.

Classifiers are shared: each judges every text once, however many systems it is part of.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import tee

from moderator.classifiers.base import Classifier
from moderator.classifiers.registry import NO_MODEL, build_model
from moderator.classifiers.remembering import remembering
from moderator.config import RuleSet
from moderator.errors import ConfigError
from moderator.guarding import Guarding
from moderator.pipeline import Judged, Pipeline
from moderator.policy import Policy
from moderator.scoring import messages_of

RULES = "rules"


class System:
    """A named set of classifiers under one policy; guards go with the rules."""

    def __init__(self, name: str, classifiers: Sequence[Classifier], ruleset: RuleSet) -> None:
        self.name = name
        self.policy = policy = Policy(ruleset)
        self.by_rules = any(one.name == RULES for one in classifiers)
        self.models = tuple(one for one in classifiers if one.name != RULES)
        guarding = Guarding(ruleset, policy) if self.by_rules else None
        self.pipeline = Pipeline(classifiers, policy, guarding=guarding, context=0, words=False)
        self._flags: dict[str, bool] = {}

    def flags(self, label: str) -> bool:
        """Whether the label's highest score alone would flag a message under the policy.

        In the default rules that is so of all but `obscene`: swearing at nobody is only recorded.
        """
        if label not in self._flags:
            findings = self.policy.findings("", "", {label: 1.0})
            self._flags[label] = self.policy.judge(findings).flagged
        return self._flags[label]


def default_names(models: Sequence[str]) -> list[str]:
    """The rules, and each model alone and with the rules."""
    named = [model for model in models if model != NO_MODEL]
    return [RULES, *(name for model in named for name in (model, f"{RULES}+{model}"))]


def build(names: Sequence[str], ruleset: RuleSet) -> list[System]:
    """The systems that `names` describe: `rules` and models, joined by `+`.

    Raises `ConfigError` for an unknown name, `ClassifierError` for a model that cannot be built.
    """
    built: dict[str, Classifier] = {}
    systems = []
    for name in dict.fromkeys(names):
        parts = [part.strip() for part in name.split("+")]
        if len(set(parts)) < len(parts) or "" in parts:
            raise ConfigError(
                f"The system {name!r} cannot be read; write rules, a model, or both as "
                "rules+MODEL, each part once."
            )
        for part in parts:
            if part not in built:
                built[part] = remembering(_classifier(part, ruleset))
        systems.append(System(name, [built[part] for part in parts], ruleset))
    return systems


def _classifier(part: str, ruleset: RuleSet) -> Classifier:
    if part != RULES:
        return build_model(part)
    from moderator.classifiers.rules import RulesClassifier

    return RulesClassifier(ruleset)


def judge(systems: Sequence[System], texts: Iterable[str]) -> Iterator[tuple[Judged, ...]]:
    """Every text as each system judges it, in order; a batch or so is held at a time."""
    copies = tee(messages_of(texts), len(systems))
    streams = (system.pipeline.moderate(copy) for system, copy in zip(systems, copies, strict=True))
    yield from zip(*streams, strict=True)
