"""What a stream of bytes is, told by its content alone: compression, encoding, format.

Nothing seeks, so a pipe serves as well as a file. Whatever the encoding, what comes out is
UTF-8 without a byte order mark; half a UTF-16 surrogate pair comes out as bytes that no
UTF-8 decoder accepts, and so ends as a rejected row.
"""

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO, Literal, Protocol, runtime_checkable

from moderator.errors import NotReady, SourceError
from moderator.sources.dump_gzip import MAGIC, gunzip

Format = Literal["csv", "array", "lines"]

_PIECE = 64 * 1024
_BLANK = b" \t\r\n"
_BLANK_LIMIT = 1024 * 1024

_MOST_LAYERS = 2
"""A dump that is stored as gzip and sent as gzip once more is no attack."""

_BOMB_FROM = 8 * 2**20
_BOMB_RATIO = 200
"""Chat packs to a tenth, the same message over and over to a hundredth, a bomb to a thousandth."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FOREIGN = (
    (b"PK\x03\x04", "a ZIP archive: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard: unpack it first"),
    (b"%PDF", "a PDF"),
    (b"<", "an HTML or XML page, perhaps an error page of the server: fetch the dump again"),
)


@runtime_checkable
class Readable(Protocol):
    """A file opened for bytes, as far as it is needed here."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


def sniff(
    source: Readable | Iterable[bytes], max_bytes: int | None
) -> tuple[Format, Iterator[bytes]]:
    """The format of a dump, and all its bytes as UTF-8.

    `max_bytes` bounds the bytes after decompression. Raises `NotReady` for an empty dump,
    and `SourceError` for something else than a dump.
    """
    head, chunks = _peek(_chunks(source), len(MAGIC))
    for _ in range(_MOST_LAYERS):
        if not head.startswith(MAGIC):
            break
        head, chunks = _peek(_unpacked(chunks), len(MAGIC))
    else:
        if head.startswith(MAGIC):
            raise SourceError(
                "the dump is gzip within gzip within gzip, as no chat is: it is not unpacked"
            )
    if max_bytes is not None:
        chunks = _bounded(chunks, max_bytes)
    head, chunks = _peek(_utf8(chunks), 4, past=_BLANK)
    begin = head.lstrip(_BLANK)
    if not begin:
        raise NotReady(
            "the dump is empty, not even a header: if the session has just ended it may not be "
            "ready yet, so try again later"
        )
    for magic, what in _FOREIGN:
        if begin.startswith(magic):
            raise SourceError(f"this is no chat dump but {what}")
    kinds: dict[bytes, Format] = {b"[": "array", b"{": "lines"}
    return kinds.get(begin[:1], "csv"), chunks


def check_whole(stream: BinaryIO, max_bytes: int | None) -> None:
    """Raises what can be told of a dump without reading its rows, for a file opened for bytes.

    That is: nothing in it, something else than a dump, or gzip data that is damaged, stops early,
    or unpacks to more than `max_bytes`.
    """
    packed = stream.read(len(MAGIC)) == MAGIC
    stream.seek(0)
    _, chunks = sniff(stream, max_bytes)
    if packed:
        for _ in chunks:
            pass


def _chunks(source: Readable | Iterable[bytes]) -> Iterator[bytes]:
    if not isinstance(source, Readable):
        return (bytes(chunk) for chunk in source if chunk)
    # A pipe's read1 gives what there is; read would wait for a full piece.
    read = getattr(source, "read1", source.read)
    return iter(lambda: read(_PIECE), b"")


def _peek(
    chunks: Iterator[bytes], size: int, *, past: bytes = b""
) -> tuple[bytes, Iterator[bytes]]:
    """At least `size` bytes of the beginning, blanks not counted, and the whole stream again."""
    head = bytearray()
    for chunk in chunks:
        head += chunk
        if len(head.lstrip(past) if past else head) >= size or len(head) > _BLANK_LIMIT:
            break
    begin = bytes(head)
    return begin, chain((begin,) if begin else (), chunks)


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    fed = given = 0

    def counted() -> Iterator[bytes]:
        nonlocal fed
        for chunk in chunks:
            fed += len(chunk)
            yield chunk

    for piece in gunzip(counted()):
        given += len(piece)
        if given > _BOMB_FROM and given > fed * _BOMB_RATIO:
            raise SourceError(
                f"the dump unpacks to more than {_BOMB_RATIO} times its size, as no chat does:"
                " unpack it by hand if it is to be trusted"
            )
        yield piece


def _bounded(chunks: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise SourceError(
                f"the dump is larger than the {max_bytes:,} bytes that are allowed, unpacked: "
                "allow more with --max-bytes if it is to be trusted"
            )
        yield chunk


def _utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    head, chunks = _peek(chunks, 4)
    marks = [(bom, encoding) for bom, encoding in _BOMS if head.startswith(bom)]
    bom, encoding = marks[0] if marks else (b"", _without_bom(head))
    if bom:
        first = next(chunks)[len(bom) :]
        chunks = chain((first,) if first else (), chunks)
    return chunks if encoding == "utf-8" else _transcoded(chunks, encoding)


def _without_bom(head: bytes) -> str:
    """UTF-16 shows itself without a mark: every second byte of a plain header is zero."""
    zeros = [byte == 0 for byte in head[:4]]
    if zeros == [False, True, False, True]:
        return "utf-16-le"
    return "utf-16-be" if zeros == [True, False, True, False] else "utf-8"


def _transcoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    for chunk in chunks:
        if text := decoder.decode(chunk):
            yield text.encode("utf-8", "surrogatepass")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise SourceError(
            "the dump stops in the middle of a character, so part of it is missing: fetch it again"
        ) from None
