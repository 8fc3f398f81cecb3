"""UTF-8 bytes to physical lines, many at a time, and never an endless one in memory.

A line ends with CR LF or LF, and keeps its end; with CR only where the first line does, for
some writers leave a message's CR unquoted in a file of LF. Nothing else ends a line: U+2028,
U+0085, form feeds and NUL stay where they are.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from moderator.sources.fields import RAW_LIMIT

_PIECE = 256 * 1024
_END = re.compile(rb"\n|\r(?=[^\n])")  # a CR at the end of a piece settles nothing yet


class Block(NamedTuple):
    """Some whole lines in order.

    `dirty`: at least one holds bytes that are not UTF-8, which stand as lone surrogates.
    `cut`: the only line was too long and is only its beginning.
    `bare`: at least one holds a CR that ends no line.
    """

    lines: list[str]
    dirty: bool
    cut: bool
    bare: bool


def line_blocks(chunks: Iterable[bytes], limit: int) -> Iterator[Block]:
    """Blocks of about 256 KiB; a line of more than `limit` bytes is cut and stands alone."""
    pending: list[bytes] = []
    size = 0
    skipping = False
    end = b""
    for piece in _pieces(chunks):
        chunk = piece
        if not end and (found := _END.search(chunk)):
            end = found[0]
        if skipping:
            lines, chunk, _ = _split(chunk, end)
            if not lines:
                continue
            skipping = False
            chunk = b"".join([*lines[1:], chunk])
        pending.append(chunk)
        size += len(chunk)
        if (not end or end not in chunk) and size <= limit:
            continue
        lines, rest, bare = _split(b"".join(pending), end)
        yield from _blocks(lines, limit, bare=bare)
        if len(rest) > limit:
            yield _block([rest[:RAW_LIMIT]], cut=True, bare=False)
            rest, skipping = b"", True
        pending, size = [rest] if rest else [], len(rest)
    if size:
        lines, rest, bare = _split(b"".join(pending), end or b"\r")
        yield from _blocks([*lines, rest] if rest else lines, limit, bare=bare)


def _split(data: bytes, end: bytes) -> tuple[list[bytes], bytes, bool]:
    """Whole lines, what is left, and whether a CR stands among them that ends none."""
    bare = end != b"\r" and data.count(b"\r") != data.count(b"\r\n")
    if bare:
        *lines, rest = data.split(b"\n")
        return [line + b"\n" for line in lines], rest, True
    lines = data.splitlines(keepends=True)
    # A CR at the very end may be half of a CR LF.
    rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
    return lines, rest, False


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that are worth their overhead."""
    gathered: list[bytes] = []
    size = 0
    for chunk in chunks:
        gathered.append(chunk)
        size += len(chunk)
        if size >= _PIECE:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


def _blocks(lines: list[bytes], limit: int, *, bare: bool) -> Iterator[Block]:
    if max(map(len, lines), default=0) <= limit:
        if lines:
            yield _block(lines, cut=False, bare=bare)
        return
    for line in lines:
        cut = len(line) > limit
        yield _block([line[:RAW_LIMIT] if cut else line], cut=cut, bare=bare)


def _block(lines: list[bytes], *, cut: bool, bare: bool) -> Block:
    try:
        return Block(list(map(bytes.decode, lines)), False, cut, bare)
    except UnicodeDecodeError:
        return Block([line.decode(errors="surrogateescape") for line in lines], True, cut, bare)
