"""Says which words carried a score, by taking them out and scoring again.

Occlusion (Zeiler and Fergus 2014) over words: the word whose removal lowers the log-odds most is
named first, taken out, and the search goes on in what is left, so that of several words that
would each suffice all are found. A word that stands several times is taken out everywhere.
Long text is first narrowed to the stretch that scores highest, as windows do.
"""

import math
import re
from collections.abc import Callable, Sequence

from moderator.classifiers.windows import spans

Scorer = Callable[[Sequence[str]], list[float]]
"""One label's probabilities, 0..1, for a batch of texts, in order."""

STRETCH = 40
MAX_WORDS = 8000
MIN_DROP = 0.1
"""The least fall of the log-odds for which a word is named."""

_WORD = re.compile(r"\S+")
_EDGES = re.compile(r"^[^\w\s]+(?=.*\w)|(?<=\w)[^\w\s]+$")


def explain(text: str, score: Scorer, limit: int = 3) -> tuple[str, ...]:
    """At most `limit` words as they stand in `text`, the one that carried most first.

    May be empty: where no word's removal lowers the score. Text past the first `MAX_WORDS`
    words is not searched.
    """
    words = _stretch(_WORD.findall(text), score)
    named: list[str] = []
    while words and len(named) < limit:
        groups = list(dict.fromkeys(_key(word) for word in words))
        without = [[word for word in words if _key(word) != group] for group in groups]
        before, *after = score([" ".join(words), *(" ".join(rest) for rest in without)])
        best = min(range(len(groups)), key=after.__getitem__)
        if _log_odds(before) - _log_odds(after[best]) < MIN_DROP:
            break
        named.append(next(_bare(word) for word in words if _key(word) == groups[best]))
        words = without[best]
        if after[best] < 0.1 * before:
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
