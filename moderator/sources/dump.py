"""A chat dump: bytes in, `Message | BadRow` out, whatever the format; memory stays flat."""

from collections.abc import Iterable, Iterator

from moderator.records import BadRow, Message
from moderator.sources.dump_csv import read_csv
from moderator.sources.dump_json import read_array, read_lines
from moderator.sources.fields import MAX_PAYLOAD
from moderator.sources.sniff import Readable, sniff

_READERS = {"csv": read_csv, "array": read_array, "lines": read_lines}


def read_dump(
    source: Readable | Iterable[bytes],
    *,
    max_payload: int = MAX_PAYLOAD,
    max_bytes: int | None = None,
) -> Iterator[Message | BadRow]:
    """Every row of a dump in its order, as a message or as the reason why it is none.

    `source` is a file opened for bytes (a pipe will do) or an iterable of chunks: CSV, a JSON
    array or JSON Lines, in UTF-8 or UTF-16, plain or gzip, told apart by content. Blank lines
    are no rows. A row with bytes that its encoding does not know is rejected, never patched up:
    what it said cannot be told, and its `raw` shows them escaped.

    `max_payload` (code points) bounds a message and with it the memory; `max_bytes` the whole
    dump, decompressed. Raises `NotReady` for an empty dump, and `SourceError` for what is no
    dump or stops early, after the rows that could be read.
    """
    form, chunks = sniff(source, max_bytes)
    yield from _READERS[form](chunks, max_payload)
