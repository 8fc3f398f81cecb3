"""How to judge, as plain data that any machine can build a pipeline from."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from moderator import __version__
from moderator.api import build
from moderator.config import DEFAULT, PRESET, RuleSet, load, rules_file
from moderator.errors import ConfigError
from moderator.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Specification:
    """Rules by their name and text (None where they come with the package), models, options.

    `rules_name` is as a user gave it, and as summaries repeat it.
    """

    rules_name: str
    rules_text: bytes | None
    models: tuple[str, ...]
    context: int
    words: bool
    exhaustive: bool
    all_findings: bool

    @classmethod
    def of(
        cls,
        rules: Path | None,
        models: Sequence[str],
        *,
        context: int = 2,
        words: bool = True,
        exhaustive: bool = False,
        all_findings: bool = False,
    ) -> Self:
        """Reads the rules file once; workers may be where it is not. Raises `ConfigError`."""
        name = str(rules) if rules is not None else DEFAULT
        text = None
        if name != DEFAULT and not name.startswith(PRESET):
            try:
                text = rules_file(rules).read_bytes()
            except OSError as error:
                raise ConfigError(f"{name} cannot be read: {error.strerror}.") from None
        return cls(name, text, tuple(models), context, words, exhaustive, all_findings)

    def build(self) -> tuple[Pipeline, RuleSet]:
        """The pipeline and its rules; raises `ConfigError` or `ClassifierError`."""
        ruleset = self._rules()
        pipeline = build(
            ruleset,
            self.models,
            context=self.context,
            words=self.words,
            exhaustive=self.exhaustive,
        )
        return pipeline, ruleset

    def _rules(self) -> RuleSet:
        if self.rules_text is None:
            return load(Path(self.rules_name))
        with tempfile.TemporaryDirectory(prefix="moderator-") as folder:
            path = Path(folder) / "rules.yaml"
            path.write_bytes(self.rules_text)
            return replace(load(path), path=self.rules_name)

    def judges(self, pipeline: Pipeline, ruleset: RuleSet, *, parquet: bool) -> dict[str, Any]:
        """What decides about every byte of the results, given what `build` made of this.

        Results of which it differs must not be mixed.
        """
        return {
            "version of moderator": __version__,
            "rules": ruleset.sha256,
            "models": [f"{one.name} {one.version}" for one in pipeline.classifiers],
            "options": {
                "context": self.context,
                "words": self.words,
                "exhaustive": self.exhaustive,
                "allFindings": self.all_findings,
            },
            "form": "parquet" if parquet else "jsonl",
        }
