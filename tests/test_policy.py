import pytest
from doubles import finding
from hypothesis import given
from hypothesis import strategies as st
from making import ruleset

from moderator.classifiers.base import NEVER
from moderator.config import load
from moderator.policy import Policy, Verdict
from moderator.records import CATEGORIES, Action, Severity

POLICY = Policy(ruleset("rules: []\n"))
"""Thresholds 0.6 for medium and 0.9 for high; low is recorded, medium reviewed, high hidden."""


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        (0.0, None),
        (0.5999, None),
        (0.6, Severity.medium),
        (0.8999, Severity.medium),
        (0.9, Severity.high),
        (1.0, Severity.high),
    ],
)
def test_a_score_is_a_finding_from_its_threshold_on(
    score: float, severity: Severity | None
) -> None:
    found = POLICY.findings("m", "1", {"insult": score})
    assert [one.severity for one in found] == ([severity] if severity else [])
    for one in found:
        assert one.threshold == (0.9 if severity is Severity.high else 0.6)
        assert (one.score, one.label, one.rule, one.category) == (score, "insult", None, "insult")


def test_an_unknown_label_is_judged_as_toxicity() -> None:
    (one,) = POLICY.findings("m", "1", {"nastiness": 0.7})
    assert (one.label, one.category) == ("nastiness", "toxicity")


def test_findings_of_a_model_come_highest_first() -> None:
    found = POLICY.findings("m", "1", {"insult": 0.7, "threat": 0.95, "obscene": 0.7, "spam": 0.1})
    assert [one.label for one in found] == ["threat", "insult", "obscene"]


def test_nothing_found_is_no_verdict() -> None:
    assert POLICY.judge([]) == Verdict(flagged=False, severity=None, action=None)


@pytest.mark.parametrize(
    ("severities", "verdict"),
    [
        (["low"], Verdict(False, Severity.low, Action.record, ("insult",))),
        (["medium"], Verdict(True, Severity.medium, Action.review, ("insult",))),
        (["high", "medium"], Verdict(True, Severity.high, Action.hide, ("insult",))),
        (
            ["low", "critical", "high"],
            Verdict(True, Severity.critical, Action.escalate, ("insult",)),
        ),
    ],
)
def test_the_gravest_finding_decides(severities: list[str], verdict: Verdict) -> None:
    assert POLICY.judge([finding(severity=name) for name in severities]) == verdict


def test_a_guard_holds_a_finding_back() -> None:
    guarded = finding(severity="critical", guard="quoted")
    assert POLICY.action(guarded) is Action.record
    assert POLICY.judge([guarded]) == Verdict(False, Severity.critical, Action.record, ("insult",))


def test_a_guarded_finding_does_not_lend_its_severity_to_a_flag() -> None:
    both = [finding(severity="critical", guard="quoted"), finding(severity="medium")]
    assert POLICY.judge(both) == Verdict(True, Severity.medium, Action.review, ("insult",))


FINDINGS = st.lists(
    st.builds(
        finding,
        category=st.sampled_from(CATEGORIES),
        severity=st.sampled_from([severity.name for severity in Severity]),
        guard=st.sampled_from([None, "quoted"]),
    )
)


@given(FINDINGS, st.randoms(use_true_random=False))
def test_the_order_of_findings_does_not_matter(findings: list, source: object) -> None:
    verdict = POLICY.judge(findings)
    source.shuffle(findings)
    assert POLICY.judge(findings) == verdict
    assert verdict.flagged == any(POLICY.action(one) > Action.record for one in findings)


@given(FINDINGS, FINDINGS)
def test_more_findings_never_take_a_flag_away(some: list, more: list) -> None:
    before, after = POLICY.judge(some), POLICY.judge(some + more)
    assert after.flagged >= before.flagged
    if before.flagged:
        assert after.action >= before.action
        assert after.severity >= before.severity


def test_a_flagged_message_has_the_categories_that_ask_for_action() -> None:
    both = [finding("spam", "low"), finding("threat", "high"), finding("obscene", "medium")]
    assert POLICY.judge(both).categories == ("obscene", "threat")
    assert POLICY.judge([finding("spam", "low"), finding("contact", "low")]).categories == (
        "contact",
        "spam",
    )


def test_from_which_score_on_a_label_flags() -> None:
    policy = Policy(load())
    thresholds = load().categories["insult"].thresholds
    assert policy.flags_from("insult") == min(thresholds.values())
    assert policy.flags_from("obscene") == NEVER, "swearing at nobody is only recorded"
    assert policy.flags_from("unheard_of") == policy.flags_from("toxicity")
    assert policy.flags_within({"insult": 0.5, "obscene": NEVER})
    assert not policy.flags_within({"insult": 0.99})
