"""Rules over the stream: all behaviour rules of a rule set, session by session."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from moderator.behaviour.base import Kind, Seen
from moderator.behaviour.clock import Clock
from moderator.behaviour.combination import Combination
from moderator.behaviour.contact_requests import ContactRequests
from moderator.behaviour.flood import Flood
from moderator.behaviour.look_alike import LookAlike
from moderator.behaviour.memory import Memory
from moderator.behaviour.people import People, Turn
from moderator.behaviour.pile_on import PileOn
from moderator.behaviour.raid import Raid
from moderator.behaviour.signs import Signs
from moderator.behaviour.split_word import SplitWord
from moderator.classifiers.base import Classifier
from moderator.records import Finding, Message
from moderator.ruleset import BehaviourRule, RuleSet

MOST_SESSIONS = 16
"""Sessions remembered at once; the one that has been silent longest is forgotten first."""

KINDS: Mapping[str, Callable[[BehaviourRule, Classifier], Kind]] = {
    "flood": lambda rule, _: Flood(rule),
    "pile-on": lambda rule, _: PileOn(rule),
    "raid": lambda rule, _: Raid(rule),
    "contact-requests": lambda rule, _: ContactRequests(rule),
    "split-word": SplitWord,
    "look-alike": lambda rule, _: LookAlike(rule),
    "combination": lambda rule, _: Combination(rule),
}


class Behaviour:
    """Sees the text messages of any number of sessions in order, and says what they make together.

    `classifier` is that of the rules; it judges what short messages spell. Memory is bounded:
    by `MOST_SESSIONS`, and in each by `people.MOST_PEOPLE` and, for every rule, by
    `memory.MOST_MARKS`. Times are taken from the messages; see `Clock` for what happens where
    they cannot be read or are out of order. Raises `ConfigError` for a sign that cannot be used.
    """

    def __init__(self, ruleset: RuleSet, classifier: Classifier) -> None:
        self._version = ruleset.sha256[:12]
        self._kinds = [KINDS[rule.kind](rule, classifier) for rule in ruleset.behaviour]
        self._windows = [
            rule.window if rule.window > 0 else float("inf") for rule in ruleset.behaviour
        ]
        self._ambiguous = frozenset(
            word for rule in ruleset.behaviour if rule.kind == "pile-on" for word in rule.words
        )
        self._signs = Signs(ruleset)
        self._sessions: dict[str, _Session] = {}

    def see(self, message: Message, findings: Sequence[Finding]) -> list[Finding]:
        """What `message` completes. `findings` are those that classifiers made of it."""
        if not self._kinds:
            return []
        session = self._session(message.session_id)
        now = session.clock.advance(message.created_at)
        who = message.participant_id
        renamed = session.people.meet(who, message.display_name, now)
        seen = Seen(message, findings, now, session.people, renamed, self._signs.of)
        made = []
        for kind, memory in zip(self._kinds, session.memories, strict=True):
            memory.expire(now)
            finding = kind.see(seen, memory)
            if finding is not None:
                made.append(replace(finding, version=self._version))
        session.people.turns.append(Turn(who, now, seen.targets if seen.is_abuse else ()))
        return made

    def forget(self) -> None:
        """Starts anew, as before the first message."""
        self._sessions.clear()

    def state(self) -> dict[str, Any]:
        """All that is remembered, as data that JSON can hold; the longest silent session first."""
        return {
            name: {
                "clock": session.clock.state(),
                "people": session.people.state(),
                "marks": {
                    kind.rule.id: memory.state()
                    for kind, memory in zip(self._kinds, session.memories, strict=True)
                },
            }
            for name, session in self._sessions.items()
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state` said; marks of rules that are no more are left out."""
        self.forget()
        for name, kept in state.items():
            session = self._session(name)
            session.clock.restore(kept["clock"])
            session.people.restore(kept["people"])
            for kind, memory in zip(self._kinds, session.memories, strict=True):
                if kind.rule.id in kept["marks"]:
                    memory.restore(kept["marks"][kind.rule.id])

    def _session(self, name: str) -> "_Session":
        session = self._sessions.pop(name, None) or _Session(self._windows, self._ambiguous)
        self._sessions[name] = session
        if len(self._sessions) > MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        return session


class _Session:
    """All state of one session."""

    def __init__(self, windows: Sequence[float], ambiguous: frozenset[str]) -> None:
        self.clock = Clock()
        self.people = People(ambiguous)
        self.memories = [Memory(window) for window in windows]
