"""Rule kind `tokens`: spaCy token patterns over the folded text.

    - id: threat.find-you
      kind: tokens
      patterns:
        - [{LOWER: i}, {LOWER: {IN: [will, "'ll"]}}, {LOWER: find}, {LOWER: {IN: [you, u]}}]

Attributes that would run a backtracking regular expression are refused, and so are two optional
tokens side by side and repeats that could share a run of words: each can take a message made for
it more time than there is.
"""

import gc
from collections.abc import Mapping, Sequence
from typing import Protocol

from moderator.classifiers import repeats
from moderator.classifiers.prefilter import Prefilter
from moderator.classifiers.tokeniser import Words, document, vocabulary
from moderator.config import Rule, TokenPattern
from moderator.errors import ConfigError

_FLAGS = ("IS_PUNCT", "IS_DIGIT", "IS_ALPHA", "IS_SPACE", "LIKE_NUM", "LIKE_URL", "LIKE_EMAIL")
_ATTRIBUTES = ("LOWER", "TEXT", "LENGTH", "OP", *_FLAGS)
_SETS = ("IN", "NOT_IN")
_COMPARISONS = ("==", ">=", "<=", ">", "<")
_OPERATORS = ("?", "*", "+", "!")

WINDOW = 2_000
OVERLAP = 100
"""Tokens: a longer text is matched in parts that overlap by more than any pattern matches, since
spaCy takes some hundred bytes for each."""


FORGET_AFTER = 400_000
"""Words never seen before, after which spaCy's vocabulary is made anew.

Its hash tables keep a place for every word ever looked up, also after the memory zone in which
it was: some 40 bytes a word, without end.
"""


class Patterned(Protocol):
    """What has token patterns: a rule, or a guard."""

    @property
    def id(self) -> str: ...

    @property
    def tokens(self) -> tuple[TokenPattern, ...]: ...

    @property
    def place(self) -> str: ...


class Tokens:
    """The token patterns of many: a matcher for each, run where its words are there at all."""

    def __init__(self, owners: Sequence[Patterned], *, forget_after: int = FORGET_AFTER) -> None:
        for owner in owners:
            for pattern in owner.tokens:
                _check(owner, pattern)
        self._owners = owners
        self._forget_after = forget_after
        self._prefilter = Prefilter((one.id, pattern) for one in owners for pattern in one.tokens)
        self._set_up()

    def _set_up(self) -> None:
        """Makes the vocabulary, and the matchers that share it."""
        from spacy.matcher import Matcher

        self._vocab = vocabulary()
        self._matchers = {}
        for owner in self._owners:
            matcher = Matcher(self._vocab)
            matcher.add(owner.id, [[dict(token) for token in pattern] for pattern in owner.tokens])
            self._matchers[owner.id] = matcher
        self._full = len(self._vocab) + self._forget_after

    def find(self, tokens: Words) -> list[tuple[str, int, int]]:
        """Owner's id, start and end (characters of the folded text) of every match."""
        words, starts = tokens
        possible = self._prefilter.passing(words)
        if not possible:
            return []
        if len(self._vocab) > self._full:
            self._set_up()
            gc.collect()  # a vocabulary is part of a cycle, and large
        found = []
        for first in range(0, max(1, len(words) - OVERLAP), WINDOW - OVERLAP):
            # What spaCy remembers of words that it has never seen is given back with the zone.
            with self._vocab.memory_zone():
                doc = document(self._vocab, words[first : first + WINDOW])
                for name in possible:
                    for _, start, end in self._matchers[name](doc):
                        last = first + end - 1
                        found.append((name, starts[first + start], starts[last] + len(words[last])))
                del doc  # none may outlive its zone
        return found


def _check(owner: Patterned, pattern: TokenPattern) -> None:
    optional = False
    for token in pattern:
        for attribute, value in token.items():
            _check_attribute(owner, attribute, value)
        if token.get("OP") in {"?", "*"}:
            if optional:
                raise ConfigError(
                    f"{owner.place}: two optional tokens stand side by side; "
                    "write them as separate patterns."
                )
            optional = True
        else:
            optional = False
    if all(token.get("OP") in {"?", "*", "!"} for token in pattern):
        raise ConfigError(f"{owner.place}: a pattern of optional tokens alone matches anything.")
    if wrong := repeats.problem(pattern, whole_messages=isinstance(owner, Rule)):
        raise ConfigError(f"{owner.place}: {wrong}.")


def _check_attribute(owner: Patterned, attribute: str, value: object) -> None:
    if attribute not in _ATTRIBUTES:
        known = ", ".join(_ATTRIBUTES)
        raise ConfigError(f"{owner.place}: unknown attribute {attribute}; known are {known}.")
    fits: bool
    if attribute == "OP":
        fits, wanted = value in _OPERATORS, f"one of {' '.join(_OPERATORS)}"
    elif attribute == "LENGTH":
        fits = isinstance(value, int) or _is_table(value, _COMPARISONS, int)
        wanted = "a number, or a comparison such as {'>=': 3}"
    elif attribute in _FLAGS:
        fits, wanted = isinstance(value, bool), "true or false"
    else:
        fits = isinstance(value, str | int) or _is_table(value, _SETS, list)
        wanted = "a word, or {IN: [words]} or {NOT_IN: [words]}"
    if not fits:
        raise ConfigError(f"{owner.place}: {attribute} takes {wanted}.")


def _is_table(value: object, keys: Sequence[str], kind: type) -> bool:
    return isinstance(value, Mapping) and all(
        key in keys and isinstance(item, kind) for key, item in value.items()
    )
