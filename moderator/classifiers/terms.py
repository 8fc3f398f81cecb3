"""Rule kind `terms`: whole words and phrases, matched on the tokens of the folded text.

A term is folded and tokenised like the messages, so it is found whatever its case, accents or
white space, and never inside a longer word.

    - id: insult.idiot
      kind: terms
      terms: [you idiot]        # hits "YOU ÍDIOT!!", misses "idiot-proof"
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from moderator.config import Rule
from moderator.errors import ConfigError
from moderator.text import fold

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


class Phrases:
    """Finds phrases by key in a tokenised text."""

    def __init__(self, phrases: Sequence[tuple[str, Sequence[str]]], nlp: "Language") -> None:
        from spacy.matcher import PhraseMatcher

        self._matcher = PhraseMatcher(nlp.vocab, attr="ORTH")
        for key, texts in phrases:
            docs = [nlp.make_doc(fold(text).text) for text in texts]
            if docs:
                self._matcher.add(key, docs)
        self._strings = nlp.vocab.strings

    def find(self, doc: "Doc") -> Iterator[tuple[str, int, int]]:
        """Key, start and end (characters of the folded text) of every occurrence."""
        for key, start, end in self._matcher(doc):
            last = doc[end - 1]
            yield self._strings[key], doc[start].idx, last.idx + len(last)


class Terms:
    """All rules of kind `terms` as one matcher."""

    def __init__(self, rules: Sequence[Rule], nlp: "Language") -> None:
        for rule in rules:
            for term in rule.terms:
                if not fold(term).text:
                    raise ConfigError(f"{rule.place}: a term holds nothing but decoration.")
        self._phrases = Phrases([(rule.id, rule.terms) for rule in rules], nlp)

    def find(self, doc: "Doc") -> Iterator[tuple[str, int, int]]:
        """Rule id, start and end (characters of the folded text) of every match."""
        return self._phrases.find(doc)
