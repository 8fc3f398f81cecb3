"""Strikes against a person: abusive messages by severity, over sessions, until they expire.

Confirmed strikes are messages that reviewers found abusive; unconfirmed ones are flags that
nobody has decided on. The two are never added up. A message that reviewers found harmless is no
strike. A confirmed message that nothing had flagged counts as low.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import Any

from moderator.records import Severity
from moderator.review.outcomes import Outcome
from moderator.review.records import record_id
from moderator.sources.fields import parse_time
from moderator.sources.participants import Joined

Pair = tuple[str, str]
"""A session, and a participantId in it."""

POINTS: Mapping[Severity, int] = {
    Severity.low: 1,
    Severity.medium: 2,
    Severity.high: 4,
    Severity.critical: 8,
}
EXPIRY: Mapping[Severity, int] = {
    Severity.low: 30,
    Severity.medium: 60,
    Severity.high: 90,
    Severity.critical: 365,
}
"""Days for which a strike counts, from when the message was sent."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What a strike counts, and for how many days, by severity."""

    points: Mapping[Severity, int] = field(default_factory=lambda: POINTS)
    expiry: Mapping[Severity, int] = field(default_factory=lambda: EXPIRY)


@dataclass(frozen=True, slots=True)
class Strike:
    """One message against its sender. `sent` is None where no time of it is known: it stays."""

    record_id: str
    session_id: str
    message_id: str
    participant_id: str
    severity: Severity
    categories: tuple[str, ...]
    sent: datetime | None
    points: int
    expires: datetime | None

    def counts(self, now: datetime) -> bool:
        """Whether it has not expired."""
        return self.expires is None or now < self.expires


@dataclass(frozen=True, slots=True)
class Person:
    """One person and all that counts against them.

    Strikes are in time order. `key` is customParticipantId where that is known, else
    participantId, and `name` its value. `unjoined` says why it is participantId,
    where the API was asked.
    """

    key: str
    name: str
    participant_ids: tuple[str, ...]
    confirmed: tuple[Strike, ...]
    unconfirmed: tuple[Strike, ...]
    dismissed: int
    unjoined: str | None


@dataclass(frozen=True, slots=True)
class Cases:
    """Everything that reviewers and scans say of people, before it is known who is who."""

    confirmed: tuple[Strike, ...]
    unconfirmed: tuple[Strike, ...]
    dismissed: tuple[Pair, ...]
    stated: Mapping[Pair, str]

    def pairs(self) -> list[Pair]:
        """Whoever is in it, by session and participantId, each once."""
        strikes = (*self.confirmed, *self.unconfirmed)
        everyone = [*((one.session_id, one.participant_id) for one in strikes), *self.dismissed]
        return list(dict.fromkeys(everyone))


def cases(outcomes: Iterable[Outcome], flagged: Iterable[Mapping[str, Any]], scale: Scale) -> Cases:
    """Sorts what reviewers settled, and those flagged records that they did not, into strikes."""
    confirmed: list[Strike] = []
    dismissed: list[Pair] = []
    stated: dict[Pair, str] = {}
    settled: set[str] = set()
    for outcome in outcomes:
        last = outcome.verdicts[-1]
        pair = (last.session_id, last.participant_id)
        for verdict in outcome.verdicts:
            if verdict.custom_participant_id is not None:
                stated[pair] = verdict.custom_participant_id
        if outcome.abusive is None:
            continue
        settled.add(outcome.record_id)
        if not outcome.abusive:
            dismissed.append(pair)
            continue
        severity = Severity[outcome.facts.severity or "low"]
        decided = datetime.fromisoformat(last.at)
        sent = min(parse_time(last.created_at) or decided, decided)
        confirmed.append(
            _strike(outcome.record_id, last.session_id, last.message_id, last.participant_id,
                    severity, outcome.facts.categories, sent, scale)
        )  # fmt: skip
    return Cases(tuple(confirmed), tuple(_open(flagged, settled, scale)), tuple(dismissed), stated)


def _open(
    flagged: Iterable[Mapping[str, Any]], settled: set[str], scale: Scale
) -> Iterator[Strike]:
    """The flags that are not settled, each once, however many files have them."""
    seen = set(settled)
    for record in flagged:
        name = record_id(record)
        if not record.get("flagged") or record["severity"] is None or name in seen:
            continue
        seen.add(name)
        yield _strike(
            name, record["sessionId"], record["id"], record["participantId"],
            Severity[record["severity"]], tuple(record["categories"]),
            parse_time(record["createdAt"]), scale,
        )  # fmt: skip


def _strike(
    record: str,
    session: str,
    message: str,
    participant: str,
    severity: Severity,
    categories: tuple[str, ...],
    sent: datetime | None,
    scale: Scale,
) -> Strike:
    expires = sent + timedelta(days=scale.expiry[severity]) if sent is not None else None
    points = scale.points[severity]
    return Strike(
        record, session, message, participant, severity, categories, sent, points, expires
    )


def people(found: Cases, joined: Joined | None, now: datetime) -> list[Person]:
    """Everyone with a strike, most confirmed points that count first, then unconfirmed ones.

    What a verdict says of who somebody is goes first, then what the API says of that session,
    then what is known of the same participantId from elsewhere, if that is one name alone.
    """
    known = {**(joined.custom if joined is not None else {}), **found.stated}
    elsewhere: defaultdict[str, set[str]] = defaultdict(set)
    for (_, participant), custom in known.items():
        elsewhere[participant].add(custom)

    def who(session: str, participant: str) -> Pair:
        name = known.get((session, participant))
        if name is None and len(elsewhere[participant]) == 1:
            (name,) = elsewhere[participant]
        return ("participantId", participant) if name is None else ("customParticipantId", name)

    groups: defaultdict[Pair, list[Pair]] = defaultdict(list)
    for pair in found.pairs():
        groups[who(*pair)].append(pair)
    against = _Against(found)
    persons = [against.person(key, pairs, joined) for key, pairs in groups.items()]
    return sorted(
        (
            one
            for one in persons
            if one.confirmed or any(strike.counts(now) for strike in one.unconfirmed)
        ),
        key=lambda one: (
            -standing_points(one.confirmed, now),
            -standing_points(one.unconfirmed, now),
            one.name,
        ),
    )


def standing_points(strikes: Iterable[Strike], now: datetime) -> int:
    """The points of those that have not expired."""
    return sum(one.points for one in strikes if one.counts(now))


class _Against:
    """What there is against each participantId of each session."""

    def __init__(self, found: Cases) -> None:
        self._confirmed = _by_pair(found.confirmed)
        self._unconfirmed = _by_pair(found.unconfirmed)
        self._dismissed = Counter(found.dismissed)

    def person(self, key: Pair, pairs: Sequence[Pair], joined: Joined | None) -> Person:
        """All that counts against somebody who is each of `pairs`."""
        kind, name = key
        missed = joined.missed if joined is not None and kind == "participantId" else {}
        return Person(
            key=kind,
            name=name,
            participant_ids=tuple(dict.fromkeys(participant for _, participant in pairs)),
            confirmed=_in_time(one for pair in pairs for one in self._confirmed[pair]),
            unconfirmed=_in_time(one for pair in pairs for one in self._unconfirmed[pair]),
            dismissed=sum(self._dismissed[pair] for pair in pairs),
            unjoined=next((missed[pair] for pair in pairs if pair in missed), None),
        )


def _by_pair(strikes: Iterable[Strike]) -> defaultdict[Pair, list[Strike]]:
    found: defaultdict[Pair, list[Strike]] = defaultdict(list)
    for one in strikes:
        found[one.session_id, one.participant_id].append(one)
    return found


def _in_time(strikes: Iterable[Strike]) -> tuple[Strike, ...]:
    """Oldest first; those of no known time at the end."""
    return tuple(
        sorted(strikes, key=lambda one: one.sent.timestamp() if one.sent is not None else inf)
    )
