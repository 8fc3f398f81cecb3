"""JSON arrays and JSON Lines of a dump's fields."""

import json
import tracemalloc
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.errors import SourceError
from moderator.records import BadRow, Message
from moderator.sources.dump import read_dump

GOOD = {"id": "m", "participantId": "p", "payloadType": "TEXT_MESSAGE", "payload": "hi"}


def item(**fields: object) -> str:
    return json.dumps(GOOD | fields)


def both(*items: str) -> list[list[Message | BadRow]]:
    """The same elements read as an array on several lines, and as JSON Lines."""
    array = "[" + "\n,".join(items) + "]"
    return [list(read_dump([t.encode()])) for t in (array, "\n".join(items))]


@pytest.mark.parametrize(
    ("fields", "attribute", "value"),
    [
        ({"createdAt": 1714557600123}, "created_at", "1714557600123"),
        ({"createdAt": 1714557600.5}, "created_at", "1714557600.5"),
        ({"createdAt": None}, "created_at", ""),
        ({"id": 10**40}, "id", str(10**40)),
        ({"pinned": True}, "pinned", True),
        ({"pinned": "False"}, "pinned", False),
        ({"pinned": None}, "pinned", None),
        ({"pinned": 1}, "pinned", True),
        ({"is_edited": "yes"}, "is_edited", True),
        ({"display_name": "Ána"}, "display_name", "Ána"),
        ({"payload": {"link": "é", "size": 1.0}}, "payload", '{"link":"é","size":1.0}'),
        ({"payload": None}, "payload", ""),
        ({"payload": "a\0b\u2028c\ud83d\ude00"}, "payload", "a\0b\u2028c😀"),
        ({"other": {"deep": [1, 2]}}, "payload", "hi"),
    ],
)
def test_values(fields: dict[str, object], attribute: str, value: object) -> None:
    for rows in both(item(**fields)):
        assert [getattr(r, attribute) for r in rows] == [value]


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        ("null", "not a JSON object"),
        ("[1]", "not a JSON object"),
        ("{}", "no id"),
        (item(participantId=None), "no participantId"),
        (item(payloadType=""), "no payloadType"),
        ('{"id":"m","participantId":"p","payloadType":"TEXT_MESSAGE"}', "no payload"),
        (item(displayName=["x"]), "the field displayName is not a plain value"),
        (item(Payload="x"), "the field payload stands in it twice"),
        (item(payload="half \ud800"), "half of a surrogate pair, which is no character"),
    ],
)
def test_a_bad_element_is_a_reject_and_reading_goes_on(element: str, reason: str) -> None:
    for rows in both(item(id="1"), element, item(id="2")):
        first, bad, last = rows
        assert isinstance(first, Message)
        assert isinstance(last, Message)
        assert bad == BadRow(2, reason, element)
        assert [first.line, last.line] == [1, 3]


def test_bytes_that_are_not_utf8_reject_their_own_row_alone() -> None:
    items = [item(id="1"), item(payload="caf@"), item(id="2")]
    for text in ("[" + ",".join(items) + "]", "\n".join(items)):
        rows = list(read_dump([text.encode().replace(b"@", b"\xe9")]))
        assert [type(r) for r in rows] == [Message, BadRow, Message]
        assert isinstance(rows[1], BadRow)
        assert rows[1].reason == "bytes that are not UTF-8"
        assert "caf\\xe9" in rows[1].raw


@pytest.mark.parametrize(
    "broken", ["{", '{"id": "x', "nonsense", "[" * 100_000, "1" * 5000, "{'id': 1}"]
)
def test_a_broken_json_line_is_a_reject_and_reading_goes_on(broken: str) -> None:
    text = "\r\n".join([item(id="1"), "", broken, item(id="2")])
    rows = list(read_dump([text.encode()]))
    assert [(type(r), r.line) for r in rows] == [(Message, 1), (BadRow, 3), (Message, 4)]


@pytest.mark.parametrize(
    "tail",
    [",", "", ",{", ", nonsense]", "] [", "}", ",]", f",{'[' * 100_000}", ',{"id": "x]', "] x"],
)
def test_a_broken_array_gives_its_rows_the_rest_and_then_an_error(tail: str) -> None:
    rows = read_dump([f"[{item(id='1')},{item(id='2')}{tail}".encode()])
    assert [type(r) for r in islice(rows, 2)] == [Message, BadRow if tail in ("", "}") else Message]
    with pytest.raises(SourceError, match="fetch it again"):
        list(rows)


def test_where_an_array_breaks() -> None:
    text = f"[\n{item()},\n{item()},\n{item()} {item()}\n]"
    rows = read_dump([text.encode()])
    assert [(type(r), r.line) for r in islice(rows, 3)] == [(Message, 2), (Message, 3), (BadRow, 4)]
    with pytest.raises(SourceError, match="element 3, on line 4"):
        next(rows)


@pytest.mark.parametrize("text", ['{"success": false}', '{\n"success":\nfalse}', '[{"user": 1}]'])
def test_json_that_is_no_dump(text: str) -> None:
    with pytest.raises(SourceError, match="no chat dump"):
        list(read_dump([text.encode()]))


@pytest.mark.parametrize("form", ["array", "lines"])
def test_a_payload_beyond_the_limit(form: str) -> None:
    items = [item(id="1"), item(payload="x" * 150_000), item(id="2")]
    text = f"[{','.join(items)}]" if form == "array" else "\n".join(items)
    rows = list(read_dump([text.encode()], max_payload=100_000))
    assert [type(r) for r in rows] == [Message, BadRow, Message]


def test_an_endless_json_line_is_one_reject() -> None:
    text = "\n".join([item(id="1"), item(payload="x" * 3_000_000), item(id="2")])
    rows = list(read_dump([text.encode()], max_payload=1000))
    assert [(type(r), r.line) for r in rows] == [(Message, 1), (BadRow, 2), (Message, 3)]


@given(
    st.lists(st.text(st.characters(exclude_categories=("Cs",))), max_size=6),
    st.booleans(),
    st.sampled_from([None, 1, "\t"]),
    st.integers(1, 60),
)
def test_round_trip(
    texts: list[str], ascii_only: bool, indent: int | str | None, step: int
) -> None:
    objects = [GOOD | {"payload": t, "displayName": t} for t in texts]
    array = json.dumps(objects, ensure_ascii=ascii_only, indent=indent).encode()
    lines = "\n".join(json.dumps(o, ensure_ascii=ascii_only) for o in objects).encode()
    for data in (array, lines) if texts else (array,):
        rows = list(read_dump(data[n : n + step] for n in range(0, len(data), step)))
        assert [(r.payload, r.display_name) for r in rows if isinstance(r, Message)] == [
            (t, t) for t in texts
        ]
        assert len(rows) == len(texts)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["array", "lines"])
def test_memory_is_flat(form: str) -> None:
    def peak(count: int) -> int:
        def chunks() -> object:
            yield b"[" if form == "array" else b""
            for n in range(count):
                yield (item(id=str(n)) + ("," if form == "array" else "\n")).encode()
            yield (item() + ("]" if form == "array" else "\n")).encode()

        tracemalloc.start()
        assert sum(1 for _ in read_dump(chunks())) == count + 1
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    few, many = peak(20_000), peak(200_000)
    assert many < few * 1.2 + 1_000_000
