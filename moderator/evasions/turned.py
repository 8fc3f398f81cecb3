"""Text turned upside down, as the turned letters of Unicode allow: "ʇoᴉpᴉ" is idiot.

Some turn the letters and reverse their order, some only turn the letters; both are read. What is
turned wholly is reversed wholly, so that words side by side are read from the last to the first.
"""

import re
from collections.abc import Iterator

from moderator.evasions.letters import TURNED, UPRIGHT
from moderator.evasions.lexicon import Lexicon, Node

_TURNED = re.compile("[" + "".join(sorted(sign for sign in TURNED if len(sign) == 1)) + "]")
_OUTER = re.compile(r"^[^\w∩⊥┴⅁⅂⅄⋊∀˥]+|[^\w∩⊥┴⅁⅂⅄⋊∀˥]+$")


def turned(lexicon: Lexicon, text: str) -> Iterator[tuple[int, int, str]]:
    """Stretches of turned words of the lexicon: start, end, and how they read upright."""
    if text.isascii() or not _TURNED.search(text):
        return
    stretch: list[tuple[int, int, str]] = []
    position = 0
    for piece in text.split(" "):
        edit = _turned_piece(lexicon, piece, position)
        if edit is None and stretch:
            yield _upright(stretch)
            stretch = []
        elif edit is not None:
            stretch.append(edit)
        position += len(piece) + 1
    if stretch:
        yield _upright(stretch)


def _upright(stretch: list[tuple[int, int, str]]) -> tuple[int, int, str]:
    return stretch[0][0], stretch[-1][1], " ".join(word for _, _, word in reversed(stretch))


def _turned_piece(lexicon: Lexicon, piece: str, position: int) -> tuple[int, int, str] | None:
    if not _TURNED.search(piece):
        return None
    core = _OUTER.sub("", piece)
    start = position + piece.index(core)
    for signs in (core[::-1], core):
        word = next(_words(lexicon.root, signs), None)
        if word is not None:
            return start, start + len(core), word
    return None


def _words(node: Node, signs: str) -> Iterator[str]:
    if not signs:
        if node.word is not None:
            yield node.word
        return
    sign = signs[0]
    for letter in TURNED.get(sign, UPRIGHT.get(sign, "")):
        if letter in node.following:
            yield from _words(node.following[letter], signs[1:])
