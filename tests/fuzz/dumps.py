"""The dump reader: any bytes are messages and rejected rows, and nothing of them is lost.

The first byte of an input says how the rest is dressed (plain, gzip, UTF-16) and cut in chunks.
"""

import csv
import gzip
import io
import json
from collections.abc import Sequence

from fuzz.target import Target
from moderator.errors import SourceError
from moderator.records import BadRow, Message
from moderator.sources.dump import read_dump
from moderator.sources.fields import COLUMNS, RAW_LIMIT

LONGEST_PAYLOAD = 700
STEPS = (1, 3, 50, 10_000)
CUT = "… (cut)"
NEVER = "2026-06-10T10:00:00.000Z"


def check(data: bytes) -> None:
    """Every property of reading `data[1:]`."""
    how, body = (data[0], data[1:]) if data else (0, b"")
    dressed = _dressed(body, how >> 2 & 7)
    rows, error = read([dressed])
    for row in rows:
        _check_row(row, body)
    lines = [row.line for row in rows]
    assert lines == sorted(lines), "rows come in the order of their lines"
    step = STEPS[how & 3]
    pieces = [dressed[at : at + step] for at in range(0, len(dressed), step)]
    assert read(pieces) == (rows, error), "the same whatever the chunks"
    assert read(io.BytesIO(dressed)) == (rows, error), "the same from a file"
    # Gzip of the body, so that what was mutated is not always what is packed.
    if how >> 2 & 7 == 0:
        if not error:
            _check_counts(body, rows)
        _check_round_trips(rows)


def read(source: object) -> tuple[list[Message | BadRow], str]:
    """The rows, and the one sentence in which it ends, if it does."""
    rows: list[Message | BadRow] = []
    try:
        rows.extend(read_dump(source, max_payload=LONGEST_PAYLOAD))  # type: ignore[arg-type]
    except SourceError as error:
        assert 0 < len(str(error)) < 1000
        return rows, str(error)
    return rows, ""


def _dressed(body: bytes, how: int) -> bytes:
    if how == 1:
        return gzip.compress(body, 1, mtime=0)
    if how == 2:
        return gzip.compress(body[: len(body) // 2], 1, mtime=0) + gzip.compress(
            body[len(body) // 2 :], 1, mtime=0
        )
    if how in (3, 4):
        text = body.decode("utf-8", "surrogateescape")
        return text.encode("utf-16" if how == 3 else "utf-16-be", "surrogatepass")
    return body


def _check_row(row: Message | BadRow, body: bytes) -> None:
    assert row.line >= 1
    if isinstance(row, BadRow):
        assert row.reason
        assert row.reason.isascii(), "no text of the row is in its reason"
        row.raw.encode()
        assert len(row.raw) <= 6 * (RAW_LIMIT + len(CUT))
        return
    fields = (
        row.id, row.participant_id, row.session_id, row.meeting_id, row.display_name,
        row.payload_type, row.payload, row.created_at,
    )  # fmt: skip
    for field in fields:
        field.encode()
    assert row.id.strip()
    assert row.participant_id.strip()
    assert row.payload_type.strip()
    assert len(row.payload) <= LONGEST_PAYLOAD


def _check_counts(body: bytes, rows: Sequence[Message | BadRow]) -> None:
    """As many rows as the standard parsers see, where the bytes are beyond doubt."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return
    begin = text.lstrip(" \t\r\n")
    if begin.startswith("["):
        assert len(rows) == len(json.loads(text, strict=False))
    elif begin.startswith("{"):
        if "\r" not in text:
            assert len(rows) == sum(not line.isspace() for line in text.split("\n") if line)
    elif "\r" not in text.replace("\r\n", ""):
        try:
            wide = [row for row in csv.reader(io.StringIO(begin, newline=""), strict=True) if row]
        except csv.Error:
            return
        torn = any("later rows" in row.reason for row in rows if isinstance(row, BadRow))
        if len({*map(len, wide)}) == 1 and not torn:
            assert len(rows) == len(wide) - 1, "the header is no row"


def _check_round_trips(rows: Sequence[Message | BadRow]) -> None:
    """What was read can be written and read again, as CSV and as JSON."""
    messages = [row for row in rows if isinstance(row, Message) and row.id != "id"]
    if not messages:
        return
    # A time that is none can make a message of several lines look torn.
    wanted = [(*_cells(one)[:-1], NEVER) for one in messages]
    table = io.StringIO(newline="")
    csv.writer(table, quoting=csv.QUOTE_ALL).writerows([COLUMNS, *wanted])
    objects = [dict(zip(COLUMNS, cells, strict=True)) for cells in wanted]
    lines = "".join(json.dumps(one, ensure_ascii=len(one["id"]) % 2 == 0) + "\n" for one in objects)
    for text in (table.getvalue(), lines, json.dumps(objects, indent=1)):
        again, error = read([text.encode()])
        assert not error
        found = [_cells(one) for one in again if isinstance(one, Message)]
        assert len(found) == len(again)
        assert found == wanted


def _cells(message: Message) -> tuple[str, ...]:
    flags = {True: "true", False: "false", None: ""}
    return (
        message.id, message.participant_id, message.session_id, message.meeting_id,
        message.display_name, flags[message.pinned], flags[message.is_edited],
        message.payload_type, message.payload, message.created_at,
    )  # fmt: skip


_ROWS = (
    ("m1", "p1", "s1", "r1", "Ann", "true", "false", "TEXT_MESSAGE", "you idiot, really", NEVER),
    ("m2", "p2", "s1", "r1", "Bö", "0", "", "TEXT_MESSAGE", 'she said "no"\r\nand left', NEVER),
    ("m3", "p3", "s1", "r1", "=1+1", "", "1", "IMAGE_MESSAGE", "https://x.invalid/a.png",
    "1714557600"),
    ("550e8400-e29b-41d4-a716-446655440000", "p4", "", "", "👨‍👩‍👧", "", "", "TEXT_MESSAGE",
     "two\nlines\u2028\x85and, more", "2024-05-01 10:00:00"),
)  # fmt: skip


def _seeds() -> tuple[bytes, ...]:
    table = io.StringIO(newline="")
    csv.writer(table).writerows([COLUMNS, *_ROWS])
    header = ",".join(COLUMNS)
    objects = [dict(zip(COLUMNS, row, strict=True)) for row in _ROWS]
    packed = gzip.compress(table.getvalue().encode(), mtime=0)
    bodies = [
        table.getvalue(),
        table.getvalue().replace("\r\n", "\n"),
        header.replace("\n",
        "") + '\nm1,p1,s,r,"A"nn,,,TEXT_MESSAGE,hi,\nm2,p2,s,r,B,,,TEXT_MESSAGE,x,\n',
        "payload,id,participant_id,Payload Type,extra\nhi,1,p,TEXT_MESSAGE,x\n\n\"a\nb\",2,p,T,\n",
        header + '\nm1,p1,s,r,N,,,TEXT_MESSAGE,"not closed,1\nm2,p2,s,r,N,,,TEXT_MESSAGE,x,1\n' * 3,
        header + "\rm1,p1,s,r,N,,,TEXT_MESSAGE,by CR alone,1\rm2,p,s,r,N,,,TEXT_MESSAGE,x,1\r",
        "\n".join(json.dumps(one, ensure_ascii=False) for one in objects),
        json.dumps(objects, indent=1),
        json.dumps([{**objects[0], "payload": {"url": "x", "n": [1, 2.5, None]}, "pinned": True}]),
        '[{"id":1,"participantId":"\\ud800","payload":"x","payloadType":"T"}, 7, null, []]',
        '{"id":"1"}\n\n{broken\n{"id":1e400,"participantId":"p","payload":NaN,"payloadType":"T"}\n',
    ]  # fmt: skip
    ways = (b"\x0c\x02", b"\x04\x08\x10\x14", b"\x0e", b"\x11")
    plain = [bytes([number % 4]) + body.encode() for number, body in enumerate(bodies)]
    dressed = [way[:1] + bodies[number].encode() for number, way in enumerate(ways)]
    return (*plain, *dressed, b"\x00" + packed, b"\x01" + packed[:40] + packed)


TARGET = Target(
    "dump reader",
    check,
    _seeds(),
    words=(
        b'","', b'"\r\n"', b'\n"', b'""",', b",,,,,,,,,\n",
        b"id,participantId,payload,payloadType\n",
        b"TEXT_MESSAGE", b'"payload":',
        b'{"id":"9","participantId":"p","payload":"q","payloadType":"T"}',
        b"\\ud83d\\ude00", b"\\udc80", b'"id":', b"[[[[", b"\r\r",
        b"m9,p9,s,r,N,,,TEXT_MESSAGE,x,1\n",
        b"550e8400-e29b-41d4-a716-446655440001,", b"2026-06-10T10:00:00.000Z", b"\x1f\x8b\x08\x00",
    ),
    share=400,
)  # fmt: skip
