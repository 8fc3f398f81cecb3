"""Offsets after masking: whatever a span pointed at, it points at what became of it."""

from hypothesis import given
from hypothesis import strategies as st

from moderator.redaction.masking import Masked, Masker, Placeholders, united
from moderator.redaction.names import Names
from moderator.redaction.recognise import Stretch

WORDS = [
    "jo@example.org", "+49 30 1234567", "@ann", "ann", "4111 1111 1111 1111", "x.com/a",
    " ", ", ", "you ", "ＡＮＮ", "é\u0301", "👨\u200d👩\u200d👧", "\u200b", "\n",
]  # fmt: skip
PIECES = st.lists(st.sampled_from(WORDS) | st.text(max_size=6), max_size=12).map("".join)


def masker() -> Masker:
    names = Names()
    names.add_name("p1", "Ann")
    return Masker(names, Placeholders())


def pieces(text: str, masked: Masked) -> list[str]:
    """For each code point of `text`, what stands for it: itself, or its whole placeholder."""
    stand_ins = list(text)
    for one in masked.placed:
        for index in range(one.start, one.end):
            stand_ins[index] = masked.text[one.new_start : one.new_end]
    return stand_ins


def expected(text: str, masked: Masked, start: int, end: int) -> str:
    """What stands for `text[start:end]`, each placeholder once."""
    stand_ins = pieces(text, masked)
    out, index = "", start
    while index < end:
        over = next((one for one in masked.placed if one.start <= index < one.end), None)
        out += stand_ins[index]
        index = over.end if over else index + 1
    return out


@given(PIECES, st.data())
def test_a_span_moves_with_what_it_points_at(text: str, data: st.DataObject) -> None:
    masked = masker().masked(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = masked.span(start, end)
    assert masked.text[first:last] == expected(text, masked, start, end)
    assert masked.hides(start, end) == any(
        one.start < end and start < one.end for one in masked.placed
    )


@given(PIECES)
def test_the_placeholders_and_what_is_between_make_the_text(text: str) -> None:
    masked = masker().masked(text)
    assert masked.text == expected(text, masked, 0, len(text))
    for one in masked.placed:
        shown = masked.text[one.new_start : one.new_end]
        assert shown.startswith("[")
        assert shown.endswith("]")


@given(PIECES, st.integers(0, 300), st.integers(0, 300))
def test_spans_beyond_the_text_stay_in_it(text: str, one: int, other: int) -> None:
    masked = masker().masked(text)
    start, end = masked.span(min(one, other), max(one, other))
    assert 0 <= start <= end <= len(masked.text)


def test_what_overlaps_is_one_called_as_the_first() -> None:
    found = united(
        [Stretch(5, 9, "email", "e"), Stretch(0, 6, "name", "n"), Stretch(9, 12, "ip", "i")]
    )
    assert found == [Stretch(0, 9, "email", "e"), Stretch(9, 12, "ip", "i")]


PLANTED = [
    "jo.bloggs@example.org", "+49 30 7654321", "4111 1111 1111 1111", "2001:db8::ff00:42:8329",
    "DE89 3704 0044 0532 0130 00", "https://example.org/path", "example.com/x", "@jo_bloggs",
    "192.168.77.12", "Zaphod Beeblebrox", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
]  # fmt: skip


@given(st.sampled_from(PLANTED), st.text(), st.text())
def test_no_text_around_it_saves_a_value(value: str, before: str, after: str) -> None:
    names = Names()
    names.add_name("p1", "Zaphod Beeblebrox")
    text = f"{before} {value} {after}"
    assert value not in Masker(names, Placeholders()).masked(text).text
