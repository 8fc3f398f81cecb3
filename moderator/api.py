"""The Python API: build a pipeline from plain data, then moderate an iterable of messages."""

from collections.abc import Sequence
from pathlib import Path

from moderator.classifiers.registry import DEFAULT_MODEL, build_models
from moderator.config import RuleSet, load
from moderator.pipeline import Pipeline
from moderator.policy import Policy


def build(
    rules: Path | RuleSet | None = None,
    models: Sequence[str] = (DEFAULT_MODEL,),
    *,
    batch_size: int = 1024,
    context: int = 2,
    words: bool = True,
) -> Pipeline:
    """A pipeline of the rules (default: those of the package) and the named models.

    `models` are specifications as `--model` takes them. Raises `ConfigError` for a rules file or
    a name that cannot be used, `ClassifierError` for a model that cannot be built.
    """
    from moderator.classifiers.rules import RulesClassifier

    ruleset = rules if isinstance(rules, RuleSet) else load(rules)
    by_rule = RulesClassifier(ruleset)
    return Pipeline(
        [by_rule, *build_models(models)],
        Policy(ruleset),
        name_classifiers=[by_rule],
        batch_size=batch_size,
        context=context,
        words=words,
    )
