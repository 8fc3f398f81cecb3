"""Formats, encodings and what is no dump at all, told by content."""

import gzip
import io
import json
import os
import threading
from collections.abc import Callable, Iterable

import pytest

from moderator.errors import NotReady, SourceError
from moderator.records import BadRow, Message
from moderator.sources.dump import read_dump
from moderator.sources.fields import COLUMNS

ROWS = [
    ("m1", "p1", "s", "t", "Ana", "true", "false", "TEXT_MESSAGE", "hi, all", "2024-05-01T10:00Z"),
    ("m2", "p2", "s", "t", "Ana", "1", "0", "TEXT_MESSAGE", "שלום 👋🏽", "1714557600"),
    ("m3", "p3", "s", "t", "Bo", "", "no", "IMAGE_MESSAGE", "https://x.invalid/a.png", ""),
]
CSV = "\r\n".join(",".join(f'"{c}"' for c in row) for row in [COLUMNS, *ROWS]) + "\r\n"
OBJECTS = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]
ARRAY = json.dumps(OBJECTS, indent=1)
LINES = "\n".join(json.dumps(o, ensure_ascii=False) for o in OBJECTS)


def plain(rows: Iterable[Message | BadRow]) -> list[tuple[str, str, bool | None, str, str]]:
    found = []
    for row in rows:
        assert isinstance(row, Message), row
        found.append((row.id, row.display_name, row.pinned, row.payload, row.created_at))
    return found


WANTED = [
    ("m1", "Ana", True, "hi, all", "2024-05-01T10:00Z"),
    ("m2", "Ana", True, "שלום 👋🏽", "1714557600"),
    ("m3", "Bo", None, "https://x.invalid/a.png", ""),
]


@pytest.mark.parametrize("text", [CSV, ARRAY, LINES], ids=["csv", "array", "lines"])
@pytest.mark.parametrize(
    "encode",
    [
        str.encode,
        lambda t: t.encode("utf-8-sig"),
        lambda t: t.encode("utf-16"),
        lambda t: t.encode("utf-16-le"),
        lambda t: t.encode("utf-16-be"),
        lambda t: b"\xfe\xff" + t.encode("utf-16-be"),
        lambda t: b"\n  " + t.encode(),
    ],
    ids=["utf-8", "bom", "utf-16-bom", "utf-16-le", "utf-16-be", "utf-16-be-bom", "blanks"],
)
@pytest.mark.parametrize("squeeze", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_every_form_in_every_dress(
    text: str, encode: Callable[[str], bytes], squeeze: Callable[[bytes], bytes], step: int
) -> None:
    data = squeeze(encode(text))
    assert plain(read_dump(data[n : n + step] for n in range(0, len(data), step))) == WANTED


def test_a_file_a_pipe_and_chunks_are_the_same() -> None:
    data = CSV.encode()
    assert plain(read_dump(io.BytesIO(data))) == plain(read_dump([data])) == WANTED
    end, start = os.pipe()
    writer = threading.Thread(target=lambda: (os.write(start, data), os.close(start)))
    writer.start()
    with os.fdopen(end, "rb") as pipe:
        assert plain(read_dump(pipe)) == WANTED
    writer.join()


@pytest.mark.parametrize(
    "data", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b" \r\n\n", gzip.compress(b"")]
)
def test_an_empty_dump_may_not_be_ready(data: bytes) -> None:
    with pytest.raises(NotReady, match="empty"):
        list(read_dump([data]))


@pytest.mark.parametrize("data", [CSV.split("\r")[0].encode(), b"[]", b" [ \n]\n"])
def test_a_dump_without_rows_is_no_error(data: bytes) -> None:
    assert list(read_dump([data])) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<?xml version='1.0'?><Error/>", "HTML or XML"),
        (b"\n<!doctype html>", "HTML or XML"),
        (b"PK\x03\x04....", "ZIP"),
        (b"\x28\xb5\x2f\xfdxxxx", "Zstandard"),
        (b"%PDF-1.7", "PDF"),
        (b"name,text\nAna,hi\n", "lacks id, participantId, payloadType, payload"),
        (b"id,payload,payloadType\n1,hi,TEXT_MESSAGE\n", "lacks participantId;"),
        (b'"id,participantId', "lacks id"),
        (b"\0\1\2\3" * 50, "lacks"),
        (b"id,participant_id,participantId,payload,payloadType\n", "participantId twice"),
    ],
)
def test_what_is_no_dump(data: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=words) as raised:
        list(read_dump([data]))
    assert not isinstance(raised.value, NotReady)


def test_gzip_members_one_after_another_and_padding() -> None:
    half = len(CSV) // 2
    data = gzip.compress(CSV[:half].encode()) + gzip.compress(CSV[half:].encode()) + b"\0" * 512
    for step in (1, 100_000):
        chunks = [data[n : n + step] for n in range(0, len(data), step)]
        assert plain(read_dump(chunks)) == WANTED


@pytest.mark.parametrize("cut", [3, 12, 60, -1, -8, -9])
def test_a_gzip_that_stops_early_never_looks_whole(cut: int) -> None:
    with pytest.raises(SourceError, match="stops early"):
        list(read_dump([gzip.compress(CSV.encode())[:cut]]))


def test_a_gzip_cut_between_rows_gives_them_and_then_the_error() -> None:
    text = CSV + "".join(f"i{n},p,s,t,N,,,TEXT_MESSAGE,x{n},\r\n" for n in range(100_000))
    data = gzip.compress(text.encode())
    rows = read_dump([data[: len(data) // 2]])
    assert next(rows) == next(read_dump([CSV.encode()]))
    with pytest.raises(SourceError, match="stops early"):
        list(rows)


@pytest.mark.parametrize("tail", [b"garbage", b"\x1f\x8bgarbage"])
def test_a_gzip_with_something_after_it(tail: bytes) -> None:
    with pytest.raises(SourceError, match="damaged"):
        list(read_dump([gzip.compress(CSV.encode()) + tail]))


def test_a_damaged_gzip() -> None:
    data = bytearray(gzip.compress(CSV.encode()))
    data[-6] ^= 1  # in the checksum
    with pytest.raises(SourceError, match="damaged"):
        list(read_dump([bytes(data)]))


def test_the_size_is_bounded_after_decompression() -> None:
    data = gzip.compress(CSV.encode() + b"\n" * 5_000_000)
    assert len(data) < 100_000
    with pytest.raises(SourceError, match="1,000,000 bytes"):
        list(read_dump([data], max_bytes=1_000_000))
    assert plain(read_dump([data], max_bytes=6_000_000)) == WANTED


def test_a_utf16_dump_that_stops_inside_a_character() -> None:
    with pytest.raises(SourceError, match="middle of a character"):
        list(read_dump([CSV.encode("utf-16")[:-1]]))


def test_half_a_utf16_pair_is_a_rejected_row() -> None:
    data = CSV.replace("hi, all", "hi \ud83d all").encode("utf-16", "surrogatepass")
    first, *others = read_dump([data])
    assert isinstance(first, BadRow)
    assert plain(others) == WANTED[1:]
