"""Keeps one bad message, or one bad classifier, from spoiling a run.

A batch on which a classifier fails is tried again in parts, and those that fail text by text, so
that only the culprit stays unscored. A classifier that has failed on everything it was given stops
the run: an all-clean file written by a broken model would be a lie. So does one that raises
`ClassifierError`, by which it says that it is of no more use.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moderator.classifiers.base import Classifier, Closes, Result, Screens
from moderator.classifiers.failure import checked, reason_of
from moderator.errors import ClassifierError
from moderator.records import Unscored

PATIENCE = 64
"""So many failures without a single success, and the classifier is given up."""

PATIENCE_SECONDS = 300.0
"""So long spent on texts alone without a single success, and it is given up, too."""

PARTS = 32
"""Into so many a batch falls: a culprit among 1,024 texts costs three failures, not ten."""

_Ask = Callable[[slice], Sequence[Result]]


class Isolated:
    """A classifier whose failures are values; `failed` counts the texts that it failed on."""

    def __init__(self, classifier: Classifier, patience: float = PATIENCE_SECONDS) -> None:
        self.classifier = classifier
        self.failed = 0
        self._succeeded = False
        self._patience = patience

    def classify(self, texts: Sequence[str]) -> list[Result]:
        """One result per text, in order; raises `ClassifierError` only once it is given up."""
        return self._judged(len(texts), lambda part: self.classifier.classify(texts[part]))

    def screened(self, texts: Sequence[str], keep: Sequence[bool]) -> list[Result]:
        """As `classify`, but a text may be cleared where `keep` is False and the classifier can."""
        screens = self.classifier
        if not isinstance(screens, Screens):
            return self.classify(texts)
        return self._judged(len(texts), lambda part: screens.screened(texts[part], keep[part]))

    def conclude(self) -> None:
        """To be called at the end: raises if the classifier failed on all it was given."""
        if self.failed and not self._succeeded:
            raise ClassifierError(
                f"The classifier {self.classifier.name} failed on every one of {self.failed} "
                "messages; nothing was written. Check its installation, or leave it out."
            )

    def close(self) -> None:
        """Ends a classifier that lives in a process of its own, for good."""
        if isinstance(self.classifier, Closes):
            self.classifier.close()

    def state(self) -> dict[str, Any]:
        """What a run that goes on later must know, as plain data."""
        return {"failed": self.failed, "succeeded": self._succeeded}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state` said."""
        self.failed = int(state["failed"])
        self._succeeded = bool(state["succeeded"])

    def _judged(self, count: int, ask: _Ask) -> list[Result]:
        """The results of `count` texts, asked for by slices of them: whole, in parts, singly."""
        results: dict[int, Result] = {}
        failing = [range(count)] if count else []
        for size in dict.fromkeys((count, -(-count // PARTS), 1)):
            # All parts before any text alone: a success anywhere shows that it is not the model.
            pieces = [part[at : at + size] for part in failing for at in range(0, len(part), size)]
            failing = [piece for piece in pieces if not self._tried(piece, ask, results)]
        if self.failed >= PATIENCE:
            self.conclude()
        return [results[index] for index in range(count)]

    def _tried(self, piece: range, ask: _Ask, results: dict[int, Result]) -> bool:
        """Whether the texts of `piece` got their results; one alone gets its reason at least."""
        began = time.monotonic()
        try:
            found = checked(ask(slice(piece.start, piece.stop)), len(piece))
        except ClassifierError:
            raise
        except Exception as error:
            if len(piece) > 1:
                return False
            self.failed += 1
            self._patience -= time.monotonic() - began
            if self._patience < 0:
                self.conclude()
            found = [Unscored(self.classifier.name, reason_of(error))]
        else:
            self._succeeded = True
        results.update(zip(piece, found, strict=True))
        return True
