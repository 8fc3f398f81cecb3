from doubles import Table, finding
from making import message, ruleset

from moderator.pipeline import Judged
from moderator.policy import Verdict
from moderator.records import Action, Severity, Unscored
from moderator.summary import MOST_TYPES, TOP, Tally, summarise

NOT_FLAGGED = Verdict(False, None, None)


def flagged(who: str, name: str = "Ann", severity: str = "medium") -> Judged:
    verdict = Verdict(True, Severity[severity], Action.review, ("insult",))
    return Judged(message("x", 1, who, name), (finding(severity=severity),), verdict, {}, ())


def test_each_fate_is_counted_apart() -> None:
    tally = Tally()
    tally.add(Judged(message("fine"), (), NOT_FLAGGED, {}, ()))
    tally.add(flagged("p1"))
    held = Verdict(False, Severity.low, Action.record, ("spam",))
    tally.add(Judged(message("x"), (finding("spam", "low"),), held, {}, ()))
    tally.add(Judged(message("x"), (), NOT_FLAGGED, {}, (Unscored("m", "language: de"),)))
    assert (tally.judged, tally.flagged, tally.held_back, tally.unscored) == (4, 1, 1, 1)
    assert tally.categories == {"insult": 1}
    assert tally.unscored_reasons == {"m: language: de": 1}


def test_categories_are_those_that_made_the_flag() -> None:
    tally = Tally()
    both = (finding("spam", "low"), finding("threat", "high"))
    verdict = Verdict(True, Severity.high, Action.hide, ("threat",))
    tally.add(Judged(message("x"), both, verdict, {}, ()))
    assert tally.categories == {"threat": 1}


def test_the_gravest_is_of_what_is_flagged() -> None:
    tally = Tally()
    assert tally.worst() is None
    tally.add(flagged("p1", severity="medium"))
    tally.add(flagged("p1", severity="high"))
    held = Verdict(False, Severity.critical, Action.record, ("threat",))
    tally.add(Judged(message("x"), (finding(severity="critical"),), held, {}, ()))
    assert tally.worst() is Severity.high


def test_people_are_told_apart_by_id_and_not_by_name() -> None:
    tally = Tally()
    for who, name in [("p2", "Sam"), ("p1", "Sam"), ("p2", "Max"), ("p2", "Sam")]:
        tally.add(flagged(who, name))
    assert tally.participants() == [
        {"participantId": "p2", "displayNames": ["Max", "Sam"], "flagged": 3, "severity": "medium"},
        {"participantId": "p1", "displayNames": ["Sam"], "flagged": 1, "severity": "medium"},
    ]


def test_people_come_by_flags_then_severity_then_id() -> None:
    tally = Tally()
    for who, severity in [("b", "low"), ("a", "low"), ("c", "high"), ("d", "low"), ("d", "low")]:
        tally.add(flagged(who, severity=severity))
    assert [one["participantId"] for one in tally.participants()] == ["d", "c", "a", "b"]


def test_only_the_first_few_people_are_named() -> None:
    tally = Tally()
    for number in range(TOP + 5):
        tally.add(flagged(f"p{number:02}"))
    assert len(tally.participants()) == TOP


def test_payload_types_take_no_memory_without_end() -> None:
    tally = Tally()
    for number in range(10 * MOST_TYPES):
        tally.add_type("TEXT_MESSAGE" if number % 2 else f"hostile {number}")
    tally.add_type("x" * 2**20)
    assert len(tally.payload_types) <= MOST_TYPES + 2
    assert tally.payload_types["TEXT_MESSAGE"] == 5 * MOST_TYPES
    assert tally.payload_types.total() == 10 * MOST_TYPES + 1


def test_the_summary_names_what_made_it() -> None:
    rules = ruleset("rules: []\n")
    made = summarise(
        Tally(), source="dump.csv", ruleset=rules,
        classifiers=[Table(name="rules"), Table(name="m")], seconds=1.23456,
    )  # fmt: skip
    assert made["rules"]["sha256"] == rules.sha256
    assert made["models"] == [{"name": "m", "version": "1"}]
    assert made["program"]["name"] == "moderator"
    assert (made["source"], made["seconds"]) == ("dump.csv", 1.235)
