"""The Python API: build a pipeline from plain data, then moderate an iterable of messages."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from moderator.classifiers.base import Classifier, Screens
from moderator.classifiers.registry import DEFAULT_MODEL, build_models
from moderator.classifiers.remembering import remembering
from moderator.config import RuleSet, load
from moderator.pipeline import Pipeline
from moderator.policy import Policy


def build(
    rules: Path | RuleSet | None = None,
    models: Sequence[str | Classifier] = (DEFAULT_MODEL,),
    *,
    batch_size: int = 1024,
    context: int = 2,
    words: bool = True,
    exhaustive: bool = True,
) -> Pipeline:
    """A pipeline of the rules (default: those of the package) and the named models.

    `models` are specifications as `--model` takes them, or classifiers. Unless `exhaustive`,
    faster models before one that has them clear what is surely harmless: far faster, without
    scores for what they cleared, and at the loss that the model's card tells; not under
    rules that act at lower scores than they were made for. Raises `ConfigError` for a
    rules file or a name that cannot be used, `ClassifierError` for a model that cannot be built.
    """
    from moderator.behaviour.engine import Behaviour
    from moderator.classifiers.rules import RulesClassifier
    from moderator.guarding import Guarding

    ruleset = rules if isinstance(rules, RuleSet) else load(rules)
    by_rule = RulesClassifier(ruleset)
    policy = Policy(ruleset)
    named = [model for model in models if isinstance(model, str)]
    built = [model for model in models if not isinstance(model, str)]
    judging = [*build_models(named), *built]
    return Pipeline(
        [remembering(by_rule), *map(remembering, judging)],
        policy,
        name_classifiers=[remembering(by_rule)],
        behaviour=partial(Behaviour, ruleset, by_rule),
        guarding=Guarding(ruleset, policy),
        batch_size=batch_size,
        context=context,
        words=words,
        screening=not exhaustive
        and all(
            policy.flags_within(model.screen_limits)
            for model in judging
            if isinstance(model, Screens)
        ),
    )
