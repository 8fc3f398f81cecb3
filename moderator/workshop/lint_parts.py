"""Policies, rules as a whole, their samples, and guards: what falls, is shadowed, or is idle."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from moderator.config import Guard, Rule, RuleSet
from moderator.records import Severity
from moderator.text import fold
from moderator.workshop.evidence import Evidence, Hit
from moderator.workshop.problems import Places, Problem


def lint_parts(ruleset: RuleSet, full: Evidence, places: Places) -> Iterator[Problem]:
    """Problems that concern more than one term or pattern."""
    yield from _policies(ruleset, places)
    parts: tuple[Rule | Guard, ...] = (*ruleset.rules, *ruleset.guards)
    for part in parts:
        yield from _samples(part, places)
    yield from _rules(ruleset, full, places)
    for guard in ruleset.guards:
        yield from _idle_guard(guard, ruleset, places)


def _policies(ruleset: RuleSet, places: Places) -> Iterator[Problem]:
    for name, policy in ruleset.categories.items():
        line = places.line("category", name)
        for mild, grave in pairwise(Severity):
            if line is not None and policy.actions[mild] > policy.actions[grave]:
                yield Problem(
                    "warning", "falling-action", line, f"categories.{name}",
                    f"what is {grave.name} gets a milder action "
                    f"({policy.actions[grave].name}) than what is {mild.name} "
                    f"({policy.actions[mild].name}); let actions rise with severity",
                )  # fmt: skip


def _samples(part: Rule | Guard, places: Places) -> Iterator[Problem]:
    where = f"{'rule' if isinstance(part, Rule) else 'guard'} {part.id}"
    seen: dict[str, str] = {}
    for name, texts in (("hits", part.hits), ("misses", part.misses)):
        for index, text in enumerate(texts):
            line = places.line(name, part.id, index)
            before = seen.setdefault(fold(text).text, name)
            if line is None:
                continue
            if before != name:
                yield Problem(
                    "error", "contradicting-sample", line, where,
                    "the sample '{}' is among hits and misses; take one out", (text,),
                )  # fmt: skip
            elif fold(text) in map(fold, texts[:index]):
                yield Problem(
                    "warning", "repeated-sample", line, where,
                    "the sample '{}' stands there twice; give another one", (text,),
                )  # fmt: skip


def _rules(ruleset: RuleSet, full: Evidence, places: Places) -> Iterator[Problem]:
    """What the rules' hits show: whether each rule is needed, and each of its patterns works."""
    samples = [(rule, text) for rule in ruleset.rules for text in rule.hits]
    found = full.hits([text for _, text in samples])
    for name, group in groupby(zip(samples, found, strict=True), key=lambda one: one[0][0].id):
        of_rule = [(rule, hits) for (rule, _), hits in group]
        rule = of_rule[0][0]
        line = places.line("id", name)
        if line is not None:
            yield from _shadowed(rule, [hits for _, hits in of_rule], line)
            yield from _unshown(rule, [hits for _, hits in of_rule], places)


def _shadowed(rule: Rule, found: Sequence[Sequence[Hit]], line: int) -> Iterator[Problem]:
    others = [{hit.part.rule.id for hit in hits if _says(hit.part.rule, rule)} for hits in found]
    for other in sorted(set.intersection(*others)):
        yield Problem(
            "warning", "shadowed-rule", line, f"rule {rule.id}",
            f"every hit is found by rule {other} too, of the same category and no less severe; "
            "give a hit that this rule alone finds, or take the rule out",
        )  # fmt: skip


def _unshown(rule: Rule, found: Sequence[Sequence[Hit]], places: Places) -> Iterator[Problem]:
    shown = {hit.part.index for hits in found for hit in hits if hit.part.rule.id == rule.id}
    for index in range(len(rule.tokens) + len(rule.regexes)):
        line = places.line("patterns", rule.id, index)
        if index not in shown and line is not None:
            yield Problem(
                "warning", "unshown-pattern", line, f"rule {rule.id}",
                f"none of the hits matches pattern {index + 1}, so that nothing shows that it "
                "works; give a hit for it",
            )  # fmt: skip


def _says(other: Rule, rule: Rule) -> bool:
    return (
        other.id != rule.id
        and (other.category, other.language) == (rule.category, rule.language)
        and other.severity >= rule.severity
    )


def _idle_guard(guard: Guard, ruleset: RuleSet, places: Places) -> Iterator[Problem]:
    line = places.line("id", guard.id)
    held = {rule.category for rule in ruleset.rules if rule.guarded}
    for category in guard.categories if line is not None else ():
        if category not in held and not ruleset.categories[category].thresholds:
            yield Problem(
                "warning", "idle-guard", line or 0, f"guard {guard.id}",
                f"there is no rule in the category {category} that a guard may hold back, and no "
                "threshold; take the category out of the guard",
            )  # fmt: skip
