"""Sentences and quotations of a message, for rules that read what stands around a phrase.

Chat is written without care: a sentence ends at a line break or at a mark that a blank follows,
but not inside quote marks. All of it takes linear time; a part is never longer than `LONGEST`.
"""

import re
from collections.abc import Iterator

LONGEST = 400
"""Code points; a longer sentence is cut, at a blank where there is one."""

_DOUBLE = (
    '"[^"\\n]{1,300}"|\u201c[^\u201c\u201d\\n]{1,300}\u201d|\u00ab[^\u00ab\u00bb\\n]{1,300}\u00bb'
)
# An apostrophe between letters is none of the marks: 'don't'.
_INNER = "(?:[^'\u2018\u2019\\n]|(?<=\\w)['\u2019](?=\\w))"
_SINGLE = f"(?<!\\w)['\u2018](?=\\w){_INNER}{{1,300}}['\u2019](?!\\w)"
_QUOTED = re.compile(f"{_DOUBLE}|{_SINGLE}")
_END = re.compile(rf"(?P<quoted>{_QUOTED.pattern})|[.!?\u2026]+(?=\s|$)|\n")
_PIECE = re.compile(rf"(?s).{{1,{LONGEST}}}(?=\s|$)|.{{{LONGEST}}}")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, in order, marks at its end included."""
    start = 0
    for match in _END.finditer(text):
        if match["quoted"] is None:
            yield from _pieces(text, start, match.end())
            start = match.end()
    yield from _pieces(text, start, len(text))


def quotations(text: str) -> list[tuple[int, int]]:
    """Start and end of each stretch in quote marks, the marks included."""
    return [match.span() for match in _QUOTED.finditer(text)]


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if end - start <= LONGEST:
        if start < end:
            yield start, end
        return
    for match in _PIECE.finditer(text, start, end):
        yield match.span()
