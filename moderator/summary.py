"""What a run read, left out, could not judge, and flagged; as numbers that add up.

`read = rejected + repeats + other payload types + judged`, always.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from moderator import __version__
from moderator.classifiers.base import Classifier, Screens
from moderator.config import RuleSet
from moderator.pipeline import Judged
from moderator.records import TEXT_MESSAGE, Severity

TOP = 10
"""How many of the most flagged participants a summary names, and how many names of each."""

MOST_TYPES = 20
"""How many payload types are counted by name; a hostile dump has as many as it has rows."""

OTHER_TYPES = "(others)"

_JUDGED = (
    "judged", "flagged", "held_back", "unscored", "sessions", "unscored_reasons", "categories",
    "severities", "actions",
)  # fmt: skip


class Tally:
    """Counts what passes by; memory grows with participants, not with messages."""

    def __init__(self) -> None:
        self.read = 0
        self.rejected = 0
        self.repeats = 0
        self.judged = 0
        self.flagged = 0
        self.held_back = 0
        self.unscored = 0
        self.cleared: Counter[str] = Counter()
        self.sessions: Counter[str] = Counter()
        self.payload_types: Counter[str] = Counter()
        self.reject_reasons: Counter[str] = Counter()
        self.unscored_reasons: Counter[str] = Counter()
        self.categories: Counter[str] = Counter()
        self.severities: Counter[str] = Counter()
        self.actions: Counter[str] = Counter()
        self._participants: Counter[str] = Counter()
        self._gravest: dict[str, Severity] = {}
        self._names: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def add_type(self, payload_type: str) -> None:
        """Counts one row's payload type."""
        known = payload_type in self.payload_types or payload_type == TEXT_MESSAGE
        if not known and (len(self.payload_types) >= MOST_TYPES or len(payload_type) > 100):
            payload_type = OTHER_TYPES
        self.payload_types[payload_type] += 1

    def add(self, judged: Judged) -> None:
        """Counts one judged message."""
        self.judged += 1
        self.sessions[judged.message.session_id] += 1
        self.cleared.update(judged.cleared)
        if judged.unscored:
            self.unscored += 1
            for one in judged.unscored:
                self.unscored_reasons[f"{one.classifier}: {one.reason}"] += 1
        if judged.verdict.flagged:
            self._add_flagged(judged)
        elif judged.findings:
            self.held_back += 1

    def judged_state(self) -> dict[str, Any]:
        """What `add` has counted, as data that JSON can hold; what was read is not in it."""
        return {
            **{name: getattr(self, name) for name in _JUDGED},
            "participants": {
                who: [flagged, self._gravest[who].name, list(self._names[who])]
                for who, flagged in self._participants.items()
            },
        }

    def restore_judged(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `judged_state` said; what was read stays as it is."""
        for name in _JUDGED:
            kept = state[name]
            setattr(self, name, Counter(kept) if isinstance(kept, Mapping) else kept)
        for who, (flagged, gravest, names) in state["participants"].items():
            self._participants[who] = flagged
            self._gravest[who] = Severity[gravest]
            self._names[who] = dict.fromkeys(names)

    def worst(self) -> Severity | None:
        """The gravest severity flagged, or None."""
        return max((Severity[name] for name in self.severities), default=None)

    def _add_flagged(self, judged: Judged) -> None:
        self.flagged += 1
        verdict = judged.verdict
        assert verdict.severity is not None and verdict.action is not None
        self.severities[verdict.severity.name] += 1
        self.actions[verdict.action.name] += 1
        self.categories.update(verdict.categories)
        who = judged.message.participant_id
        self._participants[who] += 1
        if len(self._names[who]) < TOP:
            self._names[who].setdefault(judged.message.display_name)
        self._gravest[who] = max(verdict.severity, self._gravest.get(who, verdict.severity))

    def participants(self) -> list[dict[str, Any]]:
        """The most flagged, by participantId: most flags first, then gravest, then id."""
        order = sorted(
            self._participants,
            key=lambda who: (-self._participants[who], -self._gravest[who], who),
        )
        return [
            {
                "participantId": who,
                "displayNames": sorted(self._names[who]),
                "flagged": self._participants[who],
                "severity": self._gravest[who].name,
            }
            for who in order[:TOP]
        ]


def summarise(
    tally: Tally,
    *,
    source: str,
    ruleset: RuleSet,
    classifiers: Sequence[Classifier],
    seconds: float,
    screening: bool = False,
) -> dict[str, Any]:
    """The summary as it is written to `flagged.summary.json`; `seconds` is wall-clock time.

    With `screening`, each model that has a first model tells its version and what it cleared.
    """
    return {
        "program": {"name": "moderator", "version": __version__},
        "rules": rules_summary(ruleset),
        "models": [
            _model(classifier, tally, screening)
            for classifier in classifiers
            if classifier.name != "rules"
        ],
        "source": source,
        "sessions": len(tally.sessions),
        "read": tally.read,
        "rejected": tally.rejected,
        "rejectReasons": _by_count(tally.reject_reasons),
        "repeats": tally.repeats,
        "payloadTypes": _by_count(tally.payload_types),
        "judged": tally.judged,
        "unscored": tally.unscored,
        "unscoredReasons": _by_count(tally.unscored_reasons),
        "flagged": tally.flagged,
        "heldBack": tally.held_back,
        "byCategory": _by_count(tally.categories),
        "bySeverity": _by_count(tally.severities),
        "byAction": _by_count(tally.actions),
        "participants": tally.participants(),
        "seconds": round(seconds, 3),
    }


def _model(classifier: Classifier, tally: Tally, screening: bool) -> dict[str, Any]:
    made = {"name": classifier.name, "version": classifier.version}
    if screening and isinstance(classifier, Screens):
        cleared = tally.cleared[classifier.name]
        return {**made, "screen": {"version": classifier.screen_version, "cleared": cleared}}
    return made


def rules_summary(ruleset: RuleSet) -> dict[str, Any]:
    """Which rules judged."""
    return {"path": ruleset.path, "sha256": ruleset.sha256, "count": len(ruleset.rules)}


def _by_count(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
