"""What every classifier is: a named, versioned, pure function from texts to assessments."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from moderator.records import Assessment, Unscored

Result = Assessment | Unscored

NEVER = 2.0
"""A threshold that no score reaches."""


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


@runtime_checkable
class Screens(Explains, Protocol):
    """A model with faster ones before it, which clear what is surely harmless.

    `screen_version` changes whenever what is cleared could. `screen_limits` are, by label, the
    least scores for which it was made to clear nothing; it promises nothing below them.
    """

    @property
    def screen_version(self) -> str: ...

    @property
    def screen_limits(self) -> Mapping[str, float]: ...

    def screened(self, texts: Sequence[str], keep: Sequence[bool]) -> list[Result]:
        """As `classify`, but a text may be cleared where `keep` is False.

        What is cleared gives `Assessment(cleared=True)`, without scores.
        """
        ...


@runtime_checkable
class Closes(Protocol):
    """A classifier that can be ended, also while another thread waits for it."""

    def close(self) -> None: ...


def is_concurrent(classifier: Classifier) -> bool:
    """Whether it works outside the interpreter, so that it is worth a thread of its own.

    A classifier says so by an attribute `concurrent`; it may then be asked by two threads at once.
    """
    return bool(getattr(classifier, "concurrent", False))
