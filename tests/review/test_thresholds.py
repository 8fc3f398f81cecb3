from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import ruleset
from review.judging import UNFLAGGED, facts, found, ranked, scored, verdict, write

from moderator.config import load
from moderator.errors import ConfigError
from moderator.records import Action, Severity
from moderator.review.advice import Advice, needed
from moderator.review.effects import Effect, on_records, on_scores
from moderator.review.outcomes import settled
from moderator.review.recall import Sampled
from moderator.review.study import TOGETHER, study, write_fragment
from moderator.review.thresholds import changed, propose

RULES = ruleset("")
"""Every category flags from 0.6 (medium) and 0.9 (high) on."""

Rows = list[tuple[float, bool]]


def spread(low: float, high: float, count: int, wrong_every: int | None = None) -> Rows:
    """Scores from `low` up to `high`, every so manieth wrong."""
    step = (high - low) / count
    return [
        (round(low + step * at, 4), wrong_every is None or at % wrong_every != 0)
        for at in range(count)
    ]


def advice(rows: Rows, wanted: float = 0.9, **options: Any) -> dict[str, Advice]:
    found_ = propose(ranked(rows), options.pop("rules", RULES), wanted, **options)
    return {one.severity.name: one for one in found_ if one.category == "insult"}


def test_the_fewest_verdicts_follow_from_the_bound() -> None:
    """All right, the lower end of Wilson's interval is n / (n + z²); z is 2.576 for five tries."""
    assert [needed(wanted) for wanted in (0.5, 0.8, 0.9, 0.95, 0.99)] == [7, 27, 60, 127, 657]


def test_too_few_verdicts_propose_nothing() -> None:
    one = advice(spread(0.6, 0.9, 59, wrong_every=2))["medium"]
    assert (one.state, one.proposed, one.decided, one.needed) == ("few", 0.6, 59, 60)


def test_a_threshold_that_is_right_stays() -> None:
    assert advice(spread(0.6, 0.9, 200))["medium"].state == "holds"
    seems = advice(spread(0.6, 0.9, 80, wrong_every=12))["medium"]
    assert (seems.state, seems.proposed) == ("seems", 0.6)


def test_a_threshold_that_is_wrong_rises_to_where_the_lower_bound_is_right() -> None:
    rows = spread(0.6, 0.75, 100, wrong_every=2) + spread(0.75, 0.9, 200)
    one = advice(rows)["medium"]
    assert one.state == "raise"
    assert 0.7 < one.proposed < 0.8
    assert one.precision is not None
    assert one.expected is not None
    assert one.precision.value < 0.9 <= one.expected.low
    kept = [abusive for score, abusive in rows if score >= one.proposed]
    assert one.expected.value == sum(kept) / len(kept)


def test_where_no_threshold_is_sure_nothing_is_proposed() -> None:
    one = advice(spread(0.6, 0.9, 300, wrong_every=5))["medium"]
    assert (one.state, one.proposed) == ("unreached", 0.6)


def test_severities_keep_rising() -> None:
    rows = spread(0.6, 0.9, 150, wrong_every=2) + spread(0.9, 0.95, 60, wrong_every=3)
    both = advice(rows + spread(0.95, 1.0, 200))
    assert both["medium"].state == "raise"
    assert both["medium"].proposed >= 0.9
    assert both["high"].proposed > both["medium"].proposed
    policy = changed(RULES, both.values())["insult"]
    assert sorted(policy.thresholds.values()) == [
        policy.thresholds[s] for s in sorted(Severity)[1:3]
    ]


def test_a_severity_follows_the_one_below_it() -> None:
    rows = spread(0.6, 0.92, 200, wrong_every=2) + spread(0.92, 0.99, 200)
    rules = replace(RULES, categories={
        **RULES.categories,
        "insult": replace(RULES.categories["insult"], thresholds={
            Severity.medium: 0.6, Severity.high: 0.61,
        }),
    })  # fmt: skip
    both = advice(rows, rules=rules)
    assert both["high"].proposed > both["medium"].proposed > 0.61


@given(
    st.lists(st.tuples(st.integers(6000, 9999), st.booleans()), min_size=1, max_size=400),
    st.sampled_from([0.5, 0.8, 0.9]),
)
def test_proposals_only_rise_and_stay_in_order(rows: list[tuple[int, bool]], wanted: float) -> None:
    found_ = propose(ranked((score / 10_000, abusive) for score, abusive in rows), RULES, wanted)
    assert all(one.present <= one.proposed <= 1 for one in found_)
    for policy in changed(RULES, found_).values():
        limits = [policy.thresholds[severity] for severity in sorted(policy.thresholds)]
        assert limits == sorted(set(limits))


def test_what_only_records_is_let_be() -> None:
    policy = RULES.categories["insult"]
    recorded = replace(policy, actions={**policy.actions, Severity.medium: Action.record})
    rules = replace(RULES, categories={**RULES.categories, "insult": recorded})
    assert set(advice(spread(0.6, 0.99, 300, wrong_every=2), rules=rules)) == {"high"}


def test_verdicts_on_an_older_model_are_left_out() -> None:
    old = [
        verdict(f"o{at}", "not_abusive", facts(scored(0.7)), at="2026-01-01T00:00:00.000Z")
        for at in range(100)
    ]
    new = [verdict(f"n{at}", "abusive", facts(scored(0.7, version="2"))) for at in range(90)]
    (medium, _) = propose(settled([*old, *new]), RULES, 0.9)
    assert (medium.decided, medium.state) == (90, "holds")


def test_labels_that_are_no_category_count_as_toxicity() -> None:
    outcomes = settled([verdict(of=facts(scored(0.7, "nasty", category="toxicity")))])
    assert {one.category for one in propose(outcomes, RULES, 0.9)} == {"toxicity"}


# A sample lets thresholds down


def sample_of(rows: Rows, weight: float = 5.0) -> tuple[list[Sampled], list[Any]]:
    sampled, verdicts = [], []
    for at, (score, abusive) in enumerate(rows):
        one = verdict(f"u{at}", "abusive" if abusive else "not_abusive", UNFLAGGED)
        verdicts.append(one)
        scores = {"m": {"insult": score}}
        sampled.append(
            Sampled(one.record_id, "s1", "near", weight, round(weight * len(rows)), 90, scores)
        )
    return sampled, verdicts


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        (spread(0.45, 0.6, 120) + spread(0.3, 0.45, 60, wrong_every=2), "lower"),
        (spread(0.3, 0.6, 120, wrong_every=3), "holds"),
        (spread(0.45, 0.6, 40), "holds"),
    ],
)
def test_only_a_good_sample_lowers(rows: Rows, state: str) -> None:
    sampled, verdicts = sample_of(rows)
    flags = [verdict(f"f{at}", of=facts(scored(0.7))) for at in range(90)]
    (medium, high) = propose(settled([*flags, *verdicts]), RULES, 0.9, [sampled])
    assert medium.state == state
    assert high.proposed == 0.9
    if state == "lower":
        assert 0.4 < medium.proposed < 0.6
        assert medium.expected is not None
        assert medium.expected.low >= 0.9
    else:
        assert medium.proposed == 0.6


def test_a_lowered_threshold_stays_above_a_lower_severity() -> None:
    policy = RULES.categories["insult"]
    thresholds = {Severity.low: 0.5, **policy.thresholds}
    rules = replace(RULES, categories={
        **RULES.categories, "insult": replace(policy, thresholds=thresholds),
    })  # fmt: skip
    sampled, verdicts = sample_of(spread(0.3, 0.6, 200))
    (medium,) = propose(settled(verdicts), rules, 0.5, [sampled])
    assert medium.state == "lower"
    assert 0.5 < medium.proposed < 0.6


# What they would change


def test_effects_on_flags_with_verdicts() -> None:
    outcomes = settled([
        verdict("a", "abusive", facts(scored(0.65))),
        verdict("b", "not_abusive", facts(scored(0.65))),
        verdict("c", "unsure", facts(scored(0.65))),
        verdict("d", "not_abusive", facts(scored(0.65), found())),
        verdict("e", "not_abusive", facts(scored(0.65), scored(0.65, "threat"))),
        verdict("f", "abusive", facts(scored(0.95))),
        verdict("g", "abusive", UNFLAGGED),
    ])  # fmt: skip
    after = changed(RULES, [Advice("insult", Severity.medium, 0.6, 0.7, "raise", 0, 0)])
    assert on_records(outcomes, RULES.categories, after) == Effect(6, 3, abusive=1, harmless=1)


def test_effects_on_all_scores() -> None:
    rest = "kind: terms, category: insult, terms: [x], hits: [x], misses: [y]"
    rules = ruleset(
        f"rules:\n  - {{id: a.flags, severity: medium, {rest}}}\n"
        f"  - {{id: a.records, severity: low, {rest}}}\n"
    )

    def line(score: float, flagged: bool, *ids: str) -> dict[str, Any]:
        return {"flagged": flagged, "rules": list(ids), "scores": {"m": {"insult": score}}}

    lines = [
        line(0.65, True),
        line(0.65, True, "a.records"),
        line(0.65, True, "a.flags"),
        line(0.2, True),  # by something that no score explains
        line(0.8, True),
        line(0.55, False),
        line(0.2, False),
    ]
    medium = Advice("insult", Severity.medium, 0.6, 0.7, "raise", 0, 0)
    changes = {
        "up": changed(rules, [medium]),
        "down": changed(rules, [replace(medium, proposed=0.5)]),
    }
    assert on_scores(lines, rules, changes) == {
        "up": Effect(7, 2, more=0),
        "down": Effect(7, 0, more=1),
    }


# Written down


def test_a_fragment_loads_as_rules_and_changes_what_it_says(tmp_path: Path) -> None:
    rules = load()
    present = rules.categories["insult"].thresholds
    low, high = present[Severity.medium], present[Severity.high]
    middle = (low + high) / 2
    rows = spread(low, middle, 150, wrong_every=2) + spread(middle, high, 250)
    verdicts = write(tmp_path / "v.jsonl", [one for o in ranked(rows) for one in o.verdicts])
    done = study(verdicts, rules, wanted=0.9)
    text = done.fragment()
    assert text is not None
    path = tmp_path / "fragment.yaml"
    write_fragment(text, path)
    (raised,) = [one for one in done.advice if one.proposed != one.present]
    loaded = load(path)
    assert loaded.categories["insult"].thresholds == {**present, Severity.medium: raised.proposed}
    assert {name: one for name, one in loaded.categories.items() if name != "insult"} == {
        name: one for name, one in rules.categories.items() if name != "insult"
    }
    assert loaded.rules == rules.rules
    assert set(done.effects) == {"insult", TOGETHER}
    assert f"# medium: {low:g} -> {raised.proposed:g}, now " in text
    write_fragment(text, path)


def test_for_rules_of_ones_own_the_fragment_is_to_be_merged(tmp_path: Path) -> None:
    rows = spread(0.6, 0.75, 100, wrong_every=2) + spread(0.75, 0.9, 200)
    verdicts = write(tmp_path / "v.jsonl", [one for o in ranked(rows) for one in o.verdicts])
    text = study(verdicts, RULES, wanted=0.9).fragment()
    assert text is not None
    assert "extends" not in text
    assert "merged by hand" in text


def test_nothing_but_an_earlier_proposal_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("version: 1\n")
    with pytest.raises(ConfigError, match="no earlier proposal"):
        write_fragment("x", path)
    assert path.read_text() == "version: 1\n"
