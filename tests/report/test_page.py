"""The page's bytes: what may run in it, and what hostile text becomes."""

import io
import json
import re
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from report.flags import Record, flag, hostile, unscored, write

from moderator.report.entries import content_hash, entries
from moderator.report.inputs import Joined, Source, read
from moderator.report.numbers import numbers
from moderator.report.page import build
from moderator.review.records import commitment, record_id

NOW = datetime(2026, 6, 11, tzinfo=UTC)


def page(*records: Record, title: str = "Tonight") -> str:
    joined = Joined((Source("a", 1, None, None, False),), records, (), 0)
    return build(entries(joined), numbers(joined), title=title, now=NOW).decode()


def data(html: str) -> Record:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found
    parsed: Record = json.loads(found[1])
    return parsed


def test_only_this_style_and_this_script_may_run() -> None:
    html = page(flag())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    said = policy[1].replace("&#39;", "'")
    assert said.startswith("default-src 'none'")
    for part in ("connect-src 'none'", "form-action 'none'", "base-uri 'none'", "img-src 'none'"):
        assert part in said
    assert "unsafe" not in said
    for tag, source in (("style", "<style>"), ("script", '<script type="module">')):
        body = html.partition(source)[2].partition(f"</{tag}>")[0]
        digest = b64encode(sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in said


def test_the_page_names_no_other_place() -> None:
    html = page(flag())
    assert set(re.findall(r"https?://[^\s\"'<]+", html)) <= {"http://www.w3.org/2000/svg"}
    assert " style=" not in html
    assert not re.search(r"\son\w+=", html.partition('<script type="module">')[0])


def test_the_script_makes_no_markup_of_text() -> None:
    html = page(flag())
    script = html.partition('<script type="module">')[2]
    for way in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function("):
        assert way not in script


@given(st.text(), st.text())
def test_no_text_gets_out_of_the_data(text: str, name: str) -> None:
    html = page(flag(text, name=name, who=f"p{name}"))
    body = html.partition('id="data">')[2].partition("</script>")[0]
    assert not set(body) & set("<>&\u2028\u2029")
    assert data(html)["messages"][0][6] == text
    assert data(html)["names"] == [name]


def test_titles_are_escaped() -> None:
    html = page(flag(), title="</title><script>alert(1)</script>")
    assert "<script>alert" not in html


def test_a_hostile_dump_leaves_three_scripts() -> None:
    html = page(*hostile())
    assert html.count("<script") == html.count("</script>") == 2
    assert "onerror" not in html.partition('id="data">')[0]


def test_messages_stand_once() -> None:
    one, two = flag("one", 1), flag("two", 2)
    one["context"]["after"] = [{key: two[key] for key in
        ("id", "participantId", "displayName", "createdAt", "payload")}]  # fmt: skip
    packed = data(page(one, two))
    assert len(packed["messages"]) == 2
    assert packed["entries"][0]["n"] == [1]


def test_entries_carry_their_identity_and_what_commits_to_them() -> None:
    record = flag()
    (entry,) = data(page(record))["entries"]
    assert entry["i"] == record_id(record)
    assert entry["h"] == commitment(record, bytes.fromhex(entry["t"]))


def test_the_same_content_keeps_its_name_though_salts_differ() -> None:
    one, two = data(page(flag())), data(page(flag()))
    assert one["key"] == two["key"]
    assert one["entries"][0]["t"] != two["entries"][0]["t"]
    assert data(page(flag("other")))["key"] != one["key"]


def test_entries_of_every_kind(tmp_path: Path) -> None:
    held = flag("b", 2, flagged=False, severity="low")
    drawn = flag("c", 3, flagged=False, severity=None, findings=[])
    path = write(tmp_path / "a.jsonl", [flag("a", 1), held, drawn])
    write(tmp_path / "a.unscored.jsonl", [unscored("hola", 4)])
    found = entries(read([str(path)], io.BytesIO()))
    assert [entry.kind for entry in found] == ["flag", "held", "sample", "unscored"]
    assert len(content_hash(found)) == 64
