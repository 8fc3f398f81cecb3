"""Keeps one bad message, or one bad classifier, from spoiling a run.

A batch on which a classifier fails is tried again message by message, so that only the culprit
stays unscored. A classifier that has failed on everything it was given stops the run: an all-clean
file written by a broken model would be a lie.
"""

import math
from collections.abc import Callable, Sequence

from moderator.classifiers.base import Classifier, Result, Screens
from moderator.errors import ClassifierError
from moderator.records import Assessment, Unscored

PATIENCE = 64
"""So many failures without a single success, and the classifier is given up."""

_Ask = Callable[[Sequence[str]], list[Result]]


class Isolated:
    """A classifier whose failures are values; `failed` counts the texts that it failed on."""

    def __init__(self, classifier: Classifier) -> None:
        self.classifier = classifier
        self.failed = 0
        self._succeeded = False

    def classify(self, texts: Sequence[str]) -> list[Result]:
        """One result per text, in order; raises `ClassifierError` only once it is given up."""
        return self._tried(texts, self.classifier.classify)

    def screened(self, texts: Sequence[str], keep: Sequence[bool]) -> list[Result]:
        """As `classify`, by a classifier that `Screens`."""
        assert isinstance(self.classifier, Screens)
        kept = dict(zip(texts, keep, strict=True))
        screens = self.classifier
        return self._tried(
            texts, lambda some: screens.screened(some, [kept[text] for text in some])
        )

    def _tried(self, texts: Sequence[str], ask: _Ask) -> list[Result]:
        if not texts:
            return []
        try:
            results = self._checked(texts, ask)
        except Exception:
            results = [self._single(text, ask) for text in texts]
        else:
            self._succeeded = True
        if self.failed >= PATIENCE:
            self.conclude()
        return results

    def conclude(self) -> None:
        """To be called at the end: raises if the classifier failed on all it was given."""
        if self.failed and not self._succeeded:
            raise ClassifierError(
                f"The classifier {self.classifier.name} failed on every one of {self.failed} "
                "messages; nothing was written. Check its installation, or leave it out."
            )

    def _single(self, text: str, ask: _Ask) -> Result:
        try:
            result = self._checked([text], ask)[0]
        except Exception as error:
            self.failed += 1
            # The exception's own words could quote the message.
            return Unscored(self.classifier.name, f"failed with {type(error).__name__}")
        self._succeeded = True
        return result

    def _checked(self, texts: Sequence[str], ask: _Ask) -> list[Result]:
        results = ask(texts)
        if len(results) != len(texts):
            raise ClassifierError(
                f"{self.classifier.name} gave {len(results)} results for {len(texts)} texts"
            )
        return [_rounded(result) for result in results]


def _rounded(result: Result) -> Result:
    """Scores with the 4 decimals that are written, so that the verdict and the file agree."""
    if isinstance(result, Unscored) or not result.scores:
        return result
    for label, score in result.scores.items():
        if not (math.isfinite(score) and 0.0 <= score <= 1.0):
            raise ClassifierError(f"the score of {label} is not a probability")
    scores = {label: round(score, 4) for label, score in result.scores.items()}
    return Assessment(result.findings, scores)
