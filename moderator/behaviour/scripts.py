"""The samples of behaviour rules: little scripts, each played as a session of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from moderator.behaviour.engine import Behaviour
from moderator.classifiers.base import Classifier
from moderator.records import TEXT_MESSAGE, Assessment, Finding, Message
from moderator.rulefile import LINE
from moderator.ruleset import Script

_START = datetime(2026, 1, 1, tzinfo=UTC)


def run_script(behaviour: Behaviour, classifier: Classifier, script: Script) -> list[Finding]:
    """What the behaviour rules find in a script, of which nothing is remembered afterwards.

    `classifier` is that of the rules: some kinds go by what it finds.
    """
    behaviour.forget()
    messages = list(_messages(script))
    results = classifier.classify([message.payload for message in messages])
    found: list[Finding] = []
    for message, result in zip(messages, results, strict=True):
        findings = result.findings if isinstance(result, Assessment) else ()
        found += behaviour.see(message, findings)
    behaviour.forget()
    return found


def _messages(script: Script) -> Iterator[Message]:
    for number, line in enumerate(script, start=1):
        parts = LINE.fullmatch(line)
        assert parts is not None, "the rules file is read with the same expression"
        sent = float(parts["at"])
        yield Message(
            id=str(number),
            participant_id=parts["name"],
            session_id="script",
            meeting_id="script",
            display_name=parts["name"],
            pinned=None,
            is_edited=None,
            payload_type=TEXT_MESSAGE,
            payload=parts["text"],
            created_at=_stamp(sent),
            line=number,
        )


def _stamp(seconds: float) -> str:
    return (_START + timedelta(seconds=seconds)).isoformat()
