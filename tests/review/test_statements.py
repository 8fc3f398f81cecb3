import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from review.judging import facts, found, scored, verdict

from moderator.config import load
from moderator.errors import ConfigError
from moderator.records import CATEGORIES
from moderator.review import mapping
from moderator.review.notice import Sender, notice
from moderator.review.outcomes import settled
from moderator.review.personal import Persons
from moderator.review.statements import (
    FIXED,
    MOST_MEANS,
    Checks,
    Decision,
    Terms,
    decisions,
    statement,
)
from moderator.review.verdicts import ACTIONS, FindingFacts, Verdict

RULES = load()
TELLING = mapping.load()
VALIDATOR = Draft202012Validator(mapping.schema(), format_checker=FormatChecker())
TERMS = Terms("https://example.org/terms", "Community rules, section 4")


def decided(verdicts: Iterable[Verdict]) -> tuple[list[Decision], Counter[str]]:
    passed: Counter[str] = Counter()
    return list(decisions(settled(verdicts), TELLING, passed)), passed


def stated(*findings: FindingFacts, action: str = "removed", **changes: Any) -> dict[str, Any]:
    of = facts(*(findings or (found(),)))
    ((one,), _) = decided([verdict(of=of, action=action, **changes)])
    return statement(one, RULES, TERMS)


# The schema


VALID = {
    "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "incompatible_content_ground": "Rules",
    "incompatible_content_explanation": "Not allowed.",
    "content_type": ["CONTENT_TYPE_TEXT"],
    "category": "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    "content_date": "2026-06-10",
    "application_date": "2026-06-11",
    "decision_facts": "Facts.",
    "source_type": "SOURCE_VOLUNTARY",
    "automated_detection": "Yes",
    "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
    "puid": "a-B_9",
}
GONE = object()
ILLEGAL = {
    "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
    "incompatible_content_ground": GONE,
    "incompatible_content_explanation": GONE,
    "illegal_content_legal_ground": "Law",
    "illegal_content_explanation": "Against it.",
}


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**VALID, **changes}.items() if value is not GONE}


def test_the_schema_is_itself_valid() -> None:
    Draft202012Validator.check_schema(mapping.schema())
    VALIDATOR.validate(VALID)


@pytest.mark.parametrize(
    "changes",
    [
        ILLEGAL,
        {"incompatible_content_illegal": "No"},
        {"decision_visibility": GONE, "decision_account": "DECISION_ACCOUNT_TERMINATED"},
        {"decision_visibility": GONE, "decision_provision": "DECISION_PROVISION_TOTAL_SUSPENSION"},
        {"decision_visibility": GONE, "decision_monetary": "DECISION_MONETARY_SUSPENSION"},
        {"decision_visibility": ["DECISION_VISIBILITY_OTHER"], "decision_visibility_other": "x"},
        {"decision_monetary": "DECISION_MONETARY_OTHER", "decision_monetary_other": "x"},
        {"category_specification": ["KEYWORD_HATE_SPEECH"]},
        {"category_specification": ["KEYWORD_OTHER"], "category_specification_other": "x"},
        {"category_addition": ["STATEMENT_CATEGORY_VIOLENCE"]},
        {"account_type": "ACCOUNT_TYPE_PRIVATE"},
        {"territorial_scope": ["DE", "IS"], "content_language": "EN"},
        {"source_type": "SOURCE_TRUSTED_FLAGGER", "source_identity": "x"},
        {"source_type": "SOURCE_ARTICLE_16"},
        {"end_date_account_restriction": "2026-12-31"},
        {"decision_facts": "x" * 5_000, "incompatible_content_explanation": "x" * 2_000},
        {"puid": "x" * 500, "content_date": "2000-01-01", "application_date": "2038-12-31"},
    ],
)
def test_what_the_database_takes(changes: dict[str, Any]) -> None:
    VALIDATOR.validate(changed(changes))


@pytest.mark.parametrize(
    "changes",
    [
        *({key: GONE} for key in VALID),
        {**ILLEGAL, "illegal_content_legal_ground": GONE},
        {**ILLEGAL, "illegal_content_explanation": GONE},
        {**ILLEGAL, "incompatible_content_ground": "x"},
        {**ILLEGAL, "incompatible_content_illegal": "Yes"},
        {"illegal_content_explanation": "x"},
        {"decision_visibility": []},
        {"decision_visibility": ["DECISION_VISIBILITY_OTHER"]},
        {"decision_visibility_other": "x"},
        {"decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"] * 2},
        {"decision_monetary": "DECISION_MONETARY_OTHER"},
        {"decision_monetary_other": "x"},
        {"decision_account": "DECISION_ACCOUNT_DELETED"},
        {"content_type": ["CONTENT_TYPE_SHOUTING"]},
        {"content_type": []},
        {"category": "STATEMENT_CATEGORY_RUDENESS"},
        {"category_addition": ["x"]},
        {"category_specification": ["KEYWORD_RUDENESS"]},
        {"category_specification": ["KEYWORD_OTHER"]},
        {"category_specification_other": "x"},
        {"territorial_scope": ["US"]},
        {"content_language": "english"},
        {"content_date": "1999-12-31"},
        {"content_date": "2026-02-30"},
        {"content_date": "2026-06-10T10:00:00Z"},
        {"application_date": "2019-12-31"},
        {"application_date": "2039-01-01"},
        {"end_date_account_restriction": "soon"},
        {"decision_facts": ""},
        {"decision_facts": "x" * 5_001},
        {"incompatible_content_explanation": "x" * 2_001},
        {"incompatible_content_ground": "x" * 501},
        {"decision_ground_reference_url": "not a link"},
        {"decision_ground_reference_url": "https://example.org/" + "x" * 481},
        {"source_identity": "x"},
        {"source_type": "SOURCE_RUMOUR"},
        {"automated_detection": True},
        {"automated_decision": "AUTOMATED_DECISION_MAYBE"},
        {"puid": "no blanks"},
        {"puid": "x" * 501},
        {"puid": ""},
        {"participantId": "p1"},
    ],
)
def test_what_the_database_refuses(changes: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(changed(changes))


# The mapping


def test_every_category_is_told() -> None:
    assert set(TELLING.grounds) == set(CATEGORIES)
    assert set(TELLING.restrictions) == {"hide", "removed", "suspended", "banned"}
    assert set(TELLING.restrictions) <= set(ACTIONS)


def own(tmp_path: Path, body: str) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(f"version: 1\nextends: default\nstatements:\n{body}", "utf-8")
    return path


def test_a_file_of_ones_own_says_only_what_it_wants_otherwise(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        "  terms: house rules\n"
        "  actions:\n    warned: {visibility: CONTENT_LABELLED, words: the message was marked}\n"
        "  categories:\n"
        "    spam: {category: SCAMS_AND_FRAUD, keywords: [PHISHING], words: fraud}\n",
    )
    telling = mapping.load(path)
    assert telling.grounds["spam"].keywords == ("KEYWORD_PHISHING",)
    assert telling.grounds["insult"] == replace(TELLING.grounds["insult"], terms="house rules")
    assert telling.restrictions["warned"].fields == {
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_LABELLED"]
    }
    assert telling.restrictions["banned"] == TELLING.restrictions["banned"]
    assert load(path).rules == RULES.rules


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("  colour: red\n", "line 4, .*unknown key"),
        ("  actions: {kicked: {account: SUSPENDED, words: x}}\n", "kicked.*unknown key"),
        ("  actions: {hide: {words: x}}\n", "one of visibility, provision, account"),
        ("  actions: {hide: {visibility: GONE, words: x}}\n", "'GONE' is not known"),
        ("  actions: {hide: {visibility: OTHER, words: x}}\n", "'OTHER' is not known"),
        ("  categories: {spam: {words: x}}\n", "key category is missing"),
        ("  categories: {spam: {category: SPAM, words: x}}\n", "'SPAM' is not known"),
        (
            "  categories: {spam: {category: VIOLENCE, keywords: [NOISE], words: x}}\n",
            "'NOISE' is not known",
        ),
        (
            "  categories: {spam: {category: VIOLENCE, keywords: [OTHER], words: x}}\n",
            "OTHER and the text",
        ),
        (
            f"  categories: {{spam: {{category: VIOLENCE, words: {'x' * 121}}}}}\n",
            "more than 120 characters",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, body: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        mapping.load(own(tmp_path, body))


# Statements


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("action", ["hide", "removed", "suspended", "banned"])
def test_every_category_and_action_gives_a_valid_statement(category: str, action: str) -> None:
    one = stated(found(category), action=action)
    VALIDATOR.validate(one)
    assert one["category"] == TELLING.grounds[category].category
    assert one["automated_detection"] == "Yes"
    assert one["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"
    fields = [key for key in one if key.startswith("decision_") and key.split("_")[1] in {
        "visibility", "account", "provision", "monetary",
    }]  # fmt: skip
    assert fields == [
        "decision_visibility" if action in {"hide", "removed"} else "decision_account"
    ]


def test_a_statement_says_what_was_found_by_what_and_when() -> None:
    one = stated(
        found("insult", rule="insult.suck"),
        scored(0.97, "threat", severity="high"),
        created="2026-06-10T23:30:00-02:00",
        at="2026-06-12T00:30:00.000Z",
    )
    assert (one["content_date"], one["application_date"]) == ("2026-06-11", "2026-06-12")
    assert one["category_specification"] == ["KEYWORD_CYBER_BULLYING_INTIMIDATION"]
    assert "category_addition" not in one
    assert "the rule insult.suck, a language model with its label threat" in one["decision_facts"]
    assert "threats against a person, insults aimed at a person" in one["decision_facts"]
    assert one["incompatible_content_ground"] == "Community rules, section 4"
    assert one["decision_ground_reference_url"] == "https://example.org/terms"


def test_a_name_that_was_flagged_is_told_as_such() -> None:
    assert "found in its text: " in stated()["decision_facts"]
    name = found(field="displayName")
    assert "found in the display name shown with it: " in stated(name)["decision_facts"]
    assert "its text, the display name shown" in stated(name, found())["decision_facts"]


def test_the_gravest_category_comes_first_and_the_others_are_added() -> None:
    one = stated(found("spam", severity="high"), found("insult"), found("identity_attack"))
    assert one["category"] == TELLING.grounds["spam"].category
    assert one["category_addition"] == [
        "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
    ]


def test_all_categories_at_once_keep_the_bounds() -> None:
    findings = [found(category, rule=rule.id) for category in CATEGORIES for rule in RULES.rules]
    one = stated(*findings)
    VALIDATOR.validate(one)
    assert one["decision_facts"].count("the rule ") == MOST_MEANS
    assert ", others)" in one["decision_facts"]


def test_the_longest_texts_of_a_rules_file_keep_the_bounds(tmp_path: Path) -> None:
    long = "x" * 120
    body = "".join(
        f"    {name}: {{category: VIOLENCE, words: {name}{long[len(name) :]}, terms: {long}}}\n"
        for name in CATEGORIES
    )
    telling = mapping.load(own(tmp_path, f"  categories:\n{body}"))
    of = facts(*(found(name) for name in CATEGORIES))
    outcomes = settled([verdict(of=of, action="banned")])
    (one,) = decisions(outcomes, telling, Counter())
    VALIDATOR.validate(statement(one, RULES, Terms(None, "y" * 500)))


@pytest.mark.parametrize(
    ("verdicts", "reason"),
    [
        ([verdict(said="not_abusive", action="removed")], "not confirmed"),
        ([verdict(said="unsure", action="removed")], "not confirmed"),
        ([verdict(action="banned"), verdict(said="not_abusive", reviewer="b")], "not confirmed"),
        *([[verdict(action=action)], "no action"] for action in (None, "record", "review",
                                                                "escalate", "warned")),
        ([verdict(of=facts(found(guard="quoting")), action="hide")], "nothing was found"),
        ([verdict(created="", action="hide")], "date is not known"),
        ([verdict(created="yesterday", action="hide")], "date is not known"),
        ([verdict(created="1999-06-10T10:00:00Z", action="hide")], "date is not known"),
    ],
)  # fmt: skip
def test_what_needs_or_gets_no_statement_is_counted(verdicts: list[Verdict], reason: str) -> None:
    made, passed = decided(verdicts)
    assert not made
    assert sum(passed.values()) == 1
    assert reason in next(iter(passed))


def test_each_action_is_told_once_by_the_first_who_took_it() -> None:
    first = verdict(action="removed", at="2026-06-11T09:00:00.000Z", reviewer="a")
    second = verdict(
        action="removed", at="2026-06-13T09:00:00.000Z", reviewer="b", record_hash="f" * 64
    )
    third = verdict(action="banned", at="2026-06-12T09:00:00.000Z", reviewer="c")
    made, _ = decided([second, first, third])
    assert [one.verdict for one in made] == [first, third]
    assert len({one.puid for one in made}) == 2


def test_a_puid_stays_and_says_nothing() -> None:
    one, other = stated(), stated(record_hash="e" * 64)
    assert one["puid"] == stated()["puid"] != other["puid"]
    assert re.fullmatch(r"[0-9a-f]{32}", one["puid"])


# No personal data


NAME, ID, MAIL, PHONE = "Wilhelmina Ødegård", "8d1c-77aa-prt", "w.o@example.com", "+47 400 12 345"
TEXT = "you are the worst teacher this school ever had"
RECORD: dict[str, Any] = {
    "sessionId": "sess-1234-abcd", "meetingId": "meet-99-x", "id": "msg-5678-efgh",
    "participantId": ID, "displayName": NAME, "payload": TEXT,
    "context": {
        "before": [
            {"id": "b", "participantId": "nb-4711", "displayName": "Óscar", "payload": MAIL},
        ],
        "after": [],
    },
}  # fmt: skip


def checks() -> Checks:
    persons = Persons(FIXED)
    persons.add_record(RECORD)
    persons.add_verdict(verdict(who=ID, reviewer="Rita Reviewer", note="he did this to Ana before"))
    return Checks(persons, RULES)


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        (NAME, "a person's name"),
        (NAME.upper(), "a person's name"),
        ("wilhelmina", "a person's name"),
        ("Óscar", "a person's name"),
        ("Rita", "a person's name"),
        (ID, "an id"),
        ("nb-4711", "an id"),
        ("sess-1234-abcd", "an id"),
        (MAIL, "an e-mail address"),
        ("somebody.else@example.net", "an e-mail address"),
        (PHONE, "a telephone number"),
        ("0171/2345678", "a telephone number"),
        ("@somebody", "a handle"),
        ("the worst teacher", "a message's text"),
        ("THE WORST, teacher!", "a message's text"),
        ("did this to", "a reviewer's note"),
    ],
)
@pytest.mark.parametrize(
    "field", ["incompatible_content_ground", "incompatible_content_explanation", "decision_facts",
              "category_specification_other", "decision_ground_reference_url"],
)  # fmt: skip
def test_whatever_of_a_person_is_planted_is_found(planted: str, kind: str, field: str) -> None:
    one = stated()
    one[field] = f"{one.get(field, '')} {planted}, and so on"
    written = kind in {"a message's text", "a reviewer's note"}
    if written and field == "decision_ground_reference_url":
        assert checks().refusal(one) is None  # links to one's own pages stand in many a message
    else:
        assert checks().refusal(one) == f"{kind} in {field}"


def test_an_honest_statement_passes() -> None:
    assert checks().refusal(stated(found("threat"), scored(0.9))) is None


def test_ids_and_labels_from_outside_do_not_get_through() -> None:
    sly = [found(rule=f"the.{NAME}"), scored(0.9, MAIL, category="insult"), found(rule=TEXT)]
    text = json.dumps(stated(*sly), ensure_ascii=False)
    assert "by automated means (a rule, a language model)" in text
    assert not any(planted in text for planted in (NAME, MAIL, TEXT))


def test_whoever_is_called_like_a_word_of_ours_hinders_nothing() -> None:
    persons = Persons(FIXED)
    persons.add_record({**RECORD, "displayName": "Person", "participantId": "chat"})
    persons.add_record({**RECORD, "displayName": "kill you", "payload": "a rule"})
    of_rule = stated(found("threat", rule="threat.kill-you"))
    assert "threat.kill-you" in of_rule["decision_facts"]
    assert Checks(persons, RULES).refusal(of_rule) is None


def test_nobody_can_hold_all_statements_up_by_a_name() -> None:
    persons = Persons(FIXED, ["Community rules, section 4"])
    for name in ("Rules", "4", "community", "EU"):
        persons.add_record({**RECORD, "displayName": name, "participantId": "4", "payload": "4"})
    assert Checks(persons, RULES).refusal(stated()) is None
    persons.add_record({**RECORD, "displayName": "Community Rules"})
    refusal = Checks(persons, RULES).refusal(stated())
    assert refusal == "a person's name in incompatible_content_ground"


def test_a_puid_that_holds_an_id_is_refused() -> None:
    assert checks().refusal({**stated(), "puid": f"x-{ID}"}) == "an id in puid"


def test_an_invalid_statement_is_refused_without_being_shown() -> None:
    with pytest.raises(ConfigError, match="incompatible_content_ground") as caught:
        checks().validate({**stated(), "incompatible_content_ground": NAME * 100})
    assert NAME not in str(caught.value)


# The notice


def test_a_notice_says_all_that_it_has_to_and_nothing_of_others() -> None:
    ((one,), _) = decided(
        [verdict(who=ID, session="sess-1", action="banned", note="ask Ana", reviewer="Rita")]
    )
    sender = Sender("Example Classes Ltd", "appeals@example.org")
    text = notice(one, TERMS, sender, datetime(2026, 6, 12, tzinfo=UTC))
    for part in (
        f"To the participant {ID}", "Example Classes Ltd", "appeals@example.org", one.puid,
        "The account was closed", "10 June 2026 at 10:00 UTC", "sess-1",
        "insults aimed at a person", "Community rules, section 4", "https://example.org/terms",
        "A program that looks for abusive messages", "If you do not agree", "court",
        "12 June 2026", "until we tell you otherwise",
    ):  # fmt: skip
        assert part in " ".join(text.split())
    assert not any(word in text for word in ("Rita", "Ana", "None", "{{"))
    assert max(map(len, text.splitlines())) <= 80


def test_a_notice_shows_no_steering_characters() -> None:
    ((one,), _) = decided([verdict(who="p\x1b[31m\u202e\nx", action="hide")])
    text = notice(one, Terms(), Sender("A", "b"), datetime(2026, 6, 12, tzinfo=UTC))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "until we tell you" not in text
