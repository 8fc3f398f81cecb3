"""The words that a rule set looks for: what a disguised word can turn out to be."""

from collections.abc import Iterator
from itertools import chain

from moderator.classifiers.tokeniser import contractions, split
from moderator.config import Rule, RuleSet, TokenPattern
from moderator.evasions.lexicon import Lexicon
from moderator.text import fold

_SHORTEST_HEARD = 3
"""Letters; shorter words are too much like others to be looked for in misspellings."""

_SHORTEST_COMMON_HEARD = 8
"""Letters; "yorself" takes part in phrases, and "teh" is typed too often to be looked into."""

_BY_SEVERITY = 2
_OF_PHRASES = 9
_FOREIGN = 10
"""Ranks: terms by severity; behind them the words that only phrases and patterns hold; behind
those the words of other languages."""


def lexicon_of(ruleset: RuleSet) -> Lexicon:
    """Every word of the rules' terms and patterns.

    Where a disguise fits two words alike ("s**t"), the milder one is read: words rank by their
    rule's severity. Misspellings are tried on English words only: how a word is heard, and what is
    an ordinary word instead, is known for English.
    """
    from spacy.lang.en.stop_words import STOP_WORDS

    ranks: dict[str, int] = {}
    single: set[str] = set()
    english: set[str] = set()
    for rule in ruleset.rules:
        foreign = _FOREIGN if rule.language != "en" else 0
        words = dict.fromkeys(_of_phrases(rule), _OF_PHRASES + foreign)
        for term in rule.terms:
            if len(tokens := _words(term)) == 1:
                single.update(tokens)
                words[tokens[0]] = _BY_SEVERITY * int(rule.severity) + foreign
        for word, rank in words.items():
            ranks[word] = min(rank, ranks.get(word, rank))
        if not foreign:
            english.update(words)
    ranks = {word: rank for word, rank in ranks.items() if len(set(word)) > 1}
    common = {word for word in ranks if word in STOP_WORDS or len(word) < 3} - single
    heard = {
        word
        for word in english
        if len(word) >= (_SHORTEST_COMMON_HEARD if word in common else _SHORTEST_HEARD)
    }
    plain = {word for entry in ruleset.plain for word in _words(entry)}
    return Lexicon(ranks, common, heard, plain | contractions())


def _of_phrases(rule: Rule) -> Iterator[str]:
    yield from chain.from_iterable(map(_words, rule.terms))
    yield from chain.from_iterable(map(_of_pattern, rule.tokens))


def _words(text: str) -> list[str]:
    return [word for word in split(fold(text).text)[0] if word.isalnum()]


def _of_pattern(pattern: TokenPattern) -> Iterator[str]:
    for token in pattern:
        for attribute in ("LOWER", "TEXT"):
            value = token.get(attribute)
            listed = value.get("IN", []) if isinstance(value, dict) else [value]
            yield from (word for word in listed if isinstance(word, str) and word.isalnum())
