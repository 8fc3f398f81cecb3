"""The entries as the page's data: plain JSON in which every text stands once.

Neighbouring messages belong to several entries as a rule, and findings differ in little but
their score; so messages, people, names and the fixed parts of findings are tables, and the
entries hold indices into them:

    people    participantIds                         names     display names
    sessions  session ids
    messages  [id, session, person, name, createdAt, milliseconds or null, text or null]
    findings  [classifier, version, rule, label, category, severity, threshold, field, guard]
    entries   {k: kind, m: message, s: severity 0..4, a: action, c: categories,
               f: [[finding, score, span, words, messages]], b: before, n: after,
               u: [[classifier, reason]], o: tags, i: recordId, h: recordHash, t: salt}
"""

from collections.abc import Iterable, Mapping
from typing import Any

from moderator.records import Severity
from moderator.report.entries import Entry
from moderator.sources.fields import parse_time

Json = dict[str, Any]

_TAGS = {"edited": "isEdited", "pinned": "pinned"}


class _Table:
    """Values in the order in which they came, each once, by index."""

    def __init__(self) -> None:
        self._index: dict[Any, int] = {}

    def add(self, value: Any) -> int:
        return self._index.setdefault(value, len(self._index))

    def values(self) -> list[Any]:
        return list(self._index)


class _Packed:
    def __init__(self) -> None:
        self.people = _Table()
        self.names = _Table()
        self.sessions = _Table()
        self.messages = _Table()
        self.findings = _Table()

    def message(self, message: Mapping[str, Any], session: int) -> int:
        sent = parse_time(message["createdAt"])
        return self.messages.add(
            (
                message["id"],
                session,
                self.people.add(message["participantId"]),
                self.names.add(message["displayName"]),
                message["createdAt"],
                round(sent.timestamp() * 1000) if sent is not None else None,
                message["payload"],
            )
        )

    def entry(self, entry: Entry) -> Json:
        record = entry.record
        session = self.sessions.add(record["sessionId"])
        severity, around = record["severity"], record["context"]
        return {
            "k": entry.kind,
            "m": self.message(record, session),
            "s": Severity[severity] if severity is not None else 0,
            "a": record["action"],
            "c": record["categories"],
            "f": [self.finding(finding) for finding in record["findings"]],
            "b": [self.message(each, session) for each in around["before"]],
            "n": [self.message(each, session) for each in around["after"]],
            "u": [[each["classifier"], each["reason"]] for each in record["unscored"]],
            "o": [tag for tag, field in _TAGS.items() if record.get(field)],
            "i": entry.record_id,
            "h": entry.record_hash,
            "t": entry.salt,
        }

    def finding(self, finding: Mapping[str, Any]) -> list[Any]:
        fixed = self.findings.add(
            (
                finding["classifier"],
                finding["version"],
                finding.get("rule"),
                finding.get("label"),
                finding["category"],
                finding["severity"],
                finding["threshold"],
                finding["field"],
                finding.get("guard"),
            )
        )
        return [
            fixed, finding["score"], finding.get("span"), finding.get("words"),
            finding.get("messages"),
        ]  # fmt: skip


def pack(entries: Iterable[Entry]) -> Json:
    """The tables and the entries."""
    packed = _Packed()
    rows = [packed.entry(entry) for entry in entries]
    return {
        "people": packed.people.values(),
        "names": packed.names.values(),
        "sessions": packed.sessions.values(),
        "messages": packed.messages.values(),
        "findings": packed.findings.values(),
        "entries": rows,
    }
