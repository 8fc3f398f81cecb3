"""What the screen learns from: many short texts, and how near each is to a flag by the big model.

The labelled rows are mostly longer than chat, and hardly a message of a real session is written
quite like one of them. So whole rows stand beside parts of rows cut to a few words, rows with an
evasion or an invented name in them, joined parts, and the grammars' sentences. What the model
makes of each is computed once and kept in files, a chunk at a time: it takes minutes to an hour.
"""

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from moderator.classifiers.base import Classifier
from moderator.records import Assessment
from moderator.training import augment, grammar, templates
from moderator.training.labels import Row
from moderator.training.metrics import Array

CHUNK = 4000
LONGEST = 400
"""Characters of a text that is drawn whole: a longer message is never cleared."""

KINDS: Mapping[str, float] = {
    "whole": 0.30, "cut": 0.26, "evaded": 0.10, "named": 0.06, "joined": 0.04, "template": 0.24,
}  # fmt: skip
"""Shares of the texts by how they are made."""

_BEGINNINGS = (
    *"bcdfghjklmnprstvwz", "br", "ch", "cl", "dr", "fr", "gr", "kr", "pr", "sh", "st", "th", "tr",
)  # fmt: skip
_VOWELS = (*"aeiouaeiouy", "ee", "ai", "ou", "ia")
_ENDINGS = ("", "", "", "n", "r", "s", "l", "m", "ck", "tz", "x", "son", "ski", "man", "01", "99")


def name(rng: random.Random) -> str:
    """A word that nobody has seen before, as names of people are."""
    count = rng.randint(1, 3)
    body = "".join(rng.choice(_BEGINNINGS) + rng.choice(_VOWELS) for _ in range(count))
    word = body + rng.choice(_ENDINGS)
    return word.capitalize() if rng.random() < 0.4 else word


def cut(text: str, rng: random.Random) -> str:
    """One to ten neighbouring words of a text, most often two to five."""
    words = text.split()
    count = min(len(words), max(1, min(10, round(rng.lognormvariate(1.2, 0.6)))))
    start = rng.randrange(len(words) - count + 1)
    return " ".join(words[start : start + count])


def named(text: str, rng: random.Random) -> str:
    """The text with an invented name before, after or in place of one of its words."""
    words = text.split()
    at = rng.randrange(len(words))
    words[at : at + rng.randint(0, 1)] = [rng.choice(["", "", "@"]) + name(rng)]
    return " ".join(words)


def texts(rows: Sequence[Row], count: int, seed: int) -> list[str]:
    """About `count` distinct texts in the shares of `KINDS`, shuffled: the first of them are a
    fair sample of all. The same for the same rows, count and seed.
    """
    rng = random.Random(seed)
    whole = [row.text for row in rows if len(row.text) <= LONGEST and row.text.split()]
    every = [row.text for row in rows if row.text.split()]
    made: dict[str, Callable[[], str]] = {
        "whole": lambda: rng.choice(whole),
        "cut": lambda: templates.style(cut(rng.choice(every), rng), rng),
        "evaded": lambda: augment.evade(cut(rng.choice(every), rng), rng),
        "named": lambda: named(cut(rng.choice(every), rng), rng),
        "joined": lambda: f"{cut(rng.choice(every), rng)} {cut(rng.choice(every), rng)}",
    }
    found: dict[str, None] = {}
    for kind, make in made.items():
        for _ in range(round(count * KINDS[kind])):
            found[make()] = None
    for row in templates.rows(round(count * KINDS["template"]), seed):
        evaded = len(row.text) < LONGEST and rng.random() < augment.RATE
        found[augment.evade(row.text, rng) if evaded else row.text] = None
    drawn = [text for text in found if text.strip()]
    rng.shuffle(drawn)
    return drawn


def pointed(rows: Sequence[Row], count: int, seed: int) -> list[str]:
    """About `count` distinct texts of which most are harmful, shuffled: what must not be cleared.

    Half are whole rows with some label, half sentences of the grammars' harmful functions, each of
    which gets as many as any other. The same for the same rows, count and seed.
    """
    rng = random.Random(f"pointed {seed}")
    whole = [row.text for row in rows if 1 in row.labels and len(row.text) <= LONGEST / 2]
    found = dict.fromkeys(rng.sample(whole, min(len(whole), count // 2)))
    harmful = [function for function in grammar.functions() if 1 in function.labels.values()]
    for function in harmful:
        for _ in range(count // 2 // len(harmful)):
            text = templates.style(grammar.expand(rng.choice(function.templates), rng), rng)
            found[augment.maybe(text, rng)] = None
    drawn = [text for text in found if text.strip()]
    rng.shuffle(drawn)
    return drawn


def margins(classifier: Classifier, texts: Sequence[str], limits: Mapping[str, float]) -> Array:
    """How far each label of `limits` is over its threshold, in logits: [texts, labels].

    At or over 0 is a flag. Not a number where the classifier leaves a text unscored.
    """
    edges = {label: _logit(limit) for label, limit in limits.items()}
    found = np.full((len(texts), len(edges)), np.nan)
    for at, result in enumerate(classifier.classify(texts)):
        if isinstance(result, Assessment):
            found[at] = [_logit(result.scores[label]) - edge for label, edge in edges.items()]
    return found


def teach(
    classifier: Classifier, texts: Sequence[str], limits: Mapping[str, float], folder: Path
) -> Iterator[Array]:
    """The margins of each chunk of the texts in turn; a chunk found in `folder` is not made anew.

    The folder belongs to one list of texts, one classifier and one set of limits.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(texts), CHUNK):
        path = folder / f"{start:07}.npy"
        if not path.exists():
            aside = path.with_suffix(".part")
            with aside.open("wb") as out:
                np.save(out, margins(classifier, texts[start : start + CHUNK], limits))
            aside.replace(path)
        yield np.load(path, allow_pickle=False)


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(bounded / (1 - bounded))
