"""Scripts and messages for the tests of behaviour rules."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from making import message, ruleset

from moderator.behaviour.engine import Behaviour
from moderator.behaviour.scripts import run_script
from moderator.classifiers.rules import RulesClassifier
from moderator.records import Finding, Message
from moderator.ruleset import RuleSet

ABUSE = """
rules:
  - id: test.abuse
    kind: terms
    category: insult
    severity: medium
    terms: [you idiot, kys, you are an idiot]
    hits: [you idiot]
    misses: [you]
"""
"""A rules file with one rule, by which abuse is told."""


@cache
def behaviour_rules(kind: str, keys: str) -> RuleSet:
    """One behaviour rule with the id `test.rule`; `keys` is a flow mapping without its braces."""
    severity = "" if "severity" in keys else ", severity: medium"
    return ruleset(
        f"{ABUSE}behaviour:\n  - {{id: test.rule, kind: {kind}, category: spam, "
        f"{keys}{severity}, hits: [['0 a: x']], misses: [['0 a: x']]}}\n"
    )


@cache
def _built(kind: str, keys: str) -> tuple[Behaviour, RulesClassifier]:
    rules = behaviour_rules(kind, keys)
    classifier = RulesClassifier(rules)
    return Behaviour(rules, classifier), classifier


def play(kind: str, keys: str, *lines: str) -> list[Finding]:
    """What one rule finds in a script."""
    behaviour, classifier = _built(kind, keys)
    return run_script(behaviour, classifier, lines)


def named(found: Sequence[Finding]) -> list[tuple[str, ...] | None]:
    """The messages of each finding, by the numbers of their lines."""
    return [finding.messages for finding in found]


def said(
    text: str, number: int, who: str = "a", *, at: str = "", session: str = "s", name: str = ""
) -> Message:
    """A message at a time, by default one second after the one numbered before it."""
    return replace(
        message(text, number, who, name or who),
        session_id=session,
        created_at=at or f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z",
    )
