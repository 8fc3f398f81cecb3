"""Rude words as asterisks, for what is pasted where others read it: the first letter stays.

Masked is what rules marked; where no rule did, the words that carried a model's score.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from moderator.report.entries import Entry
from moderator.terminal import masked as starred

CATEGORIES = frozenset(
    {"toxicity", "severe_toxicity", "obscene", "insult", "identity_attack", "sexual_explicit"}
)
"""Findings of these are rude words; what else is found, a link say, has to be read."""

PLAIN_WORD = 3
"""Characters: models name "you" and "a" as well, and nothing is gained by masking those."""

_PLACEHOLDER = re.compile(r"\[[a-z]+-\d+\]")
_WORD = re.compile(r"\w[\w'’]*")

Spans = list[tuple[int, int]]


class Rude:
    """What is rude in the texts and names of a report, wherever they are cited."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._texts: dict[str, Spans] = {}
        self._names: dict[str, Spans] = {}
        for record in (entry.record for entry in entries):
            found = [one for one in record["findings"] if one["category"] in CATEGORIES]
            text = record["payload"]
            if text is not None:
                self._texts.setdefault(text, []).extend(_in_text(text, found))
            spans = _spans(one for one in found if one["field"] == "displayName")
            self._names.setdefault(record["displayName"], []).extend(spans)

    def text(self, text: str) -> str:
        """A message with its rude words masked."""
        return _masked(text, self._texts.get(text, ()))

    def name(self, name: str) -> str:
        """A display name with its rude words masked."""
        return _masked(name, self._names.get(name, ()))


def masked(words: str) -> str:
    """Rude words with all but their first letters as asterisks; placeholders stay as they are."""
    return words if _PLACEHOLDER.fullmatch(words) else starred(words)


def _in_text(text: str, found: Sequence[Mapping[str, Any]]) -> Spans:
    here = [one for one in found if one["field"] == "payload"]
    spans = _spans(here)
    if spans:
        return spans
    words = {word.lower() for one in here for word in one.get("words") or ()}
    return [
        match.span()
        for match in (_WORD.finditer(text) if words else ())
        if len(match[0]) > PLAIN_WORD and match[0].lower() in words
    ]


def _spans(found: Iterable[Mapping[str, Any]]) -> Spans:
    return [(one["span"][0], one["span"][1]) for one in found if one.get("span") is not None]


def _masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    parts: list[str] = []
    position = 0
    for start, end in sorted(spans):
        begin = max(start, position)
        if end > begin:
            parts += text[position:begin], masked(text[begin:end])
            position = end
    return "".join((*parts, text[position:]))
