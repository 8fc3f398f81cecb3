"""Strikes: what counts, for how long, and against whom."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review.lines import flagged, line

from moderator.records import Severity
from moderator.review.outcomes import settled
from moderator.review.strikes import (
    EXPIRY,
    POINTS,
    Cases,
    Person,
    Scale,
    cases,
    people,
    standing_points,
)
from moderator.review.verdicts import Verdict, parse
from moderator.sources.participants import Joined

SENT = datetime(2026, 6, 10, 10, tzinfo=UTC)
NOW = SENT + timedelta(days=1)


def record(number: int = 1, who: str = "p1", session: str = "s1", **changes: Any) -> dict[str, Any]:
    return flagged(number, participantId=who, sessionId=session, **changes)


def judged(
    of: dict[str, Any], verdict: str = "abusive", reviewer: str = "Ann", **more: Any
) -> Verdict:
    return parse(line(of, verdict=verdict, reviewer=reviewer, **more))


def found(verdicts: list[Verdict], flags: list[dict[str, Any]] | None = None) -> Cases:
    return cases(settled(verdicts), flags or [], Scale())


def only(cases_: Cases, joined: Joined | None = None) -> Person:
    (person,) = people(cases_, joined, NOW)
    return person


@pytest.mark.parametrize("severity", Severity)
def test_a_strike_counts_by_severity_until_it_expires(severity: Severity) -> None:
    person = only(found([judged(record(severity=severity.name))]))
    (strike,) = person.confirmed
    assert (strike.severity, strike.points, strike.sent) == (severity, POINTS[severity], SENT)
    end = SENT + timedelta(days=EXPIRY[severity])
    assert strike.expires == end
    assert standing_points(person.confirmed, end - timedelta(seconds=1)) == POINTS[severity]
    assert standing_points(person.confirmed, end) == 0


def test_graver_is_never_cheaper_nor_sooner_over() -> None:
    for scale in (POINTS, EXPIRY):
        assert [scale[one] for one in Severity] == sorted(scale[one] for one in Severity)


def test_confirmed_and_open_are_never_added_up() -> None:
    one, other = record(1), record(2)
    person = only(found([judged(one)], [one, other, other]))
    assert [strike.message_id for strike in person.confirmed] == ["m1"]
    assert [strike.message_id for strike in person.unconfirmed] == ["m2"], "each flag once"
    assert standing_points(person.confirmed, NOW) == POINTS[Severity.medium]


@pytest.mark.parametrize(
    ("verdicts", "confirmed", "waiting"),
    [
        (["abusive"], 1, 0),
        (["not_abusive"], 0, 0),
        (["unsure"], 0, 1),
        (["abusive", "not_abusive"], 0, 1),
        (["abusive", "abusive", "not_abusive"], 1, 0),
        (["abusive", "unsure"], 1, 0),
        ([], 0, 1),
    ],
)
def test_what_reviewers_said_decides(verdicts: list[str], confirmed: int, waiting: int) -> None:
    of = record()
    said = [judged(of, one, f"R{number}") for number, one in enumerate(verdicts)]
    result = found(said, [of])
    assert (len(result.confirmed), len(result.unconfirmed)) == (confirmed, waiting)
    assert len(people(result, None, NOW)) == min(1, confirmed + waiting)


def test_what_was_recorded_only_is_no_open_flag() -> None:
    assert people(found([], [record(flagged=False)]), None, NOW) == []


def test_what_nothing_flagged_and_a_reviewer_found_abusive_is_low() -> None:
    of = record(flagged=False, severity=None, action=None, categories=[], findings=[])
    (strike,) = only(found([judged(of)])).confirmed
    assert strike.severity is Severity.low


@pytest.mark.parametrize(("stamp", "known"), [("", True), ("soon", True), ("2090-01-01", True)])
def test_a_confirmed_message_without_a_time_is_as_old_as_its_verdict(
    stamp: str, known: bool
) -> None:
    (strike,) = only(found([judged(record(createdAt=stamp))])).confirmed
    assert strike.sent == SENT + timedelta(hours=2)


def test_an_open_flag_without_a_time_stays() -> None:
    (strike,) = only(found([], [record(createdAt="")])).unconfirmed
    assert (strike.sent, strike.expires) == (None, None)
    assert strike.counts(NOW + timedelta(days=9999))


# Who is who


def test_by_participant_id_where_nobody_knows_better() -> None:
    person = only(found([judged(record(1)), judged(record(2, session="s2"))]))
    assert (person.key, person.name, person.unjoined) == ("participantId", "p1", None)
    assert len(person.confirmed) == 2


def test_people_are_told_apart_by_id_and_not_by_name() -> None:
    same = {"displayName": "Sam"}
    result = found([], [record(1, "p1", **same), record(2, "p2", **same)])
    assert [one.name for one in people(result, None, NOW)] == ["p1", "p2"]


def test_the_api_joins_over_sessions() -> None:
    result = found([judged(record(1, "p1", "s1")), judged(record(2, "p2", "s2"))])
    joined = Joined({("s1", "p1"): "sam-7", ("s2", "p2"): "sam-7"}, {})
    person = only(result, joined)
    assert (person.key, person.name) == ("customParticipantId", "sam-7")
    assert person.participant_ids == ("p1", "p2")
    assert len(person.confirmed) == 2


def test_a_verdict_may_state_it() -> None:
    person = only(found([judged(record(), customParticipantId="sam-7")]))
    assert (person.key, person.name) == ("customParticipantId", "sam-7")


def test_the_same_participant_id_is_the_same_person_elsewhere() -> None:
    result = found([judged(record(1, "p1", "s1")), judged(record(2, "p1", "s2"))])
    person = only(result, Joined({("s1", "p1"): "sam-7"}, {("s2", "p1"): "gone"}))
    assert (person.name, len(person.confirmed), person.unjoined) == ("sam-7", 2, None)


def test_a_participant_id_of_two_names_is_not_guessed() -> None:
    result = found([judged(record(n, "p1", f"s{n}")) for n in (1, 2, 3)])
    joined = Joined({("s1", "p1"): "sam-7", ("s2", "p1"): "ann-3"}, {("s3", "p1"): "gone"})
    told = {(one.key, one.name, one.unjoined) for one in people(result, joined, NOW)}
    assert told == {
        ("customParticipantId", "sam-7", None),
        ("customParticipantId", "ann-3", None),
        ("participantId", "p1", "gone"),
    }


def test_a_name_of_the_customers_is_no_participant_id() -> None:
    """Somebody may choose another's participantId as a custom one; they stay two."""
    result = found([judged(record(1, "p1")), judged(record(2, "p2"), customParticipantId="p1")])
    assert len(people(result, None, NOW)) == 2


def test_the_worst_come_first() -> None:
    flags = [record(n, "open") for n in range(10, 14)]
    said = [judged(record(1, "twice")), judged(record(2, "twice")), judged(record(3, "once"))]
    order = [one.name for one in people(found(said, flags), None, NOW)]
    assert order == ["twice", "once", "open"]


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from("abc"), st.sampled_from("xy"), st.booleans()),
        max_size=12,
        unique_by=lambda one: one[:3],
    ),
    st.dictionaries(
        st.tuples(st.sampled_from("xy"), st.sampled_from("abc")), st.sampled_from(["k1", "k2"])
    ),
)
def test_every_strike_is_somebodys_and_nobody_elses(
    messages: list[tuple[int, str, str, bool]], known: dict[tuple[str, str], str]
) -> None:
    records = [(record(n, who, session), settle) for n, who, session, settle in messages]
    result = found([judged(one) for one, settle in records if settle], [one for one, _ in records])
    persons = people(result, Joined(known, {}), NOW)
    assert sorted(s.record_id for p in persons for s in (*p.confirmed, *p.unconfirmed)) == sorted(
        s.record_id for s in (*result.confirmed, *result.unconfirmed)
    )
    assert len(result.confirmed) + len(result.unconfirmed) == len(messages)
    assert len({(one.key, one.name) for one in persons}) == len(persons)
