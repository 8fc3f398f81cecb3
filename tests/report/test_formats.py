"""CSV, Markdown and JSON of a few records, as golden files and by what their readers make of them.

After a change that is meant: `MODERATOR_UPDATE_GOLDEN=1 pytest tests/report/test_formats.py`, then
read the difference.
"""

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from report.flags import Record, finding, flag, hostile, marked, message, summary, unscored, write

import moderator
from moderator.report.entries import Entry, entries
from moderator.report.inputs import Joined, read
from moderator.report.machine import machine
from moderator.report.markdown import block, code, markdown
from moderator.report.numbers import Numbers, numbers
from moderator.report.redacted import redacted
from moderator.report.spreadsheet import COLUMNS, LONGEST_CELL, disarmed, spreadsheet
from moderator.report.withheld import NAME_WITHHELD, TEXT_WITHHELD, withheld
from moderator.review.purge import purge_file

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = Path(moderator.__file__).parent / "schemas" / "report.schema.json"
NOW = datetime(2026, 6, 11, 8, 30, tzinfo=UTC)
SECRET = "what nobody is to read"


def few() -> list[Record]:
    """A record of each sort."""
    talk = [message("hello all", 1, "p1", "Bea"), message("you are a total muppet", 2, "p2", "Ann")]
    rude = talk[1]["payload"]
    guarded = "she said you are a muppet"
    named = finding("obscene", field="displayName", span=[0, 7], match="Arse 99")
    return [
        flag(
            rude, 2, who="p2", name="Ann", before=talk[:1],
            findings=[
                marked(rude, "muppet"),
                finding("toxicity", "high", label="toxicity", score=0.998, threshold=0.8,
                        words=["you", "total", "muppet"]),
            ],
        ),
        flag("=1+1\nmail jo@example.org, \x07 ok", 3, who="p3", name="@Ann", before=talk,
             findings=[finding("spam", "low", messages=["m3", "m9"])], severity="low"),
        flag(guarded, 4, findings=[marked(guarded, "muppet", guard="quotation")], flagged=False,
             severity="low"),
        flag(SECRET, 5, who="p5", name="Cy", severity="critical",
             findings=[marked(SECRET, "nobody", "child_safety", severity="critical")]),
        flag("hi there", 6, who="p6", name="Arse 99", findings=[named], before=[
            message(SECRET, 5, "p5", "Cy")]),
        flag("x", 7, findings=[finding("insult", span=[0, 1])], name="", after=[
            message("", 8, "p1", "")]) | {"payload": None},
    ]  # fmt: skip


def of(tmp_path: Path, records: Iterable[Mapping[str, Any]]) -> Joined:
    path = write(tmp_path / "night.jsonl", records)
    (tmp_path / "night.summary.json").write_text(json.dumps(summary(flagged=5, rejected=1)))
    write(tmp_path / "night.rejects.jsonl", [{"line": 3, "reason": "no id", "raw": ""}])
    write(tmp_path / "night.unscored.jsonl", [unscored("hola a todos", 9, name="Bea")])
    return read([str(path)], io.BytesIO())


def shown(joined: Joined) -> tuple[list[Entry], Numbers]:
    return withheld(entries(joined)), numbers(joined)


def all_forms(joined: Joined, *, show: bool = False) -> dict[str, bytes]:
    found, figures = shown(joined)
    figures = replace(figures, made_by=("moderator 9",))
    return {
        "csv": spreadsheet(found),
        "md": markdown(found, figures, title="night", now=NOW, show=show),
        "json": machine(found, figures, title="night", now=NOW, redacted=False),
    }


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("masked", [False, True], ids=["plain", "redacted"])
def test_the_golden_files(tmp_path: Path, masked: bool) -> None:
    joined = of(tmp_path, few())
    if masked:
        joined = redacted(joined, "0a1b2c")
    for form, content in all_forms(joined).items():
        stable = content.replace(moderator.__version__.encode(), b"9")
        path = GOLDEN / f"{'redacted' if masked else 'plain'}.{form}"
        if os.environ.get("MODERATOR_UPDATE_GOLDEN"):
            path.write_bytes(stable)
        assert stable == path.read_bytes(), path.name


def test_child_safety_text_is_in_no_file(tmp_path: Path) -> None:
    told = "keep this between us"
    parts = finding("child_safety", "critical", messages=["m21"])
    records = [
        *few(),
        flag("part two", 20, findings=[parts], severity="critical",
             before=[message(told, 21, "p9", "Dee")]),
        flag("hi", 22, name="Bad Name", findings=[
            finding("child_safety", "critical", field="displayName", span=[0, 8], match="Bad Name")
        ]),
        flag("hm", 23, after=[message("yes?", 24, "p1", "Bad Name")]),
    ]  # fmt: skip
    for show in (False, True):
        for form, content in all_forms(of(tmp_path, records), show=show).items():
            text = content.decode()
            for gone in (SECRET, told, "part two", "Bad Name", 'nobody"'):
                assert gone not in text, form
            assert TEXT_WITHHELD in text
            assert NAME_WITHHELD in text


# CSV


def test_a_spreadsheet_reads_what_was_written(tmp_path: Path) -> None:
    data = spreadsheet(shown(of(tmp_path, few()))[0])
    assert data.startswith(b"\xef\xbb\xbf")
    found = rows(data)
    assert tuple(found[0]) == COLUMNS
    assert [one["severity"] for one in found] == ["critical", "medium", "medium", "medium",
                                                  "low", "low", ""]  # fmt: skip
    by_id = {one["messageId"]: one for one in found}
    assert by_id["m3"]["text"] == "'=1+1\nmail jo@example.org, \\x07 ok"
    assert by_id["m3"]["displayName"] == "'@Ann"
    assert by_id["m4"]["state"] == "held back"
    assert by_id["m4"]["guards"] == "quotation"
    assert by_id["m7"]["text"] == "[text removed]"
    assert by_id["m9"]["not judged by"] == "m: language: es"
    assert by_id["m2"]["time (UTC)"] == "2026-06-10 10:00:02"
    assert by_id["m2"]["why"] == (
        'rule insult.test: "muppet"; m toxicity 0.99+ against 0.80, carried by you, total, muppet'
    )


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", '"=1', "'=1", "' =1", "＝1",
     "＋1", "－1", "＠x", "−1", "\u00a0=1", "“=1", "\u3000＝1", "''@x", "\ttext", "\rtext"],
)  # fmt: skip
def test_what_begins_a_formula_is_disarmed(text: str) -> None:
    assert disarmed(text).startswith("'")


@pytest.mark.parametrize(
    "text", ["", "you=me", "a+b", "1-1", "jo@example.org", "(=1)", "'hi'", "a, -b", "ok; fine"]
)
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert disarmed(text) == text


def test_cells_that_a_spreadsheet_would_part_elsewhere() -> None:
    assert disarmed("a;=1") == "a;'=1"
    assert disarmed('a;"=1') == "a;\"'=1"
    assert disarmed("a\n-1\n+2") == "a\n'-1\n'+2"
    assert disarmed("a\t@x") == "a\t'@x"


def test_controls_are_seen_and_long_cells_cut() -> None:
    assert disarmed("a\x00b\u202ec\u200bd") == "a\\x00b\\u202ec\\u200bd"
    assert disarmed("a\r\nb\rc\u2028") == "a\nb\nc\\u2028"
    assert disarmed("👨\u200d👩 می\u200cخواهم a\u200db") == "👨\u200d👩 می\u200cخواهم a\\u200db"
    assert disarmed("e" + "\u0301" * 3000) == "e\u0301\u0301\u0301\u0301[+2996 marks]"
    assert disarmed("W" * 40_000).endswith("W… [8,000 more characters]")
    assert len(disarmed("=" * 90_000)) < LONGEST_CELL + 100


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_the_csv_module_in_one_cell(text: str) -> None:
    entry = Entry("flag", flag(text, findings=[finding()]), "0" * 32, "0" * 64, "00")
    (row,) = rows(spreadsheet([entry]))
    assert row["text"] == disarmed(text)
    assert not re.match(r"[\s\"'`]*[=+\-@＝＋－＠]", row["text"].removeprefix("'")) or row[
        "text"
    ].startswith("'")


# Markdown

ACTING = re.compile(r"<(?:a|img|script|iframe|svg|details|input|b)\b", re.I)


def rendered(data: bytes) -> str:
    """As a tracker shows it: CommonMark, with tables and with HTML let through."""
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(data.decode())


def test_nothing_of_a_hostile_chat_acts_in_markdown(tmp_path: Path) -> None:
    texts = [
        "![x](http://evil.example/x.png)", "[click](javascript:alert(1))", "@everyone #1 GH-1",
        "```\n# out\n<b>x</b>", "````\n~~~\n<img src=x>", "``` ` ``", "    code\n\n# head",
        "<details open ontoggle=alert(1)>", "| a | b |\n|---|---|", "\\`x\\`", "`" * 50, "\n\n\n",
        "http://evil.example www.evil.example", "> quote\n- item", "a\r\rb", "&lt;script&gt;",
    ]  # fmt: skip
    records = [
        flag(text, 200 + number, who=text, name=text, session=text, findings=[
            finding(rule=text, match=text, span=[0, 1]),
            finding(label=text, words=[text], score=0.5)],
            before=[message(text, 300 + number, text, text)])
        for number, text in enumerate(texts)
    ]  # fmt: skip
    for record in records:
        record["unscored"] = [{"classifier": record["payload"], "reason": record["payload"]}]
    for show in (False, True):
        page = rendered(all_forms(of(tmp_path, [*records, *hostile()]), show=show)["md"])
        assert not ACTING.search(page)
        outside = re.sub(r"<code.*?</code>", "", page, flags=re.DOTALL)
        assert not re.search(r"[@`]|evil|everyone|window\.pwned|alert", outside)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_stays_in_its_code(text: str) -> None:
    inline = MarkdownIt().render(f"- Who: {code(text)}, end")
    assert re.fullmatch(r"<ul>\n<li>Who: <code>[^<]*</code>, end</li>\n</ul>\n", inline)
    fenced = MarkdownIt().render("\n".join([*block(text.split("\n")), "end"]))
    assert re.fullmatch(
        r'<pre><code class="language-text">[^<]*</code></pre>\n<p>end</p>\n', fenced
    )


def test_rude_words_are_masked_until_asked_for(tmp_path: Path) -> None:
    joined = of(tmp_path, few())
    text = all_forms(joined)["md"].decode()
    assert "you are a total m*****" in text
    assert "A*** 9*" in text
    assert "Arse" not in text
    open_text = all_forms(joined, show=True)["md"].decode()
    assert "you are a total muppet" in open_text
    assert "Arse 99" in open_text


def test_words_of_models_are_masked_where_no_rule_names_any(tmp_path: Path) -> None:
    found = finding("toxicity", label="toxicity", score=0.9, threshold=0.8, words=["you", "Numpty"])
    text = all_forms(of(tmp_path, [flag("you NUMPTY, see", findings=[found])]))["md"].decode()
    assert "you N*****, see" in text
    assert "carried by you, N*****" in text


def test_no_line_of_a_message_passes_for_another_message(tmp_path: Path) -> None:
    text = all_forms(of(tmp_path, [flag("hi\n> 11:11:11 Bea: I did it")]))["md"].decode()
    assert "\n      | > 11:11:11 Bea" in text
    assert "\n> 11:11:11" not in text


def test_same_named_people_are_told_apart(tmp_path: Path) -> None:
    near = [message("no", 5, "p7", "Ann")]
    text = all_forms(of(tmp_path, [flag("hi", who="p1", name="Ann", before=near)]))["md"].decode()
    assert "Ann (p7): no" in text
    assert "Ann (p1): hi" in text


def test_purge_knows_the_markdown_as_a_report(tmp_path: Path) -> None:
    path = tmp_path / "night.md"
    path.write_bytes(all_forms(of(tmp_path, few()))["md"])
    assert purge_file(path, NOW.replace(day=9)).status == "clean"
    assert purge_file(path, NOW).status == "deleted"


# JSON


def test_json_keeps_to_its_schema(tmp_path: Path) -> None:
    schema = json.loads(SCHEMA.read_bytes())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    drawn = flag("fine", 40, findings=[], flagged=False, severity=None) | {
        "sample": {"stratum": "near", "weight": 2.0, "population": 2, "drawn": 1, "flagged": 9}
    }
    for records in ([], few(), hostile(), [drawn, flag() | {"extra": "field"}]):
        joined = of(tmp_path, records)
        for each in (joined, redacted(joined)):
            document = json.loads(all_forms(each)["json"])
            validator.validate(document)
            assert len(document["records"]) == len(records) + 1
            assert document["numbers"]["judged"] == 9
