"""A classifier that remembers what it said: chat repeats itself, and pipelines share models.

The memory is exact: what is remembered is what the classifier would say again, since it is a pure
function of the text. It is bounded by entries and by the length of a text, so that it does not
grow with a run.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

from moderator.classifiers.base import Classifier, Closes, Explains, Result, Screens, is_concurrent

MOST_TEXTS = 16_384
LONGEST = 256
"""Code points; a longer text hardly comes twice, and would cost much."""

_Key = tuple[str, bool]
"""A text, and whether it was judged in full or screened first: the two may differ."""


class Remembering:
    """A classifier with a memory of its last results; several threads may ask it."""

    def __init__(self, classifier: Classifier) -> None:
        self.name = classifier.name
        self.version = classifier.version
        self.concurrent = is_concurrent(classifier)
        self._classifier = classifier
        self._known: OrderedDict[_Key, Result] = OrderedDict()
        self._lock = Lock()

    def classify(self, texts: Sequence[str]) -> list[Result]:
        """As the classifier itself."""
        keys = [(text, True) for text in texts]
        return self._recall(keys, lambda new: self._classifier.classify([text for text, _ in new]))

    def close(self) -> None:
        """As the classifier itself, if it can be closed."""
        if isinstance(self._classifier, Closes):
            self._classifier.close()

    def _recall(
        self, keys: Sequence[_Key], ask: Callable[[Sequence[_Key]], list[Result]]
    ) -> list[Result]:
        # Held while the classifier works: who asks for the same meanwhile finds it known.
        with self._lock:
            results = {key: self._known[key] for key in keys if key in self._known}
            new = list(dict.fromkeys(key for key in keys if key not in results))
            if new:
                results.update(zip(new, ask(new), strict=True))
            for key, result in results.items():
                self._keep(key, result)
        return [results[key] for key in keys]

    def _keep(self, key: _Key, result: Result) -> None:
        if len(key[0]) > LONGEST:
            return
        self._known[key] = result
        self._known.move_to_end(key)
        if len(self._known) > MOST_TEXTS:
            self._known.popitem(last=False)


class _Explaining(Remembering):
    """One that can say which words carried a score."""

    def __init__(self, classifier: Classifier, explains: Explains) -> None:
        super().__init__(classifier)
        self._explains = explains

    def explain(self, text: str, label: str, limit: int = 3) -> tuple[str, ...]:
        """As the classifier itself."""
        return self._explains.explain(text, label, limit)


class _Screening(_Explaining):
    """One that has faster models before it, too."""

    def __init__(self, classifier: Classifier, screens: Screens) -> None:
        super().__init__(classifier, screens)
        self.screen_version = screens.screen_version
        self.screen_limits = screens.screen_limits
        self._screens = screens

    def screened(self, texts: Sequence[str], keep: Sequence[bool]) -> list[Result]:
        """As the classifier itself."""

        def ask(new: Sequence[_Key]) -> list[Result]:
            return self._screens.screened([text for text, _ in new], [kept for _, kept in new])

        return self._recall(list(zip(texts, keep, strict=True)), ask)


def remembering(classifier: Classifier) -> Classifier:
    """`classifier` with a memory, able to do what it can."""
    if isinstance(classifier, Screens):
        return _Screening(classifier, classifier)
    if isinstance(classifier, Explains):
        return _Explaining(classifier, classifier)
    return Remembering(classifier)
