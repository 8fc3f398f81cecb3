"""A classifier that several pipelines share: each batch is judged once, whoever asks first."""

from collections.abc import Sequence

from moderator.classifiers.base import Classifier, Explains, Result


class Shared:
    """A classifier that remembers its last batch, for the next pipeline that asks the same."""

    def __init__(self, classifier: Classifier) -> None:
        self.name = classifier.name
        self.version = classifier.version
        self._classifier = classifier
        self._last: dict[str, Result] = {}

    def classify(self, texts: Sequence[str]) -> list[Result]:
        """As the classifier itself."""
        if not all(text in self._last for text in texts):
            self._last = dict(zip(texts, self._classifier.classify(texts), strict=True))
        return [self._last[text] for text in texts]


class _SharedExplaining(Shared):
    """One that can say which words carried a score."""

    def __init__(self, classifier: Classifier, explains: Explains) -> None:
        super().__init__(classifier)
        self._explains = explains

    def explain(self, text: str, label: str, limit: int = 3) -> tuple[str, ...]:
        """As the classifier itself."""
        return self._explains.explain(text, label, limit)


def shared(classifier: Classifier) -> Classifier:
    """`classifier` for several pipelines, able to explain if it is."""
    if isinstance(classifier, Explains):
        return _SharedExplaining(classifier, classifier)
    return Shared(classifier)
