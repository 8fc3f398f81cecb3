"""Rule kind `tokens`: spaCy token patterns over the folded text.

    - id: threat.find-you
      kind: tokens
      patterns:
        - [{LOWER: i}, {LOWER: {IN: [will, "'ll"]}}, {LOWER: find}, {LOWER: {IN: [you, u]}}]

Attributes that would run a backtracking regular expression are refused, and so are two optional
tokens side by side: either can take exponential time on a message made for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from moderator.classifiers.prefilter import Prefilter
from moderator.classifiers.tokeniser import Words, document
from moderator.config import Rule, TokenPattern
from moderator.errors import ConfigError

if TYPE_CHECKING:
    from spacy.vocab import Vocab

_FLAGS = ("IS_PUNCT", "IS_DIGIT", "IS_ALPHA", "IS_SPACE", "LIKE_NUM", "LIKE_URL", "LIKE_EMAIL")
_ATTRIBUTES = ("LOWER", "TEXT", "LENGTH", "OP", *_FLAGS)
_SETS = ("IN", "NOT_IN")
_COMPARISONS = ("==", ">=", "<=", ">", "<")
_OPERATORS = ("?", "*", "+", "!")

WINDOW = 2_000
OVERLAP = 100
"""Tokens: a longer text is matched in parts that overlap by more than any pattern matches, since
spaCy takes some hundred bytes for each."""


class Tokens:
    """All rules of kind `tokens`: a matcher for each, run where its words are there at all."""

    def __init__(self, rules: Sequence[Rule], vocab: "Vocab") -> None:
        from spacy.matcher import Matcher

        self._vocab = vocab
        self._matchers = {}
        for rule in rules:
            for pattern in rule.tokens:
                _check(rule, pattern)
            matcher = Matcher(vocab)
            matcher.add(rule.id, [[dict(token) for token in pattern] for pattern in rule.tokens])
            self._matchers[rule.id] = matcher
        self._prefilter = Prefilter((rule.id, pattern) for rule in rules for pattern in rule.tokens)

    def find(self, tokens: Words) -> Iterator[tuple[str, int, int]]:
        """Rule id, start and end (characters of the folded text) of every match."""
        words, starts = tokens
        possible = self._prefilter.passing(words)
        if not possible:
            return
        for first in range(0, max(1, len(words) - OVERLAP), WINDOW - OVERLAP):
            doc = document(self._vocab, words[first : first + WINDOW])
            for name in possible:
                for _, start, end in self._matchers[name](doc):
                    last = first + end - 1
                    yield name, starts[first + start], starts[last] + len(words[last])


def _check(rule: Rule, pattern: TokenPattern) -> None:
    optional = False
    for token in pattern:
        for attribute, value in token.items():
            _check_attribute(rule, attribute, value)
        if token.get("OP") in {"?", "*"}:
            if optional:
                raise ConfigError(
                    f"{rule.place}: two optional tokens stand side by side; "
                    "write them as separate patterns."
                )
            optional = True
        else:
            optional = False
    if all(token.get("OP") in {"?", "*", "!"} for token in pattern):
        raise ConfigError(f"{rule.place}: a pattern of optional tokens alone matches anything.")


def _check_attribute(rule: Rule, attribute: str, value: object) -> None:
    if attribute not in _ATTRIBUTES:
        known = ", ".join(_ATTRIBUTES)
        raise ConfigError(f"{rule.place}: unknown attribute {attribute}; known are {known}.")
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
        raise ConfigError(f"{rule.place}: {attribute} takes {wanted}.")


def _is_table(value: object, keys: Sequence[str], kind: type) -> bool:
    return isinstance(value, Mapping) and all(
        key in keys and isinstance(item, kind) for key, item in value.items()
    )
