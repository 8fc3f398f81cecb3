"""Disguised words: what is read as what, what is left alone, and the map back to the original."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moderator.classifiers.vocabulary import lexicon_of
from moderator.config import load
from moderator.evasions.decode import Decoder
from moderator.evasions.lexicon import Lexicon
from moderator.text import Folded, fold

RUDE = {
    "fuck": 2, "fucking": 2, "shit": 2, "ass": 2, "asshole": 4, "bitch": 4, "idiot": 4, "kys": 6,
    "moron": 4, "tosser": 4, "wanker": 2, "rapist": 6, "raping": 6, "kill": 9, "yourself": 9,
}  # fmt: skip
COMMON = {"you": 9, "are": 9, "a": 9, "an": 9, "go": 9}
LEXICON = Lexicon(RUDE | COMMON, COMMON, RUDE.keys() - {"kill", "yourself"}, ["kiss"])
DECODER = Decoder(LEXICON)

READ = [
    ("accent of a stroke", "ƭøssɇɍ", "tosser", "ƭøssɇɍ"),
    ("Cyrillic", "аsshоlе", "asshole", "аsshоlе"),
    ("Greek in capitals", "ΑSS", "ass", "ΑSS"),
    ("shapes of other scripts", "ᖴᑌᑕK", "fuck", "ᖴᑌᑕK"),
    ("shapes of Cyrillic", "fцck", "fuck", "fцck"),
    ("flags", "🇫🇺🇨🇰", "fuck", "🇫🇺🇨🇰"),
    ("flags with blanks", "🇫 🇺 🇨 🇰", "fuck", "🇫 🇺 🇨 🇰"),
    ("digits", "b1tch", "bitch", "b1tch"),
    ("digits and signs", '"b!7ch",', "bitch", "b!7ch"),
    ("several signs a letter", r"|=|_|(|<", "fuck", r"|=|_|(|<"),
    ("an at sign at the front", "@sshole!!", "asshole", "@sshole"),
    ("masked", "f**k", "fuck", "f**k"),
    ("masked within a word", "f*ck", "fuck", "f*ck"),
    ("masked but for the ends", "f*****g", "fucking", "f*****g"),
    ("drawn out", "fuuuuckkk", "fuck", "fuuuuckkk"),
    ("drawn out to the end of a sentence", "asssss...", "ass", "asssss"),
    ("apart", "k y s", "kys", "k y s"),
    ("apart, two words", "k i l l  y o u r s e l f", "kill yourself", "k i l l  y o u r s e l f"),
    ("dotted", "f.u.c.k", "fuck", "f.u.c.k"),
    ("by several signs", "f-u_c*k", "fuck", "f-u_c*k"),
    ("dotted like the name of a file", "b.i.t.c.h", "bitch", "b.i.t.c.h"),
    ("words strung together", "go-kill-yourself", "go kill yourself", "go-kill-yourself"),
    ("words strung by dots", "you.are.a.moron!", "you are a moron", "you.are.a.moron"),
    ("dotted with blanks", "f. u. c. k", "fuck", "f. u. c. k"),
    ("turned", "ʇoᴉpᴉ", "idiot", "ʇoᴉpᴉ"),
    ("turned, two words", "ʇoᴉpᴉ noʎ", "you idiot", "ʇoᴉpᴉ noʎ"),
    ("by ear", "phuck", "fuck", "phuck"),
    ("letters swapped", "mroon", "moron", "mroon"),
    ("a letter left out", "wankr", "wanker", "wankr"),
    ("two tricks", "ph4ck1ng", None, None),
    ("leet and drawn out", "sh1iiit", "shit", "sh1iiit"),
    ("marks and leet", "b\u03361\u0336tch", "bitch", "b\u03361\u0336tch"),
    ("in the middle", "you b1tch you", "bitch", "b1tch"),
    ("glued by a slash", "sh1t/f*ck", "shit/fuck", "sh1t/f*ck"),
]

LEFT_ALONE = [
    "10:15", "455", "$5 or 5$", "it is a55 sized", "@assistant", "@ass_ets", "#ass7", "a.s.a.p",
    "https://x.org/a.s.s", "ann@ss.org", "/usr/f.u/ck", "sha256:a55", "x[f]=u", "rapping",
    "therapist", "the rapist's", "assess", "class", "a b c d e f", "i u a", "kiss", "fun", "hit",
    "🇺🇸 🇫🇷 🇨🇦", "👨\u200d👩\u200d👧", "это рот", "ok", "", " ", "tosses", "shirt",
    "go * go * go", "wonderful", "bit.c", "you-are-here", "go.are_you", "u.a.i",
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "read", "piece"), READ, ids=[row[0] for row in READ])
def test_read(name: str, text: str, read: str | None, piece: str | None) -> None:
    decoded = DECODER.decode(fold(text))
    if read is None:
        assert decoded is None
        return
    assert decoded is not None
    start = decoded.text.index(read)
    begin, end = decoded.span(start, start + len(read))
    assert text[begin:end] == piece


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_left_alone(text: str) -> None:
    decoded = DECODER.decode(fold(text))
    read = decoded.text if decoded is not None else ""
    assert not any(word in read.split() for word in RUDE), read


def test_of_two_words_the_milder_is_read() -> None:
    lexicon = Lexicon({"shit": 2, "slut": 4}, [], [], [])
    decoded = Decoder(lexicon).decode(fold("s**t"))
    assert decoded is not None
    assert decoded.text == "shit"


PIECES = st.sampled_from(
    [*RUDE, "f", "u", "c", "k", "4", "1", "3", "$", "@", "!", "*", ".", "-", "_", "|", "ph", "ck",
     "vv", "ʇ", "ᴉ", "ɥ", "🇫", "🇺", "🅺", "а", "ѕ", "\u0336", "\u200b", "'", "'s", "/", "(", "ss",
     "x", "😀"]
)  # fmt: skip
HOSTILE = st.lists(st.one_of(PIECES, PIECES, st.sampled_from([" ", "  "])), max_size=30).map(
    "".join
)


@settings(deadline=None)
@given(HOSTILE)
@example("k i l l yourself")
def test_the_map_is_in_range_and_monotone(text: str) -> None:
    decoded = DECODER.decode(fold(text))
    if decoded is None:
        return
    assert decoded.starts is not None
    assert decoded.ends is not None
    assert len(decoded.text) == len(decoded.starts) == len(decoded.ends)
    assert len(decoded.text) <= 4 * len(text)
    spans = list(zip(decoded.starts, decoded.ends, strict=True))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert list(decoded.starts) == sorted(decoded.starts)
    assert list(decoded.ends) == sorted(decoded.ends)


@settings(deadline=None)
@given(HOSTILE)
def test_what_is_read_is_not_read_again(text: str) -> None:
    decoded = DECODER.decode(fold(text))
    if decoded is not None:
        again = DECODER.decode(Folded(decoded.text))
        assert again is None or again.text == decoded.text


UNITS = [
    "f",
    "f ",
    "f.",
    "*",
    "* ",
    "1",
    "ʇ ",
    "🇫",
    "🇫 ",
    "а",
    "fu*k ",
    "ph",
    "i i i ",
    "a1b2c3 ",
    "@a ",
]


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
def test_a_mebibyte_takes_time_linear_in_it(unit: str) -> None:
    def seconds(length: int) -> float:
        folded = fold((unit * length)[:length])
        begin = time.perf_counter()
        Decoder(LEXICON).decode(folded)
        return time.perf_counter() - begin

    seconds(1 << 12)
    small = min(seconds(1 << 16) for _ in range(2))
    large = seconds(1 << 20)
    assert large < 64 * (small + 0.02)
    assert large < 60


@pytest.mark.slow
@pytest.mark.parametrize("sign", ["@", "*", "@$", "#!-"])
def test_a_row_of_signs_before_letters_takes_no_time(sign: str) -> None:
    decoder = Decoder(lexicon_of(load()))
    begin = time.process_time()
    for length in range(60, 80):
        decoder.decode(fold((sign * length)[:length] + "wordy"))
    assert time.process_time() - begin < 3
