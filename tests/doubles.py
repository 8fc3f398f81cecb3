"""A classifier whose answers are written down: passed in where a real one would stand."""

from collections.abc import Mapping, Sequence
from typing import Any

from moderator.classifiers.base import Result
from moderator.records import Assessment, Finding, Severity, Unscored

Answer = Mapping[str, float] | str | Exception | Assessment


class Table:
    """Looks texts up: scores, the reason why there are none, an assessment, or an error to raise.

    A text that is not in the table gets `default`. `batches` are the texts of every call.
    """

    def __init__(
        self,
        answers: Mapping[str, Answer] | None = None,
        *,
        default: Answer | None = None,
        name: str = "table",
    ) -> None:
        self.name = name
        self.version = "1"
        self.batches: list[list[str]] = []
        self._answers = dict(answers or {})
        self._default = default if default is not None else Assessment()

    def classify(self, texts: Sequence[str]) -> list[Result]:
        self.batches.append(list(texts))
        return [self._result(text) for text in texts]

    def _result(self, text: str) -> Result:
        answer = self._answers.get(text, self._default)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            return Unscored(self.name, answer)
        return answer if isinstance(answer, Assessment) else Assessment(scores=answer)


class Explaining(Table):
    """A table that can say which words carried a score: the longest ones."""

    def explain(self, text: str, label: str, limit: int = 3) -> tuple[str, ...]:
        return tuple(sorted(text.split(), key=len, reverse=True)[:limit])


def finding(category: str = "insult", severity: str = "medium", **changes: Any) -> Finding:
    """A rule's finding; keywords change any field of it."""
    fields: dict[str, Any] = {
        "classifier": "rules",
        "version": "1",
        "rule": "test.rule",
        "label": None,
        "category": category,
        "severity": Severity[severity],
        "score": 1.0,
        "threshold": 1.0,
        "span": (0, 1),
        "match": "x",
    }
    return Finding(**{**fields, **changes})
