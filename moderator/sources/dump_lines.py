"""UTF-8 bytes to physical lines, many at a time, and never an endless one in memory.

A line ends with CR LF, LF or CR, and keeps its end; nothing else ends one, so U+2028,
U+0085, form feeds and NUL stay where they are.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from moderator.sources.fields import RAW_LIMIT

_PIECE = 256 * 1024


class Block(NamedTuple):
    """Some whole lines in order.

    `dirty`: at least one holds bytes that are not UTF-8, which stand as lone surrogates.
    `cut`: the last line was too long and is only its beginning.
    """

    lines: list[str]
    dirty: bool
    cut: bool


def line_blocks(chunks: Iterable[bytes], limit: int) -> Iterator[Block]:
    """Blocks of about 256 KiB; a line of more than `limit` bytes is cut and closes its block."""
    pending: list[bytes] = []
    size = 0
    skipping = False
    for piece in _pieces(chunks):
        chunk = piece
        if skipping:
            first = chunk.splitlines(keepends=True)[0]
            if not first.endswith((b"\n", b"\r")):
                continue
            skipping = False
            chunk = chunk[len(first) :]
            if not chunk:
                continue
        pending.append(chunk)
        size += len(chunk)
        if b"\n" not in chunk and b"\r" not in chunk and size <= limit:
            continue
        lines = b"".join(pending).splitlines(keepends=True)
        # A CR at the very end may be half of a CR LF.
        rest = b"" if lines[-1].endswith(b"\n") else lines.pop()
        yield from _blocks(lines, limit)
        if len(rest) > limit and not rest.endswith(b"\r"):
            yield _block([rest[:RAW_LIMIT]], cut=True)
            rest, skipping = b"", True
        pending, size = [rest] if rest else [], len(rest)
    if pending:
        yield from _blocks(b"".join(pending).splitlines(keepends=True), limit)


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


def _blocks(lines: list[bytes], limit: int) -> Iterator[Block]:
    if max(map(len, lines), default=0) <= limit:
        if lines:
            yield _block(lines, cut=False)
        return
    for line in lines:
        cut = len(line) > limit
        yield _block([line[:RAW_LIMIT] if cut else line], cut=cut)


def _block(lines: list[bytes], *, cut: bool) -> Block:
    try:
        return Block(list(map(bytes.decode, lines)), dirty=False, cut=cut)
    except UnicodeDecodeError:
        return Block([line.decode(errors="surrogateescape") for line in lines], dirty=True, cut=cut)
