"""Proposed thresholds as a piece of a rules file, with the grounds in comments beside them."""

from collections.abc import Iterator, Mapping, Sequence

from moderator.config import RuleSet
from moderator.review.advice import Advice, by_category
from moderator.review.effects import Effect

FIRST_LINE = "# Thresholds proposed by `moderator calibrate`; read them before you use them."
BUNDLED = ("default", "preset:")


def fragment(
    advice: Sequence[Advice],
    ruleset: RuleSet,
    *,
    wanted: float,
    verdicts: int,
    effects: Mapping[str, Effect],
) -> str:
    """The fragment as YAML; loads as it stands where the rules in use are bundled ones."""
    return "\n".join([*_lines(advice, ruleset, wanted, verdicts, effects), ""])


def _lines(
    advice: Sequence[Advice],
    ruleset: RuleSet,
    wanted: float,
    verdicts: int,
    effects: Mapping[str, Effect],
) -> Iterator[str]:
    yield FIRST_LINE
    yield f"# Wanted: {100 * wanted:g} % of flags right. Grounds: {verdicts:,} decided verdicts."
    if ruleset.path.startswith(BUNDLED):
        yield "version: 1"
        yield f"extends: {ruleset.path.removeprefix('preset:')}"
    else:
        yield "# To be merged by hand into the rules file in use; this is not a file of its own."
    yield "categories:"
    for category, changes in by_category(advice).items():
        yield f"  {category}:"
        for one in changes:
            yield f"    # {one.severity.name}: {one.present:g} -> {one.proposed:g}, {grounds(one)}"
        if category in effects:
            yield f"    # {told(effects[category])}"
        thresholds = dict(ruleset.categories[category].thresholds)
        thresholds |= {one.severity: one.proposed for one in changes}
        listed = ", ".join(f"{each.name}: {thresholds[each]:g}" for each in sorted(thresholds))
        yield f"    thresholds: {{{listed}}}"


def grounds(one: Advice) -> str:
    """Why a threshold is proposed, in one line."""
    if one.state == "follow":
        return "only to stay above the severity below it"
    assert one.expected is not None
    value, low = 100 * one.expected.value, 100 * one.expected.low
    sure = f"{value:.1f} % right, {low:.1f} % or more for sure"
    if one.state == "lower":
        return f"what it lets in is {sure}"
    assert one.precision is not None
    return f"now {100 * one.precision.value:.1f} % right, then {sure}"


def told(effect: Effect) -> str:
    """What would have been flagged more or less, in one line."""
    if effect.more is not None:
        return (
            f"of {effect.messages:,} messages scored, {effect.fewer:,} flagged no longer, "
            f"{effect.more:,} flagged anew"
        )
    unsure = effect.fewer - effect.abusive - effect.harmless
    return (
        f"of {effect.messages:,} flags with verdicts, {effect.fewer:,} flagged no longer: "
        f"{effect.abusive:,} abusive, {effect.harmless:,} not, {unsure:,} unsure"
    )
