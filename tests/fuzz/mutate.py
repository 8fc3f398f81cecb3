"""A plain seeded mutator: the same seed and number give the same input, on any machine.

Nothing is learnt from one input to the next, so that every input can be made again from its number
alone, and a campaign can be split and resumed at will. What learns is atheris (`bench/fuzz.py`).
"""

import random
from collections.abc import Callable, Sequence
from functools import partial

from fuzz.target import Target

LONGEST = 4096
"""Bytes of an input; what length alone does is for the doubling tests."""

COMMON: tuple[bytes, ...] = (
    b"\0", b"\n", b"\r", b"\r\n", b'"', b'""', b"'", b",", b";", b"\t", b" ", b"\\", b"/", b"\xff",
    b"\xc3", b"\xc0\x80", b"\xed\xa0\x80", b"\xed\xb3\xbf", b"\xf4\x8f\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b", b"\x1b[31m", b"\xc2\x85", b"\x0b",
    *(sign.encode() for sign in (
        "\u2028", "\u2029", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u0301", "\u0336",
        "\ufdfa", "İ", "ß", "ſ", "ŉ", "ﬁ", "Σ", "ς", "＝", "０", "👨", "\U0001f1e6", "\U000e0041",
        "\U0001f3fd", "\u0e33", "\u1e9e", "\u0345", "\uac00", "ʇ", "а", "ı",
    )),
    b"0", b"-1", b"1e999", b"NaN", b"99999999999999999999", b"null", b"true", b"__proto__",
    b"{", b"}", b"[", b"]", b":", b"\\u0000", b"\\ud800", b"<script>", b"</script>", b"=1+1",
    b"`", b"```", b"&amp;", b"%s", b"${x}", b"{{7*7}}", b"../", b"https://a.b/c?d=e",
)  # fmt: skip
"""Pieces that text handling is known to stumble over."""

VALUES: tuple[bytes, ...] = (
    b"null", b"true", b"0", b"-1", b"1e308", b"1e999", b"0.5", b"NaN", b"[]", b"{}", b'""', b'"x"',
    b"[null]", b"[[]]", b'[{}]', b'{"a":[]}', b'["a"]', b"[1,2]", b"99999999999999999999",
    b'"\\ud800"',
    b'"\\u0000"', b"[1.5,2]", b"[true,2]", b" *a", b" &a [x]", b" !!float x", b" |", b" '",
    b"1" * 5000,
)  # fmt: skip
"""What may stand where something else is meant to."""

_COLON = ord(":")

Edit = Callable[[bytearray, random.Random], None]


def mutated(target: Target, seed: int, number: int) -> bytes:
    """Input `number` of a campaign with this `seed`: some seed of the target, changed."""
    dice = random.Random(f"{target.name}/{seed}/{number}")
    data = bytearray(dice.choice(target.seeds))
    if dice.random() < 0.15:
        data = _spliced(data, dice.choice(target.seeds), dice)
    edits = _EDITS + (partial(_insert_of, target.words),) * 3 if target.words else _EDITS
    for _ in range(dice.choice((0, 1, 1, 2, 2, 3, 4, 6, 10))):
        dice.choice(edits)(data, dice)
    return bytes(data[:LONGEST])


def _place(data: bytearray, dice: random.Random) -> int:
    return dice.randint(0, len(data))


def _stretch(data: bytearray, dice: random.Random) -> tuple[int, int]:
    start = _place(data, dice)
    return start, min(len(data), start + dice.choice((1, 1, 2, 4, 16, 64, 256)))


def _spliced(data: bytearray, other: bytes, dice: random.Random) -> bytearray:
    return data[: _place(data, dice)] + other[dice.randint(0, len(other)) :]


def _flip(data: bytearray, dice: random.Random) -> None:
    if data:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _overwrite(data: bytearray, dice: random.Random) -> None:
    if data:
        data[dice.randrange(len(data))] = dice.randrange(256)


def _insert_of(words: Sequence[bytes], data: bytearray, dice: random.Random) -> None:
    place = _place(data, dice)
    data[place:place] = dice.choice(words)


def _repeat(data: bytearray, dice: random.Random) -> None:
    start, end = _stretch(data, dice)
    times = dice.choice((1, 2, 8, 60, 300))
    data[end:end] = (bytes(data[start:end]) * times)[:LONGEST]


def _repeat_common(data: bytearray, dice: random.Random) -> None:
    place = _place(data, dice)
    data[place:place] = (dice.choice(COMMON) * dice.choice((3, 20, 150, 700)))[:LONGEST]


def _delete(data: bytearray, dice: random.Random) -> None:
    start, end = _stretch(data, dice)
    del data[start:end]


def _truncate(data: bytearray, dice: random.Random) -> None:
    del data[_place(data, dice) :]


def _swap(data: bytearray, dice: random.Random) -> None:
    start, end = _stretch(data, dice)
    piece = bytes(data[start:end])
    del data[start:end]
    place = _place(data, dice)
    data[place:place] = piece


def _value(data: bytearray, dice: random.Random) -> None:
    """Another value behind some colon: what a field holds, in JSON and in YAML."""
    places = [at for at, byte in enumerate(data) if byte == _COLON]
    if places:
        start = dice.choice(places) + 1
        ends = [at for sign in b",}\n" if (at := data.find(sign, start)) >= 0]
        data[start : min(ends, default=len(data))] = dice.choice(VALUES)


def _character(data: bytearray, dice: random.Random) -> None:
    plane = dice.choice((0x80, 0x250, 0x2000, 0x3100, 0x10000, 0x110000))
    place = _place(data, dice)
    # Half of a surrogate pair included, in the form that no UTF-8 decoder accepts.
    data[place:place] = chr(dice.randrange(plane)).encode("utf-8", "surrogatepass")


_EDITS: tuple[Edit, ...] = (
    _flip, _overwrite, _repeat, _repeat_common, _delete, _truncate, _swap, _character, _character,
    _value, _value,
    partial(_insert_of, COMMON), partial(_insert_of, COMMON), partial(_insert_of, COMMON),
)  # fmt: skip
