"""What every classifier is: a named, versioned, pure function from texts to assessments."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from moderator.records import Assessment, Unscored

Result = Assessment | Unscored


@runtime_checkable
class Classifier(Protocol):
    """Judges texts. The same text gives the same result, whatever shares its batch.

    `name` is stable and appears in every finding; `version` changes whenever a result could.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def classify(self, texts: Sequence[str]) -> list[Result]:
        """One result per text, in order; `[]` for `[]`.

        A text that cannot be judged gives `Unscored`. Raises only for failures that
        concern the classifier as a whole.
        """
        ...


@runtime_checkable
class Explains(Protocol):
    """A classifier that can also say which words carried a label's score."""

    def explain(self, text: str, label: str, limit: int = 3) -> tuple[str, ...]:
        """The words whose removal lowers `label` most, gravest first; may be empty."""
        ...
