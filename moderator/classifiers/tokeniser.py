"""spaCy's English tokeniser, kept linear on hostile text.

The tokeniser peels punctuation off a chunk between spaces one character at a time, which takes
time quadratic in the chunk: eight thousand parentheses cost it over ten seconds. A chunk longer
than any word is therefore parted by a plain expression instead.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

LONGEST_WORD = 48
"""Characters; longer chunks are links, identifiers, or somebody leaning on a key."""

_LONG_CHUNK = re.compile(rf"[^ ]{{{LONGEST_WORD + 1}}}")
_PARTS = re.compile(r"\w+|[^\w ]")


def tokenise(nlp: "Language", text: str) -> "Doc":
    """The tokens of a folded text (in which white space is single spaces)."""
    if _LONG_CHUNK.search(text) is None:
        return nlp.tokenizer(text)
    from spacy.tokens import Doc

    words: list[str] = []
    spaces: list[bool] = []
    for chunk in text.removesuffix(" ").split(" "):
        if len(chunk) > LONGEST_WORD:
            parts = _PARTS.findall(chunk)
        else:
            parts = [token.text for token in nlp.tokenizer(chunk)]
        if parts:
            words += parts
            spaces += [False] * (len(parts) - 1) + [True]
        else:
            words.append(" ")
            spaces.append(False)
    if not text.endswith(" "):
        spaces[-1] = False
    return Doc(nlp.vocab, words=words, spaces=spaces)
