"""The last look at what goes out: no name, id, contact or message of anybody in it.

Statements are put together from fixed texts, a rules file, and names of rules, and so should hold
nothing of anyone; this check does not rely on it. It knows everybody in the verdicts and in the
flagged messages given, and what e-mails, telephone numbers and handles look like.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from moderator.redaction.shapes import DIGITS, EMAIL, HANDLE
from moderator.review.verdicts import Verdict

RUN = 3
"""So many words of a message in a row are that message's text; of a shorter one, all of them."""

SHORTEST = 3
"""Characters of the shortest name, or part of one, that is looked for."""

SHORTEST_ID = 4
"""Characters of the shortest id that is looked for: section 12 is not message 12."""

SHORTEST_IN_DIGITS = 8
"""Characters of the shortest id that is looked for within others' digits, where chance puts any."""

_SHAPES = {"an e-mail address": EMAIL, "a handle": HANDLE, "a telephone number": DIGITS}

TEXT, NOTE = "a message's text", "a reviewer's note"
_WRITTEN = (TEXT, NOTE)

Words = tuple[str, ...]


class Persons:
    """Everybody's names, ids and words, to be looked for in texts.

    What is made up of the words of `fixed` texts alone says nothing of a person, even if somebody
    calls himself so; nor does a single word of what the operator `said` of everybody alike. Else
    whoever calls himself Rules could hold all statements up.
    """

    def __init__(self, fixed: Iterable[str], said: Iterable[str] = ()) -> None:
        self._fixed = {word for text in fixed for word in _words(text)}
        self._said = {word for text in said for word in _words(text)}
        self._known: dict[Words, str] = {}
        self._ids: set[str] = set()
        self._longest = RUN

    def add_verdict(self, verdict: Verdict) -> None:
        """The persons of a verdict: participant and reviewer, and what the reviewer wrote."""
        self._add_id(verdict.participant_id, verdict.custom_participant_id)
        self._add_id(verdict.session_id, verdict.message_id)
        self._add_name(verdict.reviewer)
        self._add_text(verdict.note or "", NOTE)

    def add_record(self, record: Mapping[str, Any]) -> None:
        """The persons of a flagged record, those of its context too, and what they wrote."""
        context = record["context"]
        for message in (record, *context["before"], *context["after"]):
            self._add_id(message["participantId"], message["id"])
            self._add_name(message["displayName"])
            self._add_text(message["payload"] or "", TEXT)
        self._add_id(record["sessionId"], record["meetingId"])

    def found_in(self, text: str, *, written: bool = True) -> str | None:
        """What of a person stands in a text; None where nothing does. Never the thing itself.

        With `written` off, what people wrote is not looked for: links to the operator's own pages
        stand in many a message.
        """
        for kind, shape in _SHAPES.items():
            if shape.search(text):
                return kind
        words = _words(text)
        for length in range(1, self._longest + 1):
            for start in range(len(words) - length + 1):
                known = self._known.get(tuple(words[start : start + length]))
                if known is not None and (written or known not in _WRITTEN):
                    return known
        return None

    def named_by(self, puid: str) -> bool:
        """Whether an id of anybody is part of a statement's name."""
        return any(one in puid for one in self._ids)

    def _add(self, words: Words, kind: str) -> None:
        if words and not self._fixed.issuperset(words):
            self._known.setdefault(words, kind)
            self._longest = max(self._longest, len(words))

    def _add_id(self, *ids: str | None) -> None:
        for one in ids:
            if one is not None and len(one) >= SHORTEST_ID:
                self._add(tuple(_words(one)), "an id")
            if one is not None and len(one) >= SHORTEST_IN_DIGITS:
                self._ids.add(one)

    def _add_name(self, name: str) -> None:
        words = _words(name)
        if len(words) > 1:
            self._add(tuple(words), "a person's name")
        for word in words:
            if len(word) >= SHORTEST and word not in self._said:
                self._add((word,), "a person's name")

    def _add_text(self, text: str, kind: str) -> None:
        words = _words(text)
        for start in range(max(len(words) - RUN + 1, 1)):
            run = tuple(words[start : start + RUN])
            if len(run) > 1:
                self._add(run, kind)


def _words(text: str) -> list[str]:
    found = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    return list(map(sys.intern, found))  # chat says the same words over and over
