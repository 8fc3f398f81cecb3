"""Personal data in texts: what is found, what is left, and what is the same."""

import time

import pytest

from moderator.redaction.masking import Masker, Placeholders
from moderator.redaction.names import Names


def masked(text: str, *people: str) -> str:
    names = Names()
    for person in people:
        names.add_name(person, person)
    return Masker(names, Placeholders()).masked(text).text


HITS = [
    ("mail jo.bloggs+chat@example.org now", "mail [email-1] now"),
    ("JO@Example.ORG.", "[email-1]."),
    ("jobloggs at gmail dot com", "[email-1]"),
    ("jobloggs(at)gmail(dot)com", "[email-1]"),
    ("jobloggs @ gmail.com", "[email-1]"),
    ("j\u200bo@ex\u2060ample.com", "[email-1]"),
    ("ｊｏ＠ｅｘａｍｐｌｅ．ｃｏｍ", "[email-1]"),
    ("call +49 30 1234567!", "call [phone-1]!"),
    ("call +1 (415) 555-2671", "call [phone-1]"),
    ("(415) 555-2671 is me", "[phone-1] is me"),
    ("0049 30 1234567", "[phone-1]"),
    ("5550134", "[number-1]"),
    ("my ssn 123-45-6789 ok", "my ssn [number-1] ok"),
    ("4111 1111 1111 1111", "[card-1]"),
    ("4111-1111-1111-1111 12/27", "[card-1]"),
    ("DE89 3704 0044 0532 0130 00 thanks", "[account-1] thanks"),
    ("gb82west12345698765432", "[account-1]"),
    ("send 1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "send [account-1]"),
    ("0x52908400098527886E0F7030069857D2E4169EE7", "[account-1]"),
    ("see https://evil.example/a?b=c#d.", "see [link-1]."),
    ("hxxps://evil.example", "[link-1]"),
    ("discord.gg/abc", "[link-1]"),
    ("www.example", "[link-1]"),
    ("example[.]com and foo dot com", "[link-1] and [link-2]"),
    ("tg://resolve?domain=jo", "[link-1]"),
    ("mailto:jo@example.org", "[link-1]"),
    ("ping 192.168.1.77 ok", "ping [ip-1] ok"),
    ("2001:db8::ff00:42:8329", "[ip-1]"),
    ("ask @ann_99, please", "ask [handle-1], please"),
    ("snap: joe99", "snap: [handle-1]"),
    ("my insta is jo_e", "my insta is [handle-1]"),
    ("joe#1234 on discord", "[handle-1] on discord"),
]


@pytest.mark.parametrize(("text", "expected"), HITS)
def test_what_is_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "you b@stard",
        "what a f@g",
        "look at example, please",
        "you.idiot",
        "node.js and index.html",
        "it was 10:30:45, v1.2.3",
        "3 of 200 came, 50% left, room 404",
        "my insta is broken",
        "polka dot dress",
        "no... really?!",
        "::",
        "",
        "a@b",
    ],
)
def test_what_is_left(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jo@example.org", "JO@EXAMPLE.org"),
        ("jo@example.org", "jo (at) example (dot) org"),
        ("+49 30 1234567", "+49(30)123-4567"),
        ("+49 30 1234567", "0049301234567"),
        ("4111 1111 1111 1111", "4111111111111111"),
        ("DE89 3704 0044 0532 0130 00", "de89370400440532013000"),
        ("https://www.example.com/", "example.com"),
        ("@Ann_9", "@ann_9"),
    ],
)
def test_one_value_written_in_two_ways_is_one(one: str, other: str) -> None:
    first, second = masked(f"{one} and {other}").split(" and ")
    assert first == second


def test_two_values_are_two_and_numbers_go_on_over_texts() -> None:
    masker = Masker(Names(), Placeholders())
    assert masker.masked("a@x.org b@x.org").text == "[email-1] [email-2]"
    assert masker.masked("c@x.org a@x.org").text == "[email-3] [email-1]"


@pytest.mark.parametrize(
    ("text", "people", "expected"),
    [
        ("ann smith is late", ["Ann Smith"], "[participant-1] is late"),
        ("SMITH's mic, Ａnn", ["Ann Smith"], "[participant-1]'s mic, [participant-1]"),
        ("a\u0301nn and zoe", ["Ánn", "Zoë"], "[participant-1] and [participant-2]"),
        ("王小明你好", ["王小明"], "[participant-1]你好"),
        ("hi 🔥🦊🔥 and 🔥", ["🔥🦊🔥"], "hi [participant-1] and 🔥"),
        ("o'brien", ["Pat O'Brien"], "o'[participant-1]"),
        ("joanna", ["Jo"], "joanna"),
        ("you are the guest", ["You", "The Guest"], "you are the guest"),
        ("watch your back, row", ["Back Row"], "watch your back, row"),
        ("jo, the jo", ["Jo", "jo"], "[name-1], the [name-1]"),
        ("ann@example.org", ["Ann"], "[email-1]"),
    ],
)
def test_names(text: str, people: list[str], expected: str) -> None:
    assert masked(text, *people) == expected


def test_ids_in_texts() -> None:
    names = Names()
    names.add_id("a1b2-c3d4", "a1b2-c3d4")
    names.add_id("p1", "p1")
    found = Masker(names, Placeholders()).masked("mute A1B2-C3D4, stage p1").text
    assert found == "mute [participant-1], stage p1"


@pytest.mark.parametrize(
    "piece",
    ["a.", "W", "1", "@", "a@", ": ", "1:", " at ", "dot ", "snap ", "de89", "1 ", "x.y", "ann ",
     "(dot)", "http://", "1-", "0x", ".", "-", "#1234", "\u0301", "\u200b@"],
)  # fmt: skip
def test_long_texts_take_no_long_time(piece: str) -> None:
    began = time.perf_counter()
    masked(piece * (60_000 // len(piece)), "Ann Ann Ann", "ann")
    assert time.perf_counter() - began < 5


def test_many_names_that_begin_alike_take_no_long_time() -> None:
    names = Names()
    for number in range(5_000):
        names.add_name(f"p{number}", f"Guest {number}")
    began = time.perf_counter()
    found = Masker(names, Placeholders()).masked("guest 4999, guest x " * 2_000).text
    assert time.perf_counter() - began < 5
    assert found.startswith("[participant-1], guest x [participant-1]")
