"""Groups sequences into runs whose shape follows from each sequence alone.

Floating point sums depend on the shape of a computation. Padding to the longest of a batch, or
a last batch that is smaller, would let a message's score depend on its neighbours in the last
digits. So a sequence is padded to a length of its own, and every run of one length has the same
number of rows, the missing ones being filled up.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

MULTIPLE = 8
TOKENS_A_RUN = 128


def padded(length: int) -> int:
    """The length that a sequence of `length` tokens is padded to."""
    return max(MULTIPLE, -(-length // MULTIPLE) * MULTIPLE)


def rows(width: int, tokens: int = TOKENS_A_RUN) -> int:
    """How many sequences of the padded length `width` go into every run."""
    return max(2, tokens // width)


def runs(lengths: Sequence[int], tokens: int = TOKENS_A_RUN) -> Iterator[tuple[int, list[int]]]:
    """`(width, indices)` for each run: at most `rows(width, tokens)` indices into `lengths`.

    Every index comes once; short runs of a width are the caller's to fill up.
    """
    by_width: defaultdict[int, list[int]] = defaultdict(list)
    for index, length in enumerate(lengths):
        by_width[padded(length)].append(index)
    for width, indices in sorted(by_width.items()):
        size = rows(width, tokens)
        for start in range(0, len(indices), size):
            yield width, indices[start : start + size]


def well_formed(text: str) -> str:
    """The text without lone surrogates, which no tokenizer takes; other text as it is."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
