"""Hostile texts through every output: none acts, and machine-readable ones keep each exactly."""

import json
import re

import pytest
import yaml
from acting import STYLE, acting_cells, acting_markdown, acting_page, acting_text
from cli.command import LIGHT
from report.browser import chromium, watching

from hostile.payloads import TEXTS, UNWRITABLE
from hostile.room import RUDE, Room, rows, screens

pytestmark = pytest.mark.slow

FORGED = re.compile(r"^moderator: everything is clean", re.MULTILINE)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return Room(tmp_path_factory.mktemp("room"))


def test_there_are_enough_of_them() -> None:
    assert len(TEXTS) >= 40
    assert len(set(TEXTS.values())) == len(TEXTS)


def writable() -> list[dict[str, str]]:
    return [row for row in rows() if not any("\ud800" in value for value in row.values())]


def test_every_message_is_flagged_exactly_as_sent(room: Room) -> None:
    found = room.scanned
    for sent, one in zip(writable(), found, strict=True):
        for name in ("id", "participantId", "meetingId", "displayName", "payload"):
            assert one[name] == sent[name]
        spans = [f for f in one["findings"] if f["rule"] == "insult.idiot"]
        assert one["payload"][slice(*spans[-1]["span"])] == "idiot"
    rejected = room.lines("f.rejects.jsonl")
    assert len(rejected) == len(UNWRITABLE)
    assert len(room.lines("scores.jsonl")) == len(found)


@pytest.mark.parametrize("name", ["f.jsonl", "f.rejects.jsonl", "f.unscored.jsonl", "scores.jsonl"])
def test_files_are_lines_of_json_without_controls(room: Room, name: str) -> None:
    assert room.scanned
    content = (room.folder / name).read_bytes()
    assert not re.search(rb"[\x00-\x09\x0b-\x1f]", content)
    assert all(json.loads(line) is not None for line in content.split(b"\n")[:-1])


@pytest.mark.parametrize("name", screens())
def test_no_screen_and_no_log_is_steered(room: Room, name: str) -> None:
    shown = screens()[name](room)
    assert shown.strip()
    # The bar moves the cursor by itself.
    plain = STYLE.sub("", re.sub(r"\x1b\[(?:\?25[lh]|1A|2K)", "", shown)).replace("\r", "")
    assert not acting_text(plain)
    assert not FORGED.search(plain)


@pytest.mark.parametrize("options", [(), ("--redact",)], ids=["plain", "redacted"])
def test_no_cell_of_a_spreadsheet_runs(room: Room, options: tuple[str, ...]) -> None:
    table = room.report("csv", *options)
    assert not acting_cells(table)
    assert table.count("idiot") >= len(TEXTS)


@pytest.mark.parametrize("options", [(), ("--redact",)], ids=["plain", "redacted"])
def test_no_markup_of_markdown_acts(room: Room, options: tuple[str, ...]) -> None:
    assert not acting_markdown(room.report("md", *options))


def test_json_keeps_every_text(room: Room) -> None:
    document = json.loads(room.report("json"))
    found = {one["id"]: one for one in document["records"]}
    for sent in writable():
        one = found[sent["id"]]
        assert (one["payload"], one["displayName"]) == (sent["payload"], sent["displayName"])
        assert one["participantId"] == sent["participantId"]


def test_the_page_keeps_every_text_and_runs_none(room: Room) -> None:
    page = room.report("html")
    assert not acting_page(page)
    data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    assert {sent["payload"] for sent in writable()} <= {one[6] for one in data["messages"]}
    assert set(data["names"]) == {sent["displayName"] for sent in writable()}


def test_nothing_runs_in_a_browser(room: Room) -> None:
    room.report("html")
    with chromium() as browser, watching(browser, room.folder / "report0.html") as at:
        at.open()
        at.press("b")
        assert at.count() == len(writable())
        for _ in range(at.count()):
            at.press("j")
        for tab in at.page.locator("#tabs button").all():
            tab.click()
        at.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        at.check()


def test_a_sample_keeps_every_text(room: Room) -> None:
    assert room.scanned
    calm = [{**row, "payload": row["payload"].replace(RUDE, "hello")} for row in writable()]
    (room.folder / "calm.jsonl").write_text("".join(json.dumps(row) + "\n" for row in calm))
    room.made("scan", "calm.jsonl", *LIGHT, "-o", "c.jsonl", "--scores", "c.s")
    room.made("sample", "calm.jsonl", "--scores", "c.s", "-o", "drawn.jsonl", *LIGHT[:2])
    payloads = {one["payload"] for one in room.lines("drawn.jsonl")}
    unflagged = len(calm) - len(room.lines("c.jsonl"))
    assert len(payloads) == unflagged
    assert payloads <= {row["payload"] for row in calm}


def test_verdicts_come_back_as_they_were(room: Room) -> None:
    assert room.judged
    out = room.made("verdicts", "export", "--ledger", "ledger.sqlite").decode()
    found = {one["messageId"]: one for one in map(json.loads, out.split("\n")[:-1])}
    sent = {one["messageId"]: one for one in room.lines("verdicts.jsonl")}
    assert found.keys() == sent.keys()
    for name, one in found.items():
        assert (one["note"] or "") == sent[name]["note"].strip()
        assert one["reviewer"] == sent[name]["reviewer"].strip()
        assert one["record"] == sent[name]["record"]


def test_a_fragment_of_yaml_is_thresholds_alone(room: Room) -> None:
    assert room.judged
    done = room.run(
        "calibrate", "ledger.sqlite", "--precision", "0.5", "-o", "fragment.yaml", *LIGHT[:2]
    )
    assert done.returncode == 0, done.stderr
    if (room.folder / "fragment.yaml").exists():
        text = room.text("fragment.yaml")
        assert not acting_text(text)
        assert set(yaml.safe_load(text)) <= {"version", "extends", "categories"}


def test_statements_hold_no_text_of_anybody(room: Room) -> None:
    assert room.judged
    notices = room.folder / "notices"
    done = room.run(
        "dsa", "ledger.sqlite", "f.jsonl", "-o", "statements.jsonl", "--terms", "House rules",
        "--notices", str(notices), "--operator", "Us", "--contact", "us@mail.example",
        *LIGHT[:2],
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    for path in [*room.folder.iterdir(), *(notices.iterdir() if notices.exists() else ())]:
        assert path.resolve().is_relative_to(room.folder.resolve())
        assert not acting_text(path.name)
    assert not (room.folder / "pwned").exists()


def test_files_with_hostile_names(room: Room) -> None:
    for name, text in TEXTS.items():
        if any(sign in text for sign in "\0/") or len(text.encode()) > 200:
            continue
        path = room.folder / "odd" / f"{text}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((room.folder / "dump.jsonl").read_bytes()[:900].partition(b"\n")[0])
        if name not in ("log injection", "bidi override", "shell"):
            continue
        out = room.folder / "odd" / f"{text}.out"
        done = room.run("scan", str(path), *LIGHT, "-o", str(out))
        assert done.returncode == 0, done.stderr
        assert out.exists()
        shown = done.stderr.decode()
        assert shown.count("\n") == 1
        assert not acting_text(shown)
    assert not (room.folder / "pwned").exists()
