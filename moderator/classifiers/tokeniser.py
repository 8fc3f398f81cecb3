"""The tokens of a folded text: words, contractions in parts, punctuation signs each alone.

Contractions part as spaCy's English has them (i'll is i and 'll, gonna is gon and na), and links
and e-mail addresses stay whole; everything else that is no letter or digit ends a word, so that
no sign can hide one ("idiot')", "dumb_ass"). One regular expression with bounded repeats does it,
in time linear in the text: spaCy's own tokeniser peels signs off one by one, which takes it
seconds on eight thousand parentheses.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

_LETTER = r"[^\W_]|[\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e\u1000-\u104f\u1780-\u17d3]"
_WORD = rf"(?:{_LETTER})+(?:'(?:{_LETTER})+)*"
_SIGN = r"\.{2,}|[^ ]"
_TLD = "com|net|org|info|io|gg|co|me|tv|tk|xyz|ru|de|uk|fr|es|it|nl|br|in|eu|us|app|dev|edu|gov"
_LINK = (
    r"(?:https?://|www\.)[^ <>\"]+(?<![.,!?;:)'\]])"
    r"|[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,40}\.){1,4}[a-z]{2,}"
    rf"|(?:[a-z0-9-]{{1,40}}\.){{1,4}}(?:{_TLD})(?![\w.-])(?:/[^ <>\"]*)?"
)
_PLAIN = re.compile(f"{_WORD}|{_SIGN}")
_LINKED = re.compile(f"{_LINK}|{_WORD}|{_SIGN}")
_CLITIC = re.compile(r"(.+?)((?:n't|'(?:s|d|m|ll|re|ve))+)")

Words = tuple[list[str], list[int]]
"""Tokens, and where each starts."""


def split(text: str) -> Words:
    """The tokens of a folded text (in which white space is single spaces), with their places."""
    contractions = _contraction_table()
    words: list[str] = []
    starts: list[int] = []
    pattern = _LINKED if "." in text or "://" in text else _PLAIN
    for found in pattern.finditer(text):
        word = found.group()
        start = found.start()
        parts = contractions.get(word)
        if parts is None and "'" in word and len(word) > 1 and "/" not in word:
            parts = _parts(word)
        if parts is None:
            words.append(word)
            starts.append(start)
            continue
        for part in parts:
            words.append(part)
            starts.append(start)
            start += len(part)
    return words, starts


def contractions() -> frozenset[str]:
    """Every contraction that is parted by a table, such as `dont`."""
    return frozenset(_contraction_table())


def vocabulary() -> "Vocab":
    """A fresh vocabulary of spaCy's English, without its tokeniser, which takes long to make."""
    from spacy.lang.en import English
    from spacy.vocab import create_vocab

    return create_vocab("en", English.Defaults)


def document(vocab: "Vocab", words: list[str]) -> "Doc":
    """The tokens as spaCy's matchers want them; the Doc's own offsets say nothing."""
    from spacy.tokens import Doc

    return Doc(vocab, words=words)


def _parts(word: str) -> tuple[str, ...]:
    clitic = _CLITIC.fullmatch(word)
    if clitic is None:
        return tuple(part for part in re.split("(')", word) if part)
    return (clitic[1], *re.findall("n't|'[a-z]+", clitic[2]))


@lru_cache(maxsize=1)
def _contraction_table() -> dict[str, tuple[str, ...]]:
    from spacy.lang.en.tokenizer_exceptions import TOKENIZER_EXCEPTIONS
    from spacy.symbols import ORTH

    word = re.compile(_WORD)
    table = {}
    for written, parts in TOKENIZER_EXCEPTIONS.items():
        if written == written.lower() and word.fullmatch(written) and len(parts) > 1:
            table[written] = tuple(str(part[ORTH]) for part in parts)
    return table
