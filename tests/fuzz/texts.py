"""Folding, decoding and matching: any text keeps an exact map back to the original."""

import re
from functools import cache

from fuzz.target import Target
from moderator.classifiers.rules import RulesClassifier
from moderator.classifiers.vocabulary import lexicon_of
from moderator.config import RuleSet, load
from moderator.evasions.decode import Decoder
from moderator.records import Assessment
from moderator.terminal import printable
from moderator.text import MAX_GROWTH, Folded, fold

STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ufeff\uffa0\ufff9-\uffff\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e0fff]"
)
"""What steers a terminal, hides, or turns text around."""

LONGEST = 400
"""Code points of a text that is matched; ten times as many take ten times as long."""


def text_of(data: bytes) -> str:
    """Any bytes as a text; what is no UTF-8 becomes half surrogate pairs."""
    return data.decode("utf-8", "surrogateescape")


def check_folding(data: bytes) -> None:
    """The map is exact, and folding twice is folding once."""
    text = text_of(data)
    folded = fold(text)
    check_map(folded, text)
    assert len(folded.text) <= MAX_GROWTH * len(text)
    assert fold(folded.text).text == folded.text, "folding is idempotent"
    assert "  " not in folded.text
    for at in range(0, len(folded.text), max(1, len(folded.text) // 16)):
        start, end = folded.span(at, at + 1)
        if folded.text[at] not in " \u200d":
            assert folded.text[at] in fold(text[start:end]).text, "each stands for its stretch"
    shown = printable(text)
    assert len(shown) <= 200
    assert not STEERING.search(shown)
    shown.encode()


def check_map(form: Folded, text: str) -> None:
    """The spans of a form lie in the text and rise."""
    if form.starts is None or form.ends is None:
        assert len(form.text) == len(text), "no map, so every character stands for itself"
        return
    assert len(form.starts) == len(form.ends) == len(form.text)
    pairs = list(zip(form.starts, form.ends, strict=True))
    assert all(0 <= start < end <= len(text) for start, end in pairs)
    assert list(form.starts) == sorted(form.starts)
    assert list(form.ends) == sorted(form.ends)


def check_decoding(data: bytes) -> None:
    """What is read back keeps the map, and says the same again."""
    text = text_of(data)[:LONGEST]
    decoder = _decoder()
    folded = fold(text)
    decoded = decoder.decode(folded)
    if decoded is None:
        return
    check_map(decoded, text)
    assert decoded.text != folded.text or decoded.starts != folded.starts
    assert decoder.decode(fold(text)) == decoded, "the same every time"
    assert fold(decoded.text).text == decoded.text, "what is read is as plain as what is folded"


def check_matching(data: bytes) -> None:
    """Spans cut out exactly what was found, alone and among others."""
    text = text_of(data)[:LONGEST]
    rules = _rules()
    (found,) = rules.classify([text])
    assert isinstance(found, Assessment)
    for finding in found.findings:
        assert finding.span is not None
        start, end = finding.span
        assert 0 <= start < end <= len(text)
        assert finding.match == text[start:end]
    assert rules.classify(["you idiot", text])[1] == found, "the same whatever stands beside it"


@cache
def _ruleset() -> RuleSet:
    return load()


@cache
def _decoder() -> Decoder:
    return Decoder(lexicon_of(_ruleset()))


@cache
def _rules() -> RulesClassifier:
    return RulesClassifier(_ruleset())


SEEDS = tuple(
    text.encode("utf-8", "surrogatepass")
    for text in (
        "you are such an idiot", "hello everyone, can you hear me? 10:15 works",
        "1D10T and 5h1t and f*ck and i.d.i.o.t", "i d i o t   s t f u", "𝓲𝓭𝓲𝓸𝓽 ⓘⓓⓘⓞⓣ ｉｄｉｏｔ",
        "ʇoᴉpᴉ uɐ ǝɹɐ noʎ", "idііоt and аss (Cyrillic)", "shiiiiiit stuuupid",
        "phuck biatch azzhole",
        "s\u0336h\u0336i\u0336t\u0336 and \u202etoidi\u202c", "k.i.l.l y-o-u-r-s-e-l-f",
        "@ss $hit a$$",
        "https://example.org/a?b=c you@example.org C:\\temp\\x.py #ff00aa 550e8400-e29b-41d4",
        "👨‍👩‍👧 🏳️‍🌈 मनीष می‌خواهم कुत्ते 바보 \u0e33", "🇮🇩🇮🇴🇹 ❌⭕ 💲hit",
        "((((idiot)))) <<>> /\\/\\ |\\/|",
        "dumb-ass, he/she, shut-the-door; f(k) k++ f46s x__x", "İstanbul ﬁnd ŉ ß ſ \ufdfa",
        "\ud83d half \udc00", "l" * 60 + " " + "_" * 60, "a.a.a.a.a.a.a.a.a.a.a.a.a.a", "",
    )
)  # fmt: skip

WORDS = tuple(
    word.encode()
    for word in (
        "idiot", "fuck", "sh1t", "k y s", "b1tch", "a55", "@", "$", "*", "**", "_", "-",
        ".", "|<", "/\\",
        "()", "ph", "ck", "|-|", "vv", "\\/\\/", "'s", "ǝ", "ɥ", "𝓪", "ⓐ", "🅰", "а", "е",
        "і", "о", "ѕ",
        "!", "1", "3", "0", "!!!", "...", "xx", "zz", "uu", "rn", "cl", "13", "://", "www.",
        ".com", "#",
        "kill", "yourself", "you", "are", "dumb", "nt", "´", "`", "\u200b", "\u3164", "\u2800",
    )
)  # fmt: skip

TARGETS = (
    Target("folding", check_folding, SEEDS, WORDS, share=350),
    Target("decoding", check_decoding, SEEDS, WORDS, share=60),
    Target("matching", check_matching, SEEDS, WORDS, share=30),
)
