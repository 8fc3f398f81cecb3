"""The words that a rule set looks for: what a disguised word can turn out to be."""

from collections.abc import Iterator

from moderator.classifiers.tokeniser import split
from moderator.config import RuleSet, TokenPattern
from moderator.evasions.lexicon import Lexicon
from moderator.text import fold

_OF_PATTERNS = 10
"""The rank of words that only patterns hold, behind those that are terms by themselves."""


def lexicon_of(ruleset: RuleSet) -> Lexicon:
    """Every word of the rules' terms and patterns.

    Where a disguise fits two words alike ("s**t"), the milder one is read: terms rank by their
    rule's severity.
    """
    from spacy.lang.en.stop_words import STOP_WORDS

    ranks: dict[str, int] = {}
    single: set[str] = set()
    for rule in ruleset.rules:
        for term in rule.terms:
            words = _words(term)
            if len(words) == 1:
                single.update(words)
            for word in words:
                rank = int(rule.severity) if len(words) == 1 else _OF_PATTERNS
                ranks[word] = min(rank, ranks.get(word, rank))
        for pattern in rule.tokens:
            for word in _of_pattern(pattern):
                ranks.setdefault(word, _OF_PATTERNS)
    common = {word for word in ranks if word in STOP_WORDS or len(word) < 3} - single
    plain = {word for entry in ruleset.plain for word in _words(entry)}
    return Lexicon(ranks, common, plain)


def _words(text: str) -> list[str]:
    return [word for word in split(fold(text).text)[0] if word.isalnum()]


def _of_pattern(pattern: TokenPattern) -> Iterator[str]:
    for token in pattern:
        for attribute in ("LOWER", "TEXT"):
            value = token.get(attribute)
            listed = value.get("IN", []) if isinstance(value, dict) else [value]
            yield from (word for word in listed if isinstance(word, str) and word.isalnum())
