"""What a maintainer of a rules file gets wrong, found without a single message.

Errors are what can never work: patterns that do not compile, match the empty text, chain optional
tokens or use what RE2 has not; terms that cannot match; samples that contradict each other.
Warnings are what does nothing, or the same thing twice.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from moderator.classifiers.rules import RulesClassifier
from moderator.config import Rule, RuleSet, load, rules_file
from moderator.errors import ConfigError
from moderator.workshop.evidence import Evidence
from moderator.workshop.lint_lists import lint_lists
from moderator.workshop.lint_parts import lint_parts
from moderator.workshop.lint_patterns import lint_patterns
from moderator.workshop.lint_terms import lint_terms
from moderator.workshop.problems import Places, Problem
from moderator.yamlnodes import compose


def lint(source: Path | None = None) -> list[Problem]:
    """Every problem of the file that `load` takes, by line; none of a file that it extends.

    Where patterns cannot be used at all, it is these alone. Raises `ConfigError` for a file that
    does not load.
    """
    ruleset = load(source)
    root, _ = compose(rules_file(source))
    places = Places.of(root)
    try:
        bare, full = Evidence(ruleset, lists=False), Evidence(ruleset)
    except ConfigError:
        return list(_broken(ruleset, places))
    problems = [
        *lint_terms(bare, full, places),
        *lint_patterns(ruleset, places),
        *lint_lists(ruleset, bare, places),
        *lint_parts(ruleset, full, places),
    ]
    return sorted(problems, key=lambda problem: (problem.line, problem.code))


def _broken(ruleset: RuleSet, places: Places) -> Iterator[Problem]:
    """Each pattern on its own, since the classifier stops at the first that it cannot use."""
    for rule in ruleset.rules:
        yield from _broken_rule(ruleset, rule, places)


def _broken_rule(ruleset: RuleSet, rule: Rule, places: Places) -> Iterator[Problem]:
    for index in range(len(rule.terms) + len(rule.tokens) + len(rule.regexes)):
        here = slice(index, index + 1)
        single = replace(
            rule, terms=rule.terms[here], tokens=rule.tokens[here], regexes=rule.regexes[here]
        )
        try:
            RulesClassifier(replace(ruleset, rules=(single,)))
        except ConfigError as error:
            key = "terms" if rule.kind == "terms" else "patterns"
            line = places.line(key, rule.id, index) or 0
            sentence = str(error).removeprefix(f"{rule.place}: ").removesuffix(".")
            text = sentence.replace("{", "{{").replace("}", "}}")
            yield Problem("error", "unusable", line, f"rule {rule.id}", text)
