"""Purging files: what goes, what stays, and that nothing is passed over in silence."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from review.lines import CANARY, flagged, line

from moderator.errors import OutputError
from moderator.review.purge import Purged, files_in, purge_file
from moderator.review.textless import FORMS, without_text

BEFORE = datetime(2026, 6, 20, tzinfo=UTC)
OLD, NEW = "2026-06-10T10:00:00.000Z", "2026-06-25T10:00:00.000Z"
WRITTEN = datetime(2026, 6, 26, tzinfo=UTC)
"""When the files of these tests were written: after the moment before which text goes."""
SCHEMA = json.loads(
    (Path(__file__).parents[2] / "moderator/schemas/flagged.schema.json").read_text("utf-8")
)


def unscored(**changes: Any) -> dict[str, Any]:
    record = flagged()
    ids = ("sessionId", "meetingId", "id", "participantId", "displayName", "createdAt", "payload")
    why = [{"classifier": "m", "reason": "another language"}]
    return {**{name: record[name] for name in ids}, "flagged": False, "unscored": why, **changes}


ALONE: Any = {"before": [], "after": []}
SUMMARY = {
    "program": {"name": "moderator", "version": "0"},
    "flagged": 3,
    "participants": [{"participantId": "p1", "displayNames": [CANARY], "flagged": 3}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def put(path: Path, *lines: Any, written: datetime = WRITTEN) -> Path:
    """A file of JSON Lines, or of one text, with its time."""
    text = "".join(one if isinstance(one, str) else json.dumps(one) + "\n" for one in lines)
    path.write_text(text, "utf-8")
    os.utime(path, (written.timestamp(), written.timestamp()))
    return path


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(raw) for raw in path.read_text("utf-8").split("\n") if raw]


def test_text_goes_and_verdicts_stay(folder: Path) -> None:
    path = put(folder / "f.jsonl", flagged())
    assert purge_file(path, BEFORE) == Purged(path, "purged", "flagged", 1)
    assert CANARY.encode() not in path.read_bytes()
    (left,), was = records(path), json.loads(json.dumps(flagged()))
    jsonschema.validate(left, SCHEMA)
    assert (left["payload"], left["displayName"]) == (None, "")
    kept = ("sessionId", "id", "participantId", "createdAt", "flagged", "severity", "action",
            "categories", "scores")  # fmt: skip
    assert {name: left[name] for name in kept} == {name: was[name] for name in kept}
    (finding,), (before,) = left["findings"], was["findings"]
    assert finding == {**before, "match": None, "words": None}
    assert [one["id"] for one in left["context"]["before"]] == ["m101"]


@pytest.mark.parametrize(
    ("lines", "kind", "count"),
    [
        ([flagged(), flagged(createdAt=NEW, context=ALONE)], "flagged", 1),
        ([unscored(), unscored(createdAt=NEW)], "unscored", 1),
        ([line(), line(flagged(createdAt=NEW))], "verdicts", 1),
        ([flagged(), unscored()], "flagged and unscored", 2),
    ],
)
def test_each_line_is_as_old_as_its_message(
    folder: Path, lines: list[Any], kind: str, count: int
) -> None:
    path = put(folder / "f.jsonl", *lines)
    assert purge_file(path, BEFORE) == Purged(path, "purged", kind, count)
    assert (CANARY in path.read_text("utf-8")) == (count < len(lines))
    assert purge_file(path, BEFORE) == Purged(path, "clean", kind), "once is enough"


@pytest.mark.parametrize("stamp", ["", "soon", None, 7, "2090-01-01T00:00:00Z", "9999999999999"])
@pytest.mark.parametrize(("days", "status"), [(-10, "purged"), (6, "clean")])
def test_without_a_time_that_can_be_true_a_line_is_as_old_as_its_file(
    folder: Path, stamp: Any, days: int, status: str
) -> None:
    written = BEFORE + timedelta(days=days)
    path = put(folder / "f", flagged(createdAt=stamp, context=ALONE), written=written)
    assert purge_file(path, BEFORE).status == status


@pytest.mark.parametrize(
    "stamp", ["2026-06-10 10:00:00.123456Z", "1781085600", "1781085600000", "2026-06-10"]
)
def test_every_form_of_time_is_read(folder: Path, stamp: str) -> None:
    assert purge_file(put(folder / "f", flagged(createdAt=stamp)), BEFORE).status == "purged"


def test_the_file_keeps_its_time_and_permissions(folder: Path) -> None:
    """Else what has no time of its own would look young after every purge."""
    path = put(folder / "f.jsonl", flagged(), flagged(createdAt=""))
    path.chmod(0o640)
    purge_file(path, BEFORE)
    assert path.stat().st_mtime == WRITTEN.timestamp()
    assert path.stat().st_mode & 0o777 == 0o640
    assert purge_file(path, WRITTEN + timedelta(hours=1)).records == 1
    assert CANARY.encode() not in path.read_bytes()


def test_old_neighbours_of_a_younger_message_go(folder: Path) -> None:
    path = put(folder / "f.jsonl", flagged(createdAt=NEW))
    assert purge_file(path, BEFORE).records == 1
    (left,) = records(path)
    assert CANARY in left["payload"]
    assert [one["payload"] for side in left["context"].values() for one in side] == [None, None]
    assert purge_file(path, BEFORE).status == "clean"


def test_fields_that_nobody_knows_go_unless_they_are_numbers(folder: Path) -> None:
    extra = {"translation": CANARY, "more": [CANARY], "length": 7, "edited": True, "of": None}
    record = flagged(**extra)
    record["findings"][0] |= extra
    path = put(folder / "f.jsonl", record)
    purge_file(path, BEFORE)
    assert CANARY.encode() not in path.read_bytes()
    (left,) = records(path)
    for part in (left, left["findings"][0]):
        assert (part["length"], part["edited"], part["of"]) == (7, True, None)


OLD_FILES: list[tuple[str, list[Any], str, str]] = [
    ("rejects", [{"line": 3, "reason": "no id", "raw": CANARY}], "purged", "rejects"),
    ("judgements", [{"text": CANARY, "flagged": True, "findings": [], "scores": {"m": 0.5}}],
     "purged", "judgements"),
    ("summary", [SUMMARY], "purged", "summary"),
    ("report", [f'<!doctype html><meta name="generator" content="moderator 1">{CANARY}'],
     "deleted", "report"),
    (".flagged.jsonl.abcd_123.part", [CANARY], "deleted", "part of a killed run"),
    (".flagged.jsonl.moderator.part", [CANARY], "deleted", "part of a killed run"),
    (".flagged.jsonl.moderator.journal", [CANARY], "deleted", "part of a killed run"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "lines", "status", "kind"), OLD_FILES, ids=lambda one: str(one)[:9]
)
def test_what_has_no_time_is_as_old_as_its_file(
    folder: Path, name: str, lines: list[Any], status: str, kind: str
) -> None:
    path = put(folder / name, *lines, written=BEFORE - timedelta(days=1))
    assert purge_file(path, BEFORE, dry_run=True).status == status
    assert CANARY in path.read_text("utf-8")
    done = purge_file(path, BEFORE)
    assert (done.status, done.kind) == (status, kind)
    assert not path.exists() or CANARY.encode() not in path.read_bytes()
    young = put(folder / name, *lines)
    assert purge_file(young, BEFORE).status == ("left" if name == "report" else "clean")
    assert CANARY in young.read_text("utf-8")


def test_a_rejected_row_keeps_its_place_and_reason(folder: Path) -> None:
    path = put(
        folder / "r", {"line": 3, "reason": "no id", "raw": CANARY}, written=BEFORE - timedelta(1)
    )
    purge_file(path, BEFORE)
    assert records(path) == [{"line": 3, "reason": "no id", "raw": ""}]


@pytest.mark.parametrize(("oldest", "status"), [(OLD, "deleted"), (NEW, "clean")])
def test_a_report_may_say_how_old_it_is(folder: Path, oldest: str, status: str) -> None:
    head = '<!doctype html><meta name="generator" content="moderator 1">'
    path = put(
        folder / "r.html", f'{head}<meta name="moderator-oldest" content="{oldest}">{CANARY}'
    )
    assert purge_file(path, BEFORE).status == status
    assert path.exists() == (status == "clean")


@pytest.mark.parametrize(
    "content",
    [
        f"id,participantId\nm1,{CANARY}\n",
        f'{{"a": "{CANARY}"}}\n',
        json.dumps(flagged()) + "\n" + CANARY,
        json.dumps([flagged()]),
        f"<html>{CANARY}</html>",
        '{"program": {}, "participants": 7}',
        "\x00\xff" + CANARY,
    ],
    ids=["CSV", "JSON", "broken", "array", "page", "summary", "bytes"],
)
def test_what_is_not_known_is_left_and_named(folder: Path, content: str) -> None:
    path = put(folder / "f", content, written=BEFORE - timedelta(days=9))
    was = path.read_bytes()
    done = purge_file(path, BEFORE)
    assert (done.status, path.read_bytes()) == ("left", was)
    assert done.reason
    assert CANARY not in done.reason


def test_what_holds_no_text_is_clean(folder: Path) -> None:
    scores = {"sessionId": "s", "id": "m", "participantId": "p", "flagged": False, "rules": [],
              "scores": {"m": {"toxicity": 0.1}}}  # fmt: skip
    for name, content in (("s", [scores]), ("e", []), ("moderator-state.json", ["{}"])):
        path = put(folder / name, *content, written=BEFORE - timedelta(days=9))
        was = path.read_bytes()
        assert purge_file(path, BEFORE).status == "clean"
        assert path.read_bytes() == was


def test_a_file_that_was_replaced_meanwhile_is_not_overwritten(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scan that ends while the purge writes aside has put a new file in the place."""
    from moderator.review import purge

    path = put(folder / "f.jsonl", flagged())
    real = purge.WrittenAside

    class Late(real):
        def write(self, data: bytes) -> None:
            super().write(data)
            put(path, flagged(2, createdAt=NEW), written=WRITTEN + timedelta(days=1))

    monkeypatch.setattr(purge, "WrittenAside", Late)
    done = purge_file(path, BEFORE)
    assert (done.status, "written to meanwhile" in done.reason) == ("left", True)
    assert [one["id"] for one in records(path)] == ["m2"]
    assert [one.name for one in folder.iterdir()] == ["f.jsonl"]


def test_folders_are_walked_once(folder: Path) -> None:
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    file = put(inner / "f.jsonl", flagged())
    (folder / "link").symlink_to(file)
    (inner / "round").symlink_to(folder)
    assert list(files_in([folder, file, folder])) == [file]
    with pytest.raises(OutputError, match="There is no"):
        list(files_in([folder / "none"]))


TEXT = st.text(min_size=1).map(lambda text: f"{CANARY}{text}")
TREES = st.recursive(
    st.none() | st.integers() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["payload", "x"]), inner),
)
KEPT = {"sessionId", "id", "participantId", "createdAt", "classifier", "reason"}


@given(st.sampled_from(FORMS), st.data())
def test_whatever_stands_in_a_field_of_text_goes(form: Any, data: st.DataObject) -> None:
    """Any tree at all in the place of any field that is not kept as it is."""
    text = {name for name, kept in form.kept.items() if kept is None or kept == ""}
    tree = {name: data.draw(TREES, name) for name in (*text, "new", "findings", "context")}
    left = without_text(tree, form.kept)
    assert CANARY not in json.dumps(left)
    assert without_text(left, form.kept) == left
