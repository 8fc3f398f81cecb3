"""Cuts long text into overlapping windows, so that nothing of it goes unread.

A model reads a bounded number of tokens. What is longer is read in windows, and a label's score
is the highest of any window: one threat in a long message is a threat. Neighbouring windows
share tokens, so that a phrase on an edge stands whole in one of them.
"""

import re
from collections.abc import Callable, Sequence

_WORD = re.compile(r"\S+")


def spans(count: int, size: int, overlap: int) -> list[tuple[int, int]]:
    """Windows `[start, end)` over `count` items, each of `size` items at most.

    Neighbours share at least `overlap` items. The last window is moved back to be full rather
    than short: a model sees as much around the end as anywhere.
    """
    if not 0 <= overlap < size:
        raise ValueError("overlap must be at least 0 and below size")
    if count <= size:
        return [(0, count)]
    step = size - overlap
    starts = [*range(0, count - size, step), count - size]
    return [(start, start + size) for start in starts]


def highest(one: float, other: float) -> float:
    """The higher of two scores; not a number where either is none, so that it is not hidden."""
    return one if one >= other or one != one else other


def slices(
    text: str, size: int, overlap: int, count_tokens: Callable[[Sequence[str]], list[int]]
) -> list[str]:
    """The text in overlapping parts of whole words, each of about `size` tokens at most.

    For models that take text rather than tokens. `count_tokens` counts for a batch of words.
    A word too long for a window (no spaces, say) is cut into pieces of its own.
    """
    piece = max(1, size // 4)  # one character is at most four tokens, of bytes
    words = [
        (start, min(start + piece, match.end()))
        for match in _WORD.finditer(text)
        for start in range(match.start(), match.end(), piece)
    ]
    counts = count_tokens([text[start:end] for start, end in words])
    parts: list[str] = []
    first = 0
    while first < len(words):
        last, held = first, 0
        while last < len(words) and (last == first or held + counts[last] <= size):
            held += counts[last]
            last += 1
        parts.append(text[words[first][0] : words[last - 1][1]])
        if last == len(words):
            break
        shared, back = 0, last
        while back - 1 > first and shared + counts[back - 1] <= overlap:
            back -= 1
            shared += counts[back]
        first = back
    return parts
