import pytest
from review.judging import UNFLAGGED, facts, found, many, scored, verdict

from moderator.evaluation.metrics import wilson
from moderator.review.outcomes import settled
from moderator.review.precision import Precision, precisions


def by_name(found: list[Precision]) -> dict[str, Precision]:
    return {one.name: one for one in found}


def test_right_wrong_and_unsure_are_counted_apart() -> None:
    said = [True] * 8 + [False] * 2 + [None] * 3
    one = by_name(precisions(settled(many(said, facts(found())))))["all flags"]
    assert (one.right, one.wrong, one.unsure, one.decided) == (8, 2, 3, 10)
    assert one.figure == wilson(8, 10)
    assert one.figure is not None
    # Wilson's interval of 8 in 10, as in Agresti and Coull's tables.
    assert (one.figure.low, one.figure.high) == pytest.approx((0.490, 0.943), abs=5e-4)


def test_a_message_counts_for_every_reason_that_flagged_it() -> None:
    both = facts(found(), scored(0.9), scored(0.7, "threat"))
    names = by_name(precisions(settled([verdict(of=both)])))
    assert set(names) == {"all flags", "insult", "threat", "insult.suck", "m: insult", "m: threat"}
    assert all((one.right, one.wrong) == (1, 0) for one in names.values())


def test_a_message_counts_once_however_often_a_rule_matched() -> None:
    names = by_name(precisions(settled([verdict(of=facts(found(), found()))])))
    assert names["insult.suck"].right == 1


def test_what_did_not_flag_gets_no_credit() -> None:
    held = facts(found(), found(rule="insult.guarded", guard="quoting"))
    recorded = facts(found(), found("obscene", rule="obscene.swearing", severity="low"))
    recorded = type(recorded)(recorded.severity, recorded.action, ("insult",), recorded.findings)
    names = by_name(precisions(settled([verdict("m1", of=held), verdict("m2", of=recorded)])))
    assert set(names) == {"all flags", "insult", "insult.suck"}


def test_sampled_messages_are_no_flags() -> None:
    assert precisions(settled([verdict(of=UNFLAGGED)])) == []


def test_nothing_decided_has_no_figure() -> None:
    (one, *_) = precisions(settled([verdict(said="unsure")]))
    assert one.figure is None
