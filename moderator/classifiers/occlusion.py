"""Says which words carried a score, by taking them out and scoring again.

Occlusion (Zeiler and Fergus 2014) over words: the word whose removal lowers the log-odds most is
named first, taken out, and the search goes on in what is left, so that of several words that
would each suffice all are found. A word that stands several times is taken out everywhere.
Long text is first narrowed to the stretch that scores highest, as windows do.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence

from moderator.classifiers.windows import spans

Scorer = Callable[[Sequence[str]], list[float]]
"""One label's probabilities, 0..1, for a batch of texts, in order."""

Foresees = Callable[[Sequence[str]], list[float]]
"""Foresees at hardly any cost which of the texts will score lower, by any number for each."""

CANDIDATES = 8
"""How many words are looked at again once the first is taken out."""

SHORTLIST = 6
"""How many words are taken out in turn, where it is foreseen which those are."""
STRETCH = 40
MAX_WORDS = 8000
MIN_DROP = 0.1
"""The least fall of the log-odds for which a word is named."""

_WORD = re.compile(r"\S+")
_EDGES = re.compile(r"^[^\w\s]+(?=.*\w)|(?<=\w)[^\w\s]+$")


class Occlusion:
    """Explains texts by a classifier's `score`: a mapping of label to probability for each text.

    What was scored of the last text is kept, and serves its other labels too.
    """

    def __init__(
        self,
        score: Callable[[Sequence[str]], Sequence[Mapping[str, float]]],
        foresees: Foresees | None = None,
    ) -> None:
        self._score = score
        self._foresees = foresees
        self._text = ""
        self._known: dict[str, Mapping[str, float]] = {}

    def explain(self, text: str, label: str, limit: int) -> tuple[str, ...]:
        """At most `limit` words that carried `label`, as `explain` below finds them."""
        if text != self._text:
            self._text, self._known = text, {}

        def score(texts: Sequence[str]) -> list[float]:
            new = [each for each in dict.fromkeys(texts) if each not in self._known]
            self._known.update(zip(new, self._score(new), strict=True))
            return [self._known[each][label] for each in texts]

        return explain(text, score, limit, self._foresees)


def explain(
    text: str, score: Scorer, limit: int = 3, foresees: Foresees | None = None
) -> tuple[str, ...]:
    """At most `limit` words as they stand in `text`, the one that carried most first.

    May be empty: where no word's removal lowers the score. Text past the first `MAX_WORDS`
    words is not searched. The search ends where a quarter of the score is left.
    """
    words = _stretch(_WORD.findall(text), score)
    candidates = list(dict.fromkeys(_key(word) for word in words))
    named: list[str] = []
    while candidates and len(named) < limit:
        without = {key: [word for word in words if _key(word) != key] for key in candidates}
        if foresees is not None and len(candidates) > SHORTLIST:
            hopes = foresees([" ".join(rest) for rest in without.values()])
            order = sorted(zip(hopes, range(len(candidates)), strict=True))
            candidates = [candidates[at] for _, at in order[:CANDIDATES]]
            without = {key: without[key] for key in candidates[:SHORTLIST]}
        before, *scores = score([" ".join(words), *map(" ".join, without.values())])
        after = dict(zip(without, scores, strict=True))
        best = min(after, key=after.__getitem__)
        candidates = sorted(candidates, key=lambda key: after.get(key, 1.0))[:CANDIDATES]
        candidates.remove(best)
        if _log_odds(before) - _log_odds(after[best]) < MIN_DROP:
            break
        named.append(next(_bare(word) for word in words if _key(word) == best))
        words = without[best]
        if after[best] < before / 4:
            break
    return tuple(named)


def _stretch(words: list[str], score: Scorer) -> list[str]:
    if len(words) <= STRETCH:
        return words
    parts = [
        words[start:end] for start, end in spans(min(len(words), MAX_WORDS), STRETCH, STRETCH // 4)
    ]
    scores = score([" ".join(part) for part in parts])
    return parts[max(range(len(parts)), key=scores.__getitem__)]


def _bare(word: str) -> str:
    """The word without punctuation around it; a mark or emoji alone stays."""
    return _EDGES.sub("", word)


def _key(word: str) -> str:
    return _bare(word).casefold()


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-7), 1 - 1e-7)
    return math.log(bounded / (1 - bounded))
