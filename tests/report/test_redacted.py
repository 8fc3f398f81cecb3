"""Redacted reports: nothing planted is left in any of them, and marks stay where they belong."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from report.flags import finding, flag, many, marked, message, summary, unscored, write

from moderator.report.entries import Entry, entries
from moderator.report.inputs import Joined, read
from moderator.report.redacted import MASKED_WORD, redacted
from moderator.report.writing import ENDINGS, write_report
from moderator.review.records import commitment, record_id
from moderator.review.verdicts import ACTIONS, BrokenLine, from_jsonl

PLANTED = [
    "jo.canary@example.org", "canary.two@mail.example", "+49 30 7654321", "(415) 555-2671",
    "5550178", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00",
    "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "https://canary.example/path?x=1", "canary-site.com",
    "discord.gg/canaryinv", "@canary_handle", "192.168.77.12", "canary#1234",
]  # fmt: skip
PEOPLE = {"8f14e45f-canary": "Canary McBird", "c9f0f895-canary": "Zazu", "45c48cce": "Ünal Öz"}
IDS = ["session-canary-1", "msg-canary-1", "msg-canary-2", "meeting-canary"]
GONE = [
    *PLANTED, *PEOPLE, *PEOPLE.values(), *IDS, "McBird", "jo.canary", "canary", "Canary", "7654321",
    "555-2671", "3704 0044", "ünal", "ÜNAL", "zazu", "CANARY",
]  # fmt: skip


def planted(tmp_path: Path) -> Path:
    """A scan with something personal wherever a file of one can hold text."""
    (me, my), (you, your), (they, their) = PEOPLE.items()
    lines = [f"you muppet, {value} is mine" for value in PLANTED]
    lines += [f"{your.lower()} says {their.upper()}, {my.split()[1]} and {me} are muppets"]
    records: list[dict[str, Any]] = []
    for number, text in enumerate(lines):
        start = text.index("muppet")
        found = [
            marked(text, "muppet"),
            finding("contact", span=[start, len(text)], match=text[start:], rule="contact.x"),
            finding("toxicity", label="toxicity", score=0.9, threshold=0.8,
                    words=re.findall(r"[\w.@+-]+", text)),
            finding("insult", field="displayName", span=[0, 3], match=my[:3],
                    messages=["msg-canary-1", "msg-canary-2"]),
        ]  # fmt: skip
        near = [message(f"{your}: {text}", 50 + number, they, their) | {"id": "msg-canary-2"}]
        record = flag(text, number, who=me, name=my, session=IDS[0], findings=found, before=near)
        records.append(record | {"id": f"msg-canary-{number}", "meetingId": IDS[3],
                                 "custom": PLANTED[0], "live": {"by": my}})  # fmt: skip
    records[0]["createdAt"] = "canary"
    records[1]["isEdited"] = "canary"
    records[2]["payload"] = None
    records[3]["unscored"] = [{"classifier": "m", "reason": f"about {PLANTED[0]}"}]
    path = write(tmp_path / "session-canary-1.jsonl", records)
    counts = summary(flagged=len(records)) | {
        "source": "/home/canary/x.csv",
        "rules": {"path": "/home/canary/rules.yaml", "sha256": "ab" * 32, "count": 1},
        "participants": [{"participantId": me, "displayNames": [my]}],
    }
    (tmp_path / "session-canary-1.summary.json").write_text(json.dumps(counts))
    aside = unscored(f"hola {PLANTED[0]}", 90, who=you, name=your) | {"sessionId": IDS[0]}
    write(tmp_path / "session-canary-1.unscored.jsonl", [aside])
    return path


def report_of(path: Path, form: Any) -> bytes:
    out = io.BytesIO()
    write_report([str(path)], io.BytesIO(), out, form, redact=True, show=True)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("form", sorted(set(ENDINGS.values())))
def test_nothing_planted_is_left(tmp_path: Path, form: str) -> None:
    text = report_of(planted(tmp_path), form).decode("utf-8-sig")
    left = [value for value in GONE if value in text or json.dumps(value)[1:-1] in text]
    assert not left
    assert "participant-1" in text
    assert "[email-1]" in text
    assert "you muppet" in text


def found(path: Path) -> Joined:
    return read([str(path)], io.BytesIO())


def shown(joined: Joined) -> tuple[Entry, ...]:
    return entries(redacted(joined, "0a1b2c"))


def test_marks_point_at_what_they_pointed_at(tmp_path: Path) -> None:
    text = "jo@example.org you muppet, call +49 30 7654321 muppet"
    last = text.rindex("muppet")
    spans = [[19, 25], [last, last + 6], [3, 25], [40, last + 2], [0, len(text)]]
    records = [flag(text, findings=[finding(span=span, match="old") for span in spans])]
    (entry,) = shown(found(write(tmp_path / "a.jsonl", records)))
    matches = [one["match"] for one in entry.record["findings"]]
    assert entry.record["payload"] == "[email-1] you muppet, call [phone-1] muppet"
    assert matches == [
        "muppet", "muppet", "[email-1] you muppet", "[phone-1] mu", entry.record["payload"],
    ]  # fmt: skip
    for one in entry.record["findings"]:
        start, end = one["span"]
        assert entry.record["payload"][start:end] == one["match"]


def test_words_of_a_model_stay_if_they_stand_unmasked(tmp_path: Path) -> None:
    text = "jo at jo@example.org is a Muppet"
    words = ["muppet", "jo", "example", "org", "unheard", ""]
    labelled = finding("toxicity", label="toxicity", score=0.9, threshold=0.8, words=words)
    near = [message("x", 9, "p9", "Jo")]
    records = [flag(text, findings=[labelled], before=near)]
    (entry,) = shown(found(write(tmp_path / "a.jsonl", records)))
    assert entry.record["findings"][0]["words"] == ["muppet", *[MASKED_WORD] * 5]


def test_one_person_has_one_pseudonym_whatever_the_name(tmp_path: Path) -> None:
    records = [
        flag("hi", 1, who="a", name="Ann"),
        flag("hi", 2, who="a", name="Ann the second"),
        flag("hi Ann", 3, who="b", name="Ann", after=[message("", 4, "a", "")]),
        flag("x", 5, who="a", name="") | {"payload": None},
    ]
    found_entries = shown(found(write(tmp_path / "a.jsonl", records)))
    names = [entry.record["displayName"] for entry in found_entries]
    assert names == ["participant-1", "participant-1", "participant-2", "participant-1"]
    third = found_entries[2].record
    assert third["payload"] == "hi [name-1]"
    assert third["context"]["after"][0]["displayName"] == "participant-1"
    assert found_entries[3].record["payload"] is None


def test_identity_and_hash_are_of_the_masked_record(tmp_path: Path) -> None:
    """Else guessing names and numbers until the hash fits would undo it."""
    joined = found(write(tmp_path / "a.jsonl", [flag("mail jo@example.org")]))
    (entry,) = shown(joined)
    (plain,) = entries(joined)
    assert entry.record_id == record_id(entry.record) != plain.record_id
    masked_record = redacted(joined, "0a1b2c").records[0]
    assert entry.record_hash == commitment(masked_record, bytes.fromhex(entry.salt))
    assert entry.record_hash != commitment(joined.records[0], bytes.fromhex(entry.salt))


def test_verdicts_on_a_masked_record_can_be_imported(tmp_path: Path) -> None:
    (entry,) = shown(found(write(tmp_path / "a.jsonl", [flag("mail jo@example.org")])))
    record = entry.record
    line = {
        "recordId": entry.record_id, "recordHash": entry.record_hash, "salt": entry.salt,
        "sessionId": record["sessionId"], "messageId": record["id"],
        "participantId": record["participantId"], "createdAt": record["createdAt"],
        "reviewer": "r", "verdict": "abusive", "action": ACTIONS[0], "note": None,
        "at": "2026-06-11T08:00:00.000Z",
        "record": {name: record[name] for name in ("severity", "action", "categories")}
        | {"findings": []},
    }  # fmt: skip
    (verdict,) = from_jsonl([json.dumps(line).encode()], "x")
    assert not isinstance(verdict, BrokenLine)
    assert verdict.participant_id == "p1-0a1b2c"


def test_two_runs_share_no_ids(tmp_path: Path) -> None:
    joined = found(write(tmp_path / "a.jsonl", [flag()]))
    one, other = (redacted(joined).records[0] for _ in range(2))
    for name in ("sessionId", "id", "participantId"):
        assert one[name] != other[name]  # type: ignore[literal-required]


def test_counts_stay(tmp_path: Path) -> None:
    joined = found(write(tmp_path / "a.jsonl", many(60)))
    masked = redacted(joined)
    for one, other in zip(joined.records, masked.records, strict=True):
        assert one["severity"] == other["severity"]
        assert one["createdAt"] == other["createdAt"]
        assert len(one["findings"]) == len(other["findings"])
    assert len({one["participantId"] for one in joined.records}) == len(
        {one["participantId"] for one in masked.records}
    )
