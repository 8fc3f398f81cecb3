"""What was read, without personal data: people as pseudonyms, placeholders in all texts.

The records that come out have only fields that are known, and each of them is either masked or
can hold no text of anybody; so what reports show of them, their names and their hashes included,
is made of masked values alone. Ids carry a tag of the run, so that the first participant of one
report is never taken for that of another.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, cast

from moderator.redaction.masking import Masked, Masker, Placeholders
from moderator.redaction.names import Names
from moderator.report.flagged import Flagged, FoundBy, Neighbour, Unscored
from moderator.report.inputs import Joined, Source
from moderator.sources.fields import parse_time

MASKED_WORD = "[masked]"

_COUNTS = ("read", "judged", "repeats", "rejected", "unscored", "flagged")
_KEPT = ("flagged", "severity", "action", "categories")
_TAGS = ("isEdited", "pinned")
_KEPT_OF_FINDING = (
    "classifier", "version", "rule", "label", "category", "severity", "score", "threshold",
    "field", "guard",
)  # fmt: skip
_KEPT_OF_SAMPLE = ("stratum", "weight", "population", "drawn", "flagged")


def redacted(joined: Joined, tag: str | None = None) -> Joined:
    """`joined` with personal data masked; `tag` marks the run's ids, random if not given."""
    redaction = _Redaction(joined, tag or secrets.token_hex(3))
    return Joined(
        tuple(_source(source, number) for number, source in enumerate(joined.sources, start=1)),
        tuple(map(redaction.flagged, joined.records)),
        tuple(map(redaction.unscored, joined.unscored)),
        joined.repeats,
    )


def _source(source: Source, number: int) -> Source:
    """The counts alone: a file may be named after a session, a summary names the most flagged."""
    summary = source.summary
    if summary is not None:
        rules = summary.get("rules")
        kept = {name: summary[name] for name in (*_COUNTS, "rejectReasons", "program", "models")
                if name in summary}  # fmt: skip
        if isinstance(rules, Mapping):
            kept["rules"] = {**rules, "path": Path(str(rules.get("path"))).name}
        summary = kept
    return replace(source, name=f"file {number}", summary=summary)


class _Redaction:
    def __init__(self, joined: Joined, tag: str) -> None:
        self._tag = tag
        self._people = Placeholders()
        self._masker = Masker(self._names(joined), self._people)

    def _names(self, joined: Joined) -> Names:
        names = Names()
        seen: set[tuple[str, str]] = set()
        everything: list[Flagged | Unscored] = [*joined.records, *joined.unscored]
        for message in chain.from_iterable(map(_messages, everything)):
            who, name = message["participantId"], message["displayName"]
            if (who, name) not in seen:
                seen.add((who, name))
                self._people.number("participant", who)
                names.add_name(who, name)
                names.add_id(who, who)
        return names

    def flagged(self, record: Flagged) -> Flagged:
        session = record["sessionId"]
        around = record["context"]
        changed: dict[str, Any] = {
            **self.unscored(record),
            "findings": [self._finding(one, record) for one in record["findings"]],
            "context": {
                "before": [self._message(one, session) for one in around["before"]],
                "after": [self._message(one, session) for one in around["after"]],
            },
        }
        sample = cast(Mapping[str, Any], record).get("sample")
        if isinstance(sample, Mapping):
            changed["sample"] = _only(_KEPT_OF_SAMPLE, sample)
        return cast(Flagged, changed)

    def unscored(self, record: Unscored) -> Unscored:
        changed: dict[str, Any] = {
            "sessionId": self._id("s", "session", record["sessionId"]),
            **self._message(record, record["sessionId"]),
            **_only(_KEPT, record),
            **{name: bool(value) for name, value in _only(_TAGS, record).items()},
            "unscored": [
                {"classifier": one["classifier"], "reason": self._masker.masked(one["reason"]).text}
                for one in record["unscored"]
            ],
        }
        return cast(Unscored, changed)

    def _message(self, message: Neighbour, session: str) -> Neighbour:
        who, text = message["participantId"], message["payload"]
        sent = message["createdAt"]
        return {
            "id": self._message_id(session, message["id"]),
            "participantId": self._id("p", "participant", who),
            "displayName": self._pseudonym(who),
            # A time that is none can be any text.
            "createdAt": sent if parse_time(sent) is not None else "",
            "payload": self._masker.masked(text).text if text is not None else None,
        }

    def _finding(self, finding: FoundBy, record: Flagged) -> Mapping[str, Any]:
        together = finding.get("messages")
        changed = {
            **_only(_KEPT_OF_FINDING, finding),
            "span": finding.get("span"),
            "match": None,
            "words": None,
            "messages": together
            and [self._message_id(record["sessionId"], message) for message in together],
        }
        text = record["payload"]
        if finding["field"] != "payload":
            # A pseudonym has nothing in it to point at.
            return {**changed, "span": None}
        if text is None:
            return changed
        masked = self._masker.masked(text)
        words = finding.get("words")
        if words is not None:
            changed["words"] = list(_words(words, text, masked))
        if changed["span"] is not None:
            start, end = masked.span(*changed["span"])
            changed |= {"span": [start, end], "match": masked.text[start:end]}
        return changed

    def _pseudonym(self, participant: str) -> str:
        return f"participant-{self._people.number('participant', participant)}"

    def _message_id(self, session: str, name: str) -> str:
        return self._id("m", "message", f"{len(session)} {session} {name}")

    def _id(self, letter: str, kind: str, name: str) -> str:
        return f"{letter}{self._people.number(kind, name)}-{self._tag}"


def _messages(record: Flagged | Unscored) -> Iterator[Neighbour]:
    yield record
    around = cast(Mapping[str, Any], record).get("context")
    if around is not None:
        yield from (*around["before"], *around["after"])


def _only(names: Iterable[str], values: Mapping[str, object]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _words(words: Sequence[str], text: str, masked: Masked) -> Iterator[str]:
    """The words that a model named, as far as they stand in the text unmasked."""
    folded = text.lower() if len(text.lower()) == len(text) else text
    for word in words:
        wanted = word.lower() if folded is not text else word
        start = folded.find(wanted)
        while start >= 0 and masked.hides(start, start + len(word)):
            start = folded.find(wanted, start + 1)
        yield word if start >= 0 and word else MASKED_WORD
