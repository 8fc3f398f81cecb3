"""Named inputs on which something could take long: each made at any size, for the doubling tests.

Everything here once was, or easily becomes, more than linear: stray quotes, nesting, empty gzip
members, runs of what begins a pattern and never completes it.
"""

import gzip
import json
import random
from collections.abc import Callable, Iterator
from functools import partial

from moderator.sources.fields import COLUMNS

Make = Callable[[int], bytes]

HEADER = ",".join(COLUMNS).encode() + b"\r\n"
_ROW = b"m1,p1,s1,r1,Ann,false,false,TEXT_MESSAGE,you idiot,2026-06-10T10:00:00.000Z\r\n"
_OPEN = b'm1,p1,s1,r1,Ann,false,false,TEXT_MESSAGE,"never closed,2026-06-10T10:00:00.000Z\r\n'
_OBJECT = json.dumps(dict.fromkeys(COLUMNS, "x")).encode()
_MEMBER = gzip.compress(b"", mtime=0)


def repeated(piece: bytes, size: int, *, before: bytes = b"", after: bytes = b"") -> bytes:
    """`piece` as often as fits."""
    room = max(0, size - len(before) - len(after))
    return before + (piece * (room // len(piece) + 1))[:room] + after


def dumps() -> Iterator[tuple[str, Make]]:
    """Bytes for the dump reader."""
    for name, piece in {
        "csv of rows": _ROW, "csv of rows never closed": _OPEN, "csv of stray quotes": b'"\n',
        "csv of quotes": b'"', "csv of opened cells": b'"a,', "csv of commas": b",",
        "csv of blank lines": b"\r\n", "csv of CR": b"\r", "csv of NUL": b"\0",
        "csv of one cell": b"x",
        "csv of its header": HEADER, "csv of bad bytes": b"\xff\n",
        "csv of torn rows": _OPEN + b'",,,,,,,,"\n',
        "csv of quotes in text": b'a"b,', "csv of lines in a quote": b'"\r\n' + _ROW,
        "csv of ids": b"550e8400-e29b-41d4-a716-446655440000,\n",
        "csv of U+2028": "\u2028".encode(),
    }.items():  # fmt: skip
        yield name, partial(repeated, piece, before=HEADER)
    for name, before, piece, after in (
        ("array of objects", b"[", _OBJECT + b",", b"{}]"), ("array of arrays", b"", b"[", b""),
        ("array of nesting", b"[", b'{"a":', b""), ("array of numbers", b"[", b"1,", b"1]"),
        ("array of one number", b"[", b"1", b"]"), ("array of one string", b'["', b"a", b'"]'),
        ("array of an open string", b'["', b"a", b""), ("array of blanks", b"[", b" \n", b""),
        ("array of escapes", b'["', b"\\ud800", b'"]'), ("array of backslashes", b'["', b"\\", b""),
        ("array and text after", b"[]", b"x", b""), ("lines of objects", b"", _OBJECT + b"\n", b""),
        ("lines of broken ones", b"", b"{\n", b""), ("lines of nesting", b"", b'{"a":', b""),
        ("lines of blanks", b"{}", b"\n", b""), ("one line", b'{"id":"', b"x", b'"}'),
        ("lines of keys", b"{", b'"id":1,', b'"id":1}'), ("blanks alone", b"", b" ", b""),
    ):  # fmt: skip
        yield name, partial(repeated, piece, before=before, after=after)
    yield (
        "gzip of rows",
        lambda size: gzip.compress(repeated(_ROW, size, before=HEADER), 1, mtime=0),
    )
    yield "gzip of zeros", lambda size: gzip.compress(bytes(size), 9, mtime=0)
    yield "gzip of empty members", partial(repeated, _MEMBER)
    yield "gzip padded", partial(repeated, b"\0", before=gzip.compress(HEADER + _ROW, mtime=0))
    yield (
        "utf-16 of rows",
        lambda size: repeated(_ROW, size // 2, before=HEADER).decode().encode("utf-16"),
    )


def texts() -> Iterator[tuple[str, Callable[[int], str]]]:
    """Texts of so many code points, for folding, reading back, redaction and reports."""
    for name, piece in {
        "one letter": "a", "marks": "a" + "\u0336" * 50, "ligature": "\ufdfa",
        "joiners": "👨\u200d", "zero width": "f\u200bu\u200b",
        "spaces": " ", "every space": " \t\n\u3000\u2028", "controls": "\x1b[31m\0\b",
        "bidi": "\u202eab\u202c", "tags": "\U000e0041",
        "quotes": '"', "backticks": "`", "backslashes": "\\", "formulas": ";=1",
        "lines": "\n", "CR": "\r", "markup": "<b>", "ends": "</script>",
        "at signs": "@", "a@": "a@", "a.a": "a.", "mail": "a@b.c ",
        "mail spelt": "jo at x dot ", "at at": " at", "dots": "dot ", "dot signs": ".",
        "handles": "@jo", "told": "insta: ", "snap": "snap is ", "digits": "1",
        "digits apart": "1 ", "digits parted": "1-(", "plus": "+1",
        "iban": "de12", "iban apart": "de12 ", "wallet": "0x0", "hex": "0123456789abcdef",
        "bc1": "bc1q", "ipv4": "1.2.", "ipv6": ":", "ipv6 full": "a:b",
        "links": "http://", "schemes": "a:", "www": "www.", "numbered": "a#1234",
        "names": "jo doe ", "half pairs": "\ud800", "CJK": "\u4e2d", "hangul": "\u1100\u1161",
        "words": "you idiot ", "turned": "ʇǝɥ ", "spelt": "f u c k ", "masks": "f*ck ",
        "leet": "1d10t ",
    }.items():  # fmt: skip
        yield name, lambda size, piece=piece: (piece * (size // len(piece) + 1))[:size]
    for name, signs, length in (
        ("distinct signs", "!@$*#%&+_-.|/\\()[]<>^~=?", 12), ("distinct masks",
        "f*ckshit#@$b!a_u-", 8),
        ("distinct leet", "0134579@$!|abcdefghiklmnoprstuw", 6), ("distinct letters",
        "abcdefghilmnoprstu", 8),
        ("distinct look-alikes", "аеіосрхуѕԁԛһјӏɑοрςʇǝ", 8), ("distinct parted",
        "fucks.-_ *hit", 30),
    ):  # fmt: skip
        yield name, partial(_distinct, signs, length)


def _distinct(signs: str, length: int, size: int) -> str:
    dice = random.Random(1)
    words = ("".join(dice.choices(signs, k=length)) for _ in range(size // length + 1))
    return " ".join(words)[:size]


def rule_files() -> Iterator[tuple[str, Make]]:
    """YAML of so many bytes; all of it is refused or loaded, and soon."""
    for name, before, piece, after in (
        ("flow lists", b"rules: ", b"[", b""), ("flow maps", b"", b"{a: ", b""),
        ("block lists", b"", b"- ", b"x"),
        ("terms", b"version: 1\nallow: [", b"a b,", b"x]"), ("one scalar", b"version: ", b"1", b""),
        ("keys", b"version: 1\ncategories: {", b"a: 1,", b"b: 1}"), ("spaces", b"a:", b" ", b"b"),
        ("anchors", b"a: [", b"&a x,", b"y]"), ("aliases", b"version: 1\nallow: [&a x,",
        b"*a,", b"*a]"),
        ("comments", b"", b"#\n", b""), ("documents", b"", b"---\n", b""), ("tags", b"", b"!", b""),
        ("directives", b"", b"%TAG ! x:\n", b""), ("quotes", b"a: '", b"''", b"'"),
        ("folds", b"a: >\n", b"  x\n", b""),
        ("questions", b"", b"? ", b""), ("colons", b"", b"a: ", b""), ("NUL", b"a: ", b"\0",
        b""), ("CR", b"a: ", b"\r", b""),
        ("bad bytes", b"a: ", b"\xff", b""), ("tabs", b"a:\n", b"\t", b""), ("backslashes",
        b'a: "', b"\\", b'"'),
    ):  # fmt: skip
        yield name, partial(repeated, piece, before=before, after=after)
    yield (
        "distinct keys",
        lambda size: (
            b"version: 1\nguards:\n- {id: a, categories: [], scope: clause, hits: [x], misses: [y],"
            b"patterns: [[{"
            + b",".join(b"K%d: 1" % number for number in range(size // 10))
            + b"}]]}\n"
        ),
    )
    yield (
        "aliases of aliases",
        lambda size: (
            b"a: &a0 [x]\n"
            + b"".join(
                b"b%d: &a%d [*a%d,*a%d]\n" % (number, number + 1, number, number)
                for number in range(size // 24)
            )
        ),
    )
