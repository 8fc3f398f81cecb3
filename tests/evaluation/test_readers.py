"""Every form of labelled rows, and one clear sentence for each that is not one."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.errors import SourceError
from moderator.evaluation.readers import VERDICT, Case, Fields, name_of, read
from moderator.training.labels import IMPLIED_BY_CLEAN

CLEAN = dict.fromkeys(("toxicity", *IMPLIED_BY_CLEAN), False)


def written(folder: Path, data: str | bytes, name: str = "rows.jsonl") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def one(folder: Path, data: str, fields: Fields | None = None) -> Case:
    (case,) = read(written(folder, data), fields)
    return case


CASES: list[tuple[Mapping[str, Any], Case]] = [
    ({"text": "a", "flagged": True}, Case("a", True, None, VERDICT, {})),
    ({"text": "a", "flagged": False}, Case("a", False, None, VERDICT, CLEAN)),
    (
        {"text": "a", "flagged": True, "by_model": False, "group": "women", "labels": {"spam": 1}},
        Case("a", True, False, VERDICT, {"spam": True}, group="women"),
    ),
    ({"text": "a", "flagged": True, "group": None}, Case("a", True, None, VERDICT, {})),
    (
        {"text": "a", "labels": {"toxicity": 1, "threat": 0}, "source": "site"},
        Case("a", True, None, "toxicity", {"toxicity": True, "threat": False}, source="site"),
    ),
    (
        {"text": "a", "labels": {"toxicity": 0, "obscene": 1}},
        Case("a", False, None, "toxicity", {**CLEAN, "obscene": True}),
    ),
    ({"text": "a", "labels": {"threat": 1}}, Case("a", None, None, "toxicity", {"threat": True})),
    ({"text": "a", "labels": {}}, Case("a", None, None, "toxicity", {})),
    ({"text": "a", "toxicity": 1.0}, Case("a", True, None, "toxicity", {"toxicity": True})),
    ({"text": "a", "label": "1"}, Case("a", True, None, VERDICT, {})),
    ({"text": "a", "flagged": None}, Case("a", None, None, VERDICT, {})),
]


@pytest.mark.parametrize(("row", "case"), CASES)
def test_rows(row: Mapping[str, Any], case: Case, tmp_path: Path) -> None:
    assert one(tmp_path, json.dumps(row)) == case


def test_named_fields(tmp_path: Path) -> None:
    row = '{"body": "a", "is_spam": "yes", "labels": {"insult": 0, "toxicity": 1}}'
    spam = one(tmp_path, row, Fields("body", "is_spam"))
    assert (spam.text, spam.expected, spam.answers) == ("a", True, VERDICT)
    insult = one(tmp_path, row, Fields("body", "insult"))
    assert (insult.expected, insult.answers) == (False, "insult")
    assert insult.labels == {"insult": False, "toxicity": True}
    assert one(tmp_path, row, Fields("body", "threat")).expected is None


def test_csv_with_label_and_label_columns(tmp_path: Path) -> None:
    table = 'text,label,source\r\n"a, ""b""\r\nc",1,x\r\n\r\nd,false,\r\n'
    assert [(case.text, case.expected, case.source) for case in read(written(tmp_path, table))] == [
        ('a, "b"\r\nc', True, "x"),
        ("d", False, ""),
    ]
    wide = "\ufefftext,toxicity,insult\nа\u2028b,1,\nc,,1\n"
    first, second = read(written(tmp_path, wide))
    assert (first.text, first.labels) == ("а\u2028b", {"toxicity": True})
    assert (second.expected, second.labels) == (None, {"insult": True})


def test_long_cells_and_an_empty_file(tmp_path: Path) -> None:
    (case,) = read(written(tmp_path, f"text,label\n{'a' * 300_000},0\n"))
    assert len(case.text) == 300_000
    assert list(read(written(tmp_path, ""))) == []


def test_gzip_and_byte_order_mark(tmp_path: Path) -> None:
    plain = '\ufeff{"text": "a\u2028b", "flagged": true}\n\n{"text": "", "flagged": false}'.encode()
    for data in (plain, gzip.compress(plain)):
        texts = [case.text for case in read(written(tmp_path, data, "rows.bin"))]
        assert texts == ["a\u2028b", ""]
    table = gzip.compress(b"text,label\na,1\n")
    assert [case.text for case in read(written(tmp_path, table, "rows.csv.gz"))] == ["a"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ('{"text": "a", "flagged": true}\n{"text":', "line 2: this is not JSON"),
        ('{"text": "a", "flagged": true}\n[1]', "line 2: a JSON object is needed"),
        ('{"text": 3, "flagged": true}', "line 1: the field 'text' is missing or not a text"),
        ('{"text": "a"}', "line 1: no 'flagged', 'labels' or 'label' says what is true"),
        ('{"text": "a", "flagged": "maybe"}', "line 1: 'flagged' is neither 0 nor 1"),
        ('{"text": "a", "labels": {"threat": 0.4}}', "line 1: 'threat' is neither 0 nor 1"),
        ('{"text": "a", "labels": {"threat": [1]}}', "line 1: 'threat' is neither 0 nor 1"),
        ('{"text": "a", "labels": [1]}', "line 1: 'labels' is not an object"),
        ('text,label\n"a\nb",1\nc,1,2\n', "line 4: 3 cells where the header has 2"),
        ('text,label\na,1\nb,"1', "line 3: this is not CSV"),
        ("body,label\na,1\n", "line 2: the field 'text' is missing"),
    ],
)
def test_one_sentence_names_file_and_line(data: str, says: str, tmp_path: Path) -> None:
    path = written(tmp_path, data)
    with pytest.raises(SourceError) as caught:
        list(read(path))
    assert str(path) in str(caught.value)
    assert says in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"absent\.csv cannot be read: No such file"):
        list(read(tmp_path / "absent.csv"))
    torn = gzip.compress(b'{"text": "a", "flagged": 1}\n' * 99)[:-20]
    with pytest.raises(SourceError, match="no whole gzip file"):
        list(read(written(tmp_path, torn)))
    with pytest.raises(SourceError, match="this is not UTF-8"):
        list(read(written(tmp_path, b"text,label\na,1\n\xff\xfe,0\n")))
    with pytest.raises(SourceError, match="no field 'nope'"):
        one(tmp_path, '{"text": "a", "flagged": true}', Fields("text", "nope"))


TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"])))


@given(texts=TEXTS)
def test_json_lines_round_trip(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = [json.dumps({"text": text, "flagged": True}, ensure_ascii=False) for text in texts]
    path = written(tmp_path_factory.mktemp("rows"), "\n".join(rows))
    assert [case.text for case in read(path)] == texts


@pytest.mark.parametrize(
    ("name", "stem"), [("a/threat.jsonl", "threat"), ("dev.jsonl.gz", "dev"), (".x", ".x")]
)
def test_name_of(name: str, stem: str) -> None:
    assert name_of(Path(name)) == stem
