"""What each rule of some flagged files caught, how often alone, and what reviewers said of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moderator.config import RuleSet
from moderator.errors import SourceError
from moderator.evaluation.metrics import Figure, wilson
from moderator.report.flagged import Flagged, read_flagged
from moderator.review.outcomes import Outcome, read
from moderator.review.records import record_id
from moderator.review.verdicts import BrokenLine

Json = dict[str, Any]

RULE, BEHAVIOUR, GUARD, LABEL = "rule", "behaviour", "guard", "label"

_SAID = {True: "abusive", False: "not_abusive", None: "unsure"}


@dataclass(slots=True)
class Caught:
    """What one rule, behaviour rule, guard or model's label did.

    `messages` are those it found something in (a guard: held something back in), `alone` those
    in which nothing else did, `held` those in which a guard held all of it back. `first` and
    `last` are the times of its messages as sent, "" where they name none. Of the messages that
    reviewers saw, `reviewed` counts what they say together.
    """

    sort: str
    messages: int = 0
    alone: int = 0
    held: int = 0
    participants: set[str] = field(default_factory=set)
    first: str = ""
    last: str = ""
    reviewed: Counter[str] = field(default_factory=Counter)

    def precision(self) -> Figure | None:
        """Of the messages that reviewers were sure of, how many are abusive; None without any."""
        return wilson(
            self.reviewed["abusive"], self.reviewed["abusive"] + self.reviewed["not_abusive"]
        )

    def add(self, record: Flagged, outcome: str | None) -> None:
        """Counts one message."""
        self.messages += 1
        self.participants.add(record["participantId"])
        at = record["createdAt"]
        if at:
            self.first = min(self.first or at, at)
            self.last = max(self.last, at)
        if outcome is not None:
            self.reviewed[outcome] += 1

    def as_json(self) -> Json:
        """As plain data."""
        return {
            "sort": self.sort,
            "messages": self.messages,
            "alone": self.alone,
            "held": self.held,
            "participants": len(self.participants),
            "first": self.first or None,
            "last": self.last or None,
            **{name: self.reviewed[name] for name in ("abusive", "not_abusive", "unsure")},
            "precision": list(figure) if (figure := self.precision()) is not None else None,
        }


class Tallied:
    """Counts flagged records by what found them, under the names that a rule set knows."""

    def __init__(self, ruleset: RuleSet, outcomes: Iterable[Outcome] = ()) -> None:
        self.records = 0
        self.reviewed = 0
        self._ruleset = ruleset
        self._by_name: dict[str, Caught] = {}
        self._said = {outcome.record_id: _SAID[outcome.abusive] for outcome in outcomes}
        self._sorts = {
            **{rule.id: RULE for rule in ruleset.rules},
            **{rule.id: BEHAVIOUR for rule in ruleset.behaviour},
        }

    def add(self, record: Flagged) -> None:
        """Counts one record; the same message twice counts twice."""
        self.records += 1
        outcome = self._said.get(record_id(record))
        self.reviewed += outcome is not None
        acting: set[str] = set()
        held: set[str] = set()
        guards: set[str] = set()
        for finding in record["findings"]:
            name = finding["rule"] or f"{finding['classifier']}:{finding['label']}"
            self._sorts.setdefault(name, RULE if finding["rule"] else LABEL)
            if finding["guard"] is None:
                acting.add(name)
            else:
                held.add(name)
                guards.add(finding["guard"])
        for name in acting | held:
            caught = self._caught(name, self._sorts[name])
            caught.add(record, outcome if name in acting else None)
            caught.alone += acting == {name}
            caught.held += name not in acting
        for name in guards:
            guard = self._caught(name, GUARD)
            guard.add(record, outcome)
            guard.alone += not acting and guards == {name}

    def caught(self) -> dict[str, Caught]:
        """By name, those with the most messages first."""
        order = sorted(self._by_name, key=lambda name: (-self._by_name[name].messages, name))
        return {name: self._by_name[name] for name in order}

    def silent(self) -> dict[str, str]:
        """What is in the rule set and did nothing: its name, and what sort it is."""
        known = {**{guard.id: GUARD for guard in self._ruleset.guards}}
        known |= {rule.id: RULE for rule in self._ruleset.rules}
        known |= {rule.id: BEHAVIOUR for rule in self._ruleset.behaviour}
        return {name: sort for name, sort in known.items() if name not in self._by_name}

    def as_json(self) -> Json:
        """All figures as plain data."""
        return {
            "records": self.records,
            "reviewed": self.reviewed,
            "caught": {name: caught.as_json() for name, caught in self.caught().items()},
            "silent": self.silent(),
        }

    def _caught(self, name: str, sort: str) -> Caught:
        return self._by_name.setdefault(name, Caught(sort))


def tallied(
    ruleset: RuleSet, files: Iterable[Path], verdicts: Path | None = None
) -> tuple[Tallied, list[BrokenLine]]:
    """The records of all `files`, counted with the verdicts, and lines that are no verdict.

    Raises `SourceError` for a file that cannot be read, or holds something else.
    """
    outcomes, broken = read(verdicts) if verdicts is not None else ([], [])
    counted = Tallied(ruleset, outcomes)
    for file in files:
        try:
            with file.open("rb") as stream:
                for record in read_flagged(stream, str(file)):
                    counted.add(record)
        except OSError as error:
            raise SourceError(f"{file} cannot be read: {error.strerror}.") from error
    return counted, broken
