"""Gzip, undone as a stream: members one after another, and never half of one in silence."""

import zlib
from collections.abc import Iterable, Iterator

from moderator.errors import SourceError

MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 256 * 1024


def gunzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The decompressed bytes, in pieces of at most 256 KiB whatever the ratio.

    Concatenated members and zero padding at the end are read as gzip(1) reads them. Raises
    `SourceError` where the data is damaged, stops early, or goes on as something else.
    """
    member = zlib.decompressobj(_GZIP)
    begun = False
    for chunk in chunks:
        data = chunk
        while data:
            if not begun:
                # Between members: padding is skipped, anything else has to be a member.
                data = data.lstrip(b"\0")
                begun = bool(data)
                continue
            try:
                piece = member.decompress(data, _PIECE)
            except zlib.error as error:
                raise SourceError(
                    f"the dump's gzip data is damaged ({error}): fetch it again"
                ) from None
            if piece:
                yield piece
            data = member.unconsumed_tail
            if member.eof:
                data = member.unused_data
                member, begun = zlib.decompressobj(_GZIP), False
    if begun:
        if piece := member.flush():
            yield piece
        if not member.eof:
            raise SourceError(
                "the dump's gzip data stops early, so part of it is missing: fetch it again"
            )
