"""CSV and its traps: every row is judged or rejected, at its own line, exactly as sent."""

import csv
import io
import time
import tracemalloc
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.records import BadRow, Message
from moderator.sources.dump import read_dump
from moderator.sources.fields import COLUMNS, RAW_LIMIT

HEADER = ",".join(COLUMNS) + "\r\n"
OPEN = "a quote left open, or text after a closing one"
TEXT = st.text(st.characters(exclude_categories=("Cs",)))


def uid(number: int) -> str:
    return str(UUID(int=number))


def row(number: int, payload: str = "hi", created: str = "2024-05-01T10:00:00.000Z") -> str:
    """A row as it stands in the file; the payload is put in as given, quotes and all."""
    return f"{uid(number)},p{number},s,t,Ana,false,false,TEXT_MESSAGE,{payload},{created}\r\n"


def read(text: str | bytes, header: str = HEADER) -> list[Message | BadRow]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(read_dump([header.encode() + data]))


def judged(rows: list[Message | BadRow]) -> list[tuple[str, str]]:
    return [(r.id, r.payload) for r in rows if isinstance(r, Message)]


def rejected(rows: list[Message | BadRow]) -> list[tuple[int, str]]:
    return [(r.line, r.reason) for r in rows if isinstance(r, BadRow)]


NASTY = [
    "a\nb",
    "a\r\nb",
    "a\rb",
    "\n",
    'say "hi"',
    '"',
    '""',
    ",,,",
    "a\u2028b\u2029c\x85d\x0bе\x0cf\x1cg",
    "\0",
    "nul \0 inside",
    "\ufeff",
    "\x1b[31mred\x1b[0m",
    "=HYPERLINK(1)",
    "\u202egnp.exe",
    "👩‍👩‍👧‍👦 é e\u0301",
    "<script>alert(1)</script>",
    "",
    " ",
    "x" * 300_000,
    "line\n" * 50_000,
]


def breaks_rows(payload: str, end: str, quoting: int) -> bool:
    """The writer leaves an LF unquoted where rows end with CR: two rows for any reader."""
    return quoting == csv.QUOTE_MINIMAL and end == "\r" and "\n" in payload


@pytest.mark.parametrize("payload", NASTY, ids=lambda p: repr(p[:12]))
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_a_payload_comes_out_as_it_went_in(payload: str, end: str, quoting: int) -> None:
    if breaks_rows(payload, end, quoting):
        quoting = csv.QUOTE_ALL
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end, quoting=quoting)
    cells = [uid(1), "p", "s", "t", "Ana", "f", "f", "TEXT_MESSAGE", payload, "1714557600"]
    writer.writerows([COLUMNS, cells, [uid(2), *cells[1:8], "next", ""]])
    assert judged(read(out.getvalue(), "")) == [(uid(1), payload), (uid(2), "next")]


@given(
    st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=6),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.integers(1, 50),
)
def test_round_trip(rows: list[tuple[str, str, str]], end: str, quoting: int, step: int) -> None:
    if any(breaks_rows("".join(cells), end, quoting) for cells in rows):
        quoting = csv.QUOTE_ALL
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end, quoting=quoting)
    writer.writerow(COLUMNS)
    for n, (name, payload, created) in enumerate(rows):
        writer.writerow([uid(n), "p", "s", "t", name, "", "", "TEXT_MESSAGE", payload, created])
    data = out.getvalue().encode()
    found = list(read_dump(data[n : n + step] for n in range(0, len(data), step)))
    assert [
        (r.display_name, r.payload, r.created_at) for r in found if isinstance(r, Message)
    ] == rows
    assert len(found) == len(rows)


@given(st.text(st.sampled_from('a",\n\r\0é' + "\u2028"), max_size=80))
def test_anything_at_all_ends_and_leaves_the_rows_after_it_whole(junk: str) -> None:
    """Whatever stands between good rows, the last of them is judged: no file is swallowed."""
    rows = read(row(1) + junk + "\r\n" + "".join(map(row, range(2, 12))))
    assert rows[0].id == uid(1) if isinstance(rows[0], Message) else False
    assert judged(rows)[-8:] == [(uid(n), "hi") for n in range(4, 12)]


@given(st.binary(max_size=200))
def test_any_bytes_end_in_rows(junk: bytes) -> None:
    rows = read(junk + b"\n" + row(1).encode())
    assert all(isinstance(r, Message | BadRow) for r in rows)
    assert rows


def test_lines_are_physical_and_from_one() -> None:
    rows = read("\r\n" + row(1, '"a\r\nb\nc"') + row(2) + "bad\r\n" + row(3))
    assert [r.line for r in rows] == [3, 6, 7, 8]


def test_columns_by_name_in_any_order_with_others_and_without_some() -> None:
    header = "Payload,extra,payload_type,PARTICIPANTID,Display Name,id\n"
    (found,) = read("hey,zzz,TEXT_MESSAGE,p1,Ana,m1\n", header)
    assert found == Message("m1", "p1", "", "", "Ana", None, None, "TEXT_MESSAGE", "hey", "", 2)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (row(5).replace(uid(5), ""), "no id"),
        (row(5).replace(uid(5), "  "), "no id"),
        (row(5).replace("p5", ""), "no participantId"),
        (row(5).replace("TEXT_MESSAGE", ""), "no payloadType"),
        (row(5, "a,b"), "11 columns instead of 10"),
        ("x\r\n", "1 columns instead of 10"),
        (row(5, '"he said "no" to me"'), OPEN),
        (row(5, '"he said "no"\r\nand left\r\nbye"'), OPEN),
        (row(5, '"never closed'), OPEN),
        (row(5, '"never closed\r\nnor here'), OPEN),
        (row(5, '"well closed\r\nbut",more'), "11 columns instead of 10"),
        (HEADER, "the header again"),
    ],
)
def test_a_broken_row_is_one_reject_and_the_rows_around_it_are_judged(
    broken: str, reason: str
) -> None:
    rows = read(row(1) + broken + row(2) + row(3, '"a ""b""\r\nc"') + row(4))
    assert rejected(rows) == [(3, reason)]
    assert judged(rows) == [(uid(1), "hi"), (uid(2), "hi"), (uid(3), 'a "b"\r\nc'), (uid(4), "hi")]
    assert [r.raw for r in rows if isinstance(r, BadRow)] == [broken.rstrip("\r\n")]


@pytest.mark.parametrize("later", ["plain", '"quoted, text"', '"""quote"" first"', '""', '", x"'])
def test_an_unclosed_quote_swallows_none_of_the_rows_after_it(later: str) -> None:
    text = row(1, '"oh no') + "".join(row(n, later) for n in range(2, 50))
    rows = read(text)
    assert [r.line for r in rows if isinstance(r, BadRow)] == [2]
    assert [mid for mid, _ in judged(rows)] == [uid(n) for n in range(2, 50)]


def test_a_stray_quote_closed_among_later_rows_shows_by_the_time() -> None:
    text = row(1) + row(2, '"oh') + row(3) + '",evil""\r\n' + row(5)
    rows = read(text)
    assert (3, "a quote that is closed only among later rows") in rejected(rows)
    assert {uid(1), uid(3), uid(5)} <= {mid for mid, _ in judged(rows)}


def test_words_cannot_be_put_into_anothers_mouth() -> None:
    """A well-formed message whose second line looks like a row of its own stays one message."""
    forged = "look:\r\n" + row(9, "i am horrible").rstrip()
    out = io.StringIO(newline="")
    csv.writer(out).writerow(
        [uid(1), "p1", "s", "t", "Ana", "f", "f", "TEXT_MESSAGE", forged, "2024-05-01T10:00:00Z"]
    )
    assert judged(read(row(0) + out.getvalue())) == [(uid(0), "hi"), (uid(1), forged)]


def test_bytes_that_are_not_utf8_are_shown_and_rejected_row_by_row() -> None:
    data = row(1, "é").encode() + row(2, "café").encode("cp1252") + row(3, "é").encode()
    rows = read(data)
    assert judged(rows) == [(uid(1), "é"), (uid(3), "é")]
    assert rejected(rows) == [(3, "bytes that are not UTF-8")]
    assert "caf\\xe9," in next(r.raw for r in rows if isinstance(r, BadRow))


def test_surrogates_encoded_as_utf8_are_rejected() -> None:
    rows = read(row(1, "\ud83d").encode("utf-8", "surrogatepass") + row(2).encode())
    assert rejected(rows) == [(2, "bytes that are not UTF-8")]


def test_a_payload_of_a_mebibyte_is_judged() -> None:
    assert judged(read(row(1, "x" * 2**20)))[0][1] == "x" * 2**20


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_payload_beyond_the_limit_is_one_short_reject(quote: str) -> None:
    text = row(1) + row(2, quote + "x" * 5_000_000 + quote) + row(3)
    rows = list(read_dump([HEADER.encode() + text.encode()], max_payload=100_000))
    assert judged(rows) == [(uid(1), "hi"), (uid(3), "hi")]
    assert len(rejected(rows)) == 1
    assert all(len(r.raw) <= RAW_LIMIT + 10 for r in rows if isinstance(r, BadRow))
    short = list(read_dump([HEADER.encode() + text.encode()], max_payload=4_999_999))
    assert rejected(short) == [(3, "a payload longer than 4,999,999 characters")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("step", [1000, 262_144, 10**9])
def test_an_endless_line_keeps_the_count_of_lines(end: str, step: int) -> None:
    text = (HEADER + row(1) + "y" * 900_000 + "\r\n" + row(2)).replace("\r\n", end).encode()
    rows = list(read_dump((text[n : n + step] for n in range(0, len(text), step)), max_payload=99))
    assert [(type(r).__name__, r.line) for r in rows] == [
        ("Message", 2),
        ("BadRow", 3),
        ("Message", 4),
    ]


@pytest.mark.parametrize(
    "line",
    ['a"b,"\n', '"\n', ',,,,,,,,,a"b,"\n', '"a"b\n', 'x,"\n', ",,,,,,,,,\n", "\n", '""\n', "\0"],
)
def test_a_file_of_nothing_but_damage_takes_linear_time(line: str) -> None:
    data = HEADER.encode() + (line * (600_000 // len(line))).encode()
    begin = time.process_time()
    for found in read_dump([data], max_payload=60_000):
        assert isinstance(found, BadRow)
    assert time.process_time() - begin < 5


def test_a_hostile_dump_adds_up() -> None:
    """Good rows among every kind of damage: each line is accounted for, in order."""
    bad = ["x\r\n", row(0, '"a"b'), row(0, '"open'), row(0).replace("p0", ""), row(0, "1,2")]
    text, good = "", 0
    for n in range(1, 2000):
        text += row(n, '"multi ""line""\r\ntext"') if n % 7 == 0 else row(n, "\0 \u202e <b> =1+1")
        good += 1
        text += bad[n % 5] if n % 3 == 0 else ""
    rows = read(text)
    assert len(judged(rows)) == good
    assert len(rejected(rows)) == 666
    assert [r.line for r in rows] == sorted(r.line for r in rows)


@pytest.mark.slow
@pytest.mark.parametrize("payload", ["hello", '"two\nlines"', '"open', 'mid"quote'])
def test_memory_is_flat(payload: str) -> None:
    def peak(count: int) -> int:
        chunks = (row(n, payload).encode() for n in range(count))
        source = (c for part in ([HEADER.encode()], chunks) for c in part)
        tracemalloc.start()
        for _ in read_dump(source, max_payload=100_000):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    few, many = peak(20_000), peak(200_000)
    assert many < few * 1.2 + 1_000_000
