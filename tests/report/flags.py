"""Flagged records as a scan writes them, made by hand: few fields given, the others filled in."""

import json
import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Record = dict[str, Any]
START = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)


def message(
    text: str, number: int = 1, who: str = "p1", name: str = "Ann", at: float | None = None
) -> Record:
    """A neighbour, `at` seconds after the session's start."""
    moment = START + timedelta(seconds=number if at is None else at)
    return {
        "id": f"m{number}",
        "participantId": who,
        "displayName": name,
        "createdAt": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "payload": text,
    }


def finding(category: str = "insult", severity: str = "medium", **given: Any) -> Record:
    """A rule's finding, or with `label` a model's."""
    fields = {
        "classifier": "m" if "label" in given else "rules",
        "version": "1",
        "rule": None if "label" in given else f"{category}.test",
        "label": None,
        "category": category,
        "severity": severity,
        "score": 1.0,
        "threshold": 1.0,
        "field": "payload",
        "span": None,
        "match": None,
        "words": None,
        "guard": None,
        "messages": None,
    }
    return fields | given


def marked(text: str, words: str, category: str = "insult", **given: Any) -> Record:
    """A rule's finding where `words` stand in `text`."""
    start = text.index(words)
    return finding(category, span=[start, start + len(words)], match=words, **given)


def flag(
    text: str = "you absolute muppet",
    number: int = 1,
    *,
    findings: Iterable[Record] | None = None,
    severity: str | None = "medium",
    flagged: bool = True,
    session: str = "s1",
    before: Iterable[Record] = (),
    after: Iterable[Record] = (),
    **who: Any,
) -> Record:
    """A line of a flagged file."""
    found = [finding(severity=severity or "low")] if findings is None else list(findings)
    return {
        "sessionId": session,
        "meetingId": "r1",
        **message(text, number, **who),
        "isEdited": False,
        "pinned": False,
        "flagged": flagged,
        "severity": severity,
        "action": "review" if flagged else "record",
        "categories": sorted({one["category"] for one in found}) if flagged else [],
        "findings": found,
        "scores": {},
        "context": {"before": list(before), "after": list(after)},
        "unscored": [],
    }


def unscored(text: str, number: int, reason: str = "language: es", **who: Any) -> Record:
    """A line of an unscored file."""
    return {
        "sessionId": "s1",
        "meetingId": "r1",
        **message(text, number, **who),
        "flagged": False,
        "unscored": [{"classifier": "m", "reason": reason}],
    }


def summary(**counts: int) -> Record:
    """A summary of a scan."""
    return {
        "program": {"name": "moderator", "version": "9"},
        "rules": {"path": "default", "sha256": "ab" * 32, "count": 3},
        "models": [{"name": "m", "version": "1"}],
        "rejectReasons": {},
        "read": 10,
        "judged": 9,
        "repeats": 0,
        "rejected": 0,
        "unscored": 0,
        "flagged": 1,
        **counts,
    }


def write(path: Path, records: Iterable[Mapping[str, Any]]) -> Path:
    """JSON Lines at `path`."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


def many(count: int) -> list[Record]:
    """Flags of a long evening: five sessions, some hundred people, all severities."""
    dice = random.Random(7)
    words = [
        "the",
        "a",
        "you",
        "slide",
        "nice",
        "camera",
        "link",
        "please",
        "stop",
        "muppet",
        "never",
    ]
    people = [(f"{dice.getrandbits(64):016x}", f"Guest {number % 150}") for number in range(300)]

    def said(number: int) -> Record:
        who, name = dice.choice(people)
        text = " ".join(dice.choices(words, k=dice.randint(2, 25)))
        return message(text, number, who, name, at=number * 0.7)

    talk = [said(number) for number in range(2 * count + 4)]
    records = []
    for number in range(count):
        one = talk[2 * number + 2]
        severity = dice.choices(["low", "medium", "high", "critical"], [2, 6, 3, 1])[0]
        category = dice.choice(["insult", "toxicity", "threat", "spam"])
        found = [finding(category, severity, label=category, score=0.93, threshold=0.8)]
        if "muppet" in one["payload"]:
            found.append(marked(one["payload"], "muppet"))
        record = flag(findings=found, severity=severity, session=f"s{number * 5 // count}")
        around = talk[2 * number : 2 * number + 2], talk[2 * number + 3 : 2 * number + 5]
        record |= one | {"context": {"before": around[0], "after": around[1]}}
        records.append(record)
    return records


MARKUP = "<img src=x onerror=\"window.pwned=1;alert('x')\">"


def hostile() -> list[Record]:
    """Everything that a chat can throw at a page."""
    texts = [
        "</script><script>window.pwned=1</script>",
        MARKUP,
        "<!-- <script> ]]> {{ 7*7 }} {% raw %} ${window.pwned=1}",
        "abc \u202egnp.exe\u202c def \u2066x\u2069",
        "W" * 2000,
        "e" + "\u0301" * 3000 + "nd",
        "Z" + "\u0337\u0338\u0489" * 1000,
        "zero\u200bwidth\u200bjoin\u2060ed\ufeff",
        "nul \x00 bell \x07 del \x7f escape \x1b[31m",
        "line\u2028separator\u2029paragraph\x85next",
        "family 👨‍👩‍👧‍👦 flag 🏳️‍🌈 and मनीष می‌خواهم",
        "\U000e0041\U000e0042 tags and \ufff9 annotation",
        "javascript:window.pwned=1",
        "\n" * 3000 + "far down",
        "constructor __proto__ toString",
        "",
    ]
    names = [
        "</title><script>window.pwned=1</script>", MARKUP, "✕ Abusive", "\u202eevil", "N" * 500,
        "__proto__", "constructor", "", " ", "Ann", "Аnn", "Ann",
    ]  # fmt: skip
    ids = ["__proto__", "constructor", "toString", "<b>id</b>", "p\u202e1", "x" * 400]
    records = []
    for number, text in enumerate(texts):
        who = ids[number] if number < len(ids) else f"p{number}"
        found = [finding("insult"), finding("toxicity", label="toxicity", score=0.9, threshold=0.8)]
        if text:
            found[0] |= {"span": [0, min(3, len(text))], "match": text[:3]}
            found[1] |= {"words": [text[:40], MARKUP, "__proto__"]}
        name = names[number % len(names)]
        near = [message(MARKUP, 100 + number, "__proto__", MARKUP)]
        record = flag(text, number, findings=found, who=who, name=name, before=near)
        records.append(record)
    odd = finding("insult", span=[5000, 9000], match="x", rule=MARKUP, guard=MARKUP)
    odd["messages"] = ["__proto__", "m3", "gone"]
    records.append(flag("short", 50, findings=[odd]) | {"createdAt": "<b>never</b>"})
    records.append(flag("no time", 51) | {"createdAt": ""})
    records.append(flag("__proto__", 52, session="__proto__") | {"id": "__proto__"})
    return records
