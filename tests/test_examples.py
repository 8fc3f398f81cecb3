"""The example dumps: the form of a real one, what they must hold, the same bytes every time."""

import csv
import importlib.util
import io
import subprocess
import sys
import unicodedata
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from moderator.api import build
from moderator.config import load
from moderator.pipeline import Judged
from moderator.records import TEXT_MESSAGE, Message
from moderator.sources.dump import read_dump

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
HEADER = (
    "id,participantId,sessionId,meetingId,displayName,pinned,isEdited,payloadType,payload,createdAt"
)
ROWS = {"webinar": (2000, 2400), "class": (400, 600), "stream": (400, 600)}
DUMPS = tuple(ROWS)


@cache
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("examples_generate", EXAMPLES / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@cache
def rows(name: str) -> list[dict[str, str]]:
    text = (EXAMPLES / f"{name}.csv").read_bytes().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@cache
def tags(name: str) -> Counter[str]:
    built, _ = generator().build(name)
    return Counter(row.tag for row in built if row.tag)


def texts(name: str) -> list[str]:
    return [row["payload"] for row in rows(name) if row["payloadType"] == "TEXT_MESSAGE"]


@pytest.mark.parametrize("name", DUMPS)
def test_the_generator_writes_the_committed_bytes(name: str) -> None:
    _, dump = generator().build(name)
    assert dump == (EXAMPLES / f"{name}.csv").read_bytes()


def test_check_as_a_command_and_a_wrong_argument() -> None:
    def run(argument: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(EXAMPLES / "generate.py"), argument]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert run("--check").returncode == 0
    assert run("--chek").returncode == 2


def test_unreadable_material_names_file_and_line(tmp_path: Path) -> None:
    module = generator()
    session = module.Session("webinar", datetime.min)
    path = tmp_path / "10-x.txt"
    path.write_text("== 0:10 a thread\nnobody: hello\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"webinar/10-x\.txt:2: nobody is called 'nobody'"):
        module.read_threads(path, session)
    path.write_text("== 0:10 a thread\nno colon here\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"webinar/10-x\.txt:2: neither"):
        module.read_threads(path, session)


@pytest.mark.parametrize("name", DUMPS)
def test_form_of_a_dump(name: str) -> None:
    first = (EXAMPLES / f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert first == HEADER
    least, most = ROWS[name]
    assert least <= len(rows(name)) <= most
    for row in rows(name):
        assert tuple(row) == tuple(HEADER.split(","))
        for column in ("id", "participantId", "sessionId", "meetingId"):
            assert uuid.UUID(row[column]).version == 4
        assert row["pinned"] in ("true", "false")
        assert row["isEdited"] in ("true", "false")
        assert row["payloadType"] in ("TEXT_MESSAGE", "IMAGE_MESSAGE", "FILE_MESSAGE")
        assert row["payload"].strip()
        assert row["displayName"].strip()
    assert len({row["sessionId"] for row in rows(name)}) == 1
    assert len({row["meetingId"] for row in rows(name)}) == 1


@pytest.mark.parametrize("name", DUMPS)
def test_times_are_in_order_with_bursts_and_gaps(name: str) -> None:
    stamps = [row["createdAt"] for row in rows(name)]
    assert all(len(stamp) == 24 and stamp.endswith("Z") for stamp in stamps)
    times = [datetime.fromisoformat(stamp) for stamp in stamps]
    assert times == sorted(times)
    gaps = [(b - a).total_seconds() for a, b in pairwise(times)]
    assert sum(gap < 1 for gap in gaps) > len(gaps) / 20
    assert max(gaps) > 8


def test_ids_repeat_only_where_they_should() -> None:
    for name in ("class", "stream"):
        assert len({row["id"] for row in rows(name)}) == len(rows(name))
    counts = Counter(row["id"] for row in rows("webinar"))
    repeated = [key for key, count in counts.items() if count > 1]
    distinct = sorted(
        len({row["payload"] for row in rows("webinar") if row["id"] == key}) for key in repeated
    )
    assert distinct == [1, 2]


@pytest.mark.parametrize("name", DUMPS)
def test_display_names_are_only_labels(name: str) -> None:
    people: dict[str, set[str]] = {}
    for row in rows(name):
        people.setdefault(row["displayName"], set()).add(row["participantId"])
    assert any(len(ids) > 1 for ids in people.values())


def test_one_participant_may_bear_several_names() -> None:
    names: dict[str, set[str]] = {}
    for row in rows("webinar"):
        names.setdefault(row["participantId"], set()).add(row["displayName"])
    assert max(len(shown) for shown in names.values()) > 1


def test_hostile_display_names() -> None:
    names = {row["displayName"] for row in rows("webinar")}
    assert any("<img" in shown for shown in names)
    assert any("\u202e" in shown for shown in names)
    assert any(shown.startswith("=") for shown in names)
    assert "DickNozzle69" in names
    host = "Marisol Vega"
    look_alikes = {shown for shown in names if len(shown) == len(host) and shown != host}
    assert any("CYRILLIC" in unicodedata.name(shown[1]) for shown in look_alikes)


@pytest.mark.parametrize("name", DUMPS)
def test_marked_rows_and_attachments(name: str) -> None:
    marked = rows(name)
    assert any(row["pinned"] == "true" for row in marked)
    assert any(row["isEdited"] == "true" for row in marked)
    attached = [row["payload"] for row in marked if row["payloadType"] != "TEXT_MESSAGE"]
    assert {row["payloadType"] for row in marked} > {"IMAGE_MESSAGE", "FILE_MESSAGE"}
    assert any(payload.startswith("https://") for payload in attached)
    assert any(payload.startswith("{") for payload in attached)


@pytest.mark.parametrize("name", DUMPS)
def test_text_of_all_shapes(name: str) -> None:
    shapes: tuple[Callable[[str], bool], ...] = (
        lambda text: "\n" in text,
        lambda text: '"' in text,
        lambda text: "," in text,
        lambda text: any(unicodedata.category(char) == "So" for char in text),
    )
    for shape in shapes:
        assert any(shape(text) for text in texts(name))
    for script in ("CYRILLIC", "ARABIC", "HIRAGANA"):
        assert any(
            unicodedata.name(char, "").startswith(script) for text in texts(name) for char in text
        ), script


@pytest.mark.parametrize("name", DUMPS)
def test_repeats_are_as_many_as_in_chat(name: str) -> None:
    said = texts(name)
    assert 0.15 < 1 - len(set(said)) / len(said) < 0.33


def test_addresses_and_mail_are_of_example_domains() -> None:
    for name in DUMPS:
        for row in rows(name):
            for part in row["payload"].split("//")[1:]:
                assert part.split("/")[0].endswith(("example.com", "example.org")), part


TO_SEE = {
    "webinar": "insult threat identity sexual self-harm scam contact requests evasion letters "
    "flood pile-on raid grooming impersonation borderline",
    "class": "insult identity self-harm contact pile-on grooming borderline",
    "stream": "insult threat identity sexual self-harm scam evasion flood raid letters borderline",
}
HARMLESS = {
    "webinar": "idiom quote negation reclaimed identity swearing name self medical teaching",
    "class": "idiom quote identity swearing name teaching",
    "stream": "idiom quote negation reclaimed identity swearing",
}


@pytest.mark.parametrize("name", DUMPS)
def test_kinds_of_talk(name: str) -> None:
    assert {tag[1:] for tag in tags(name) if tag.startswith("!")} == set(TO_SEE[name].split())
    assert {tag[1:] for tag in tags(name) if tag.startswith("~")} == set(HARMLESS[name].split())


def test_a_few_in_a_hundred_need_a_reviewer() -> None:
    to_see = sum(count for name in DUMPS for tag, count in tags(name).items() if tag[0] == "!")
    assert 0.02 < to_see / sum(len(rows(name)) for name in DUMPS) < 0.04


def senders(name: str, tag: str) -> list[str]:
    return [row.person for row in generator().build(name)[0] if row.tag == tag]


def test_behaviour_rules_have_their_cases() -> None:
    flood = senders("webinar", "!flood")
    assert len(flood) > 10
    assert len(set(flood)) == 1
    for name in ("webinar", "class"):
        assert len(set(senders(name, "!pile-on"))) > 2
    raid = senders("stream", "!raid")
    assert len(set(raid)) == len(raid) == 7
    built, _ = generator().build("stream")
    assert {row.person for row in built if row.person in raid and row.tag is None} == set()
    assert [row.text for row in built if row.tag == "!letters"] == ["k", "y", "s"]


BEHAVIOUR_TAGS = {
    "behaviour.flood": {"!flood"},
    "behaviour.pile-on": {"!pile-on"},
    "behaviour.raid": {"!raid"},
    "behaviour.contact-requests": {"!requests"},
    "behaviour.split-word": {"!letters"},
    "behaviour.look-alike": {"!impersonation", "!scam"},
    "behaviour.grooming": {"!grooming"},
}

SHOWN = {
    "class": {"behaviour.pile-on", "behaviour.grooming"},
    "stream": {
        "behaviour.flood", "behaviour.raid", "behaviour.split-word", "behaviour.look-alike",
    },
}  # fmt: skip


@cache
def judged(name: str) -> list[tuple[str | None, Judged]]:
    """Every text message with its tag, as the rules alone judge it."""
    with (EXAMPLES / f"{name}.csv").open("rb") as dump:
        rows = [row for row in read_dump(dump) if isinstance(row, Message)]
    tags = [row.tag for row in generator().build(name)[0]]
    texts = [pair for pair in zip(tags, rows, strict=True) if pair[1].payload_type == TEXT_MESSAGE]
    results = build(models=["none"]).moderate([row for _, row in texts])
    return [(tag, one) for (tag, _), one in zip(texts, results, strict=True)]


@pytest.mark.parametrize("name", DUMPS)
def test_behaviour_rules_find_their_cases_and_no_others(name: str) -> None:
    found: dict[str, set[str | None]] = {}
    for tag, one in judged(name):
        for finding in one.findings:
            if finding.rule in BEHAVIOUR_TAGS:
                found.setdefault(finding.rule, set()).add(tag)
    assert all(tags <= BEHAVIOUR_TAGS[rule] for rule, tags in found.items()), found
    assert found.keys() == SHOWN.get(name, BEHAVIOUR_TAGS.keys())
    assert {rule.id for rule in load().behaviour} == BEHAVIOUR_TAGS.keys()


def test_every_guard_has_its_case() -> None:
    """Each holds something back in a line that is harmless, and that is not flagged."""
    held = {
        finding.guard: (tag, one.verdict.flagged)
        for tag, one in judged("webinar")
        for finding in one.findings
        if finding.guard is not None
    }
    assert held.keys() == {guard.id for guard in load().guards}
    assert all(tag and tag[0] == "~" and not flagged for tag, flagged in held.values()), held


def test_the_readme_states_the_rows() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for name in DUMPS:
        people = len({row["participantId"] for row in rows(name)})
        line = next(line for line in page.splitlines() if line.startswith(f"| `{name}.csv`"))
        assert line.endswith(f"| {len(rows(name)):,} | {people} |")
