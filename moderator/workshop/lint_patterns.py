"""Token patterns and expressions that can never match, match too much, or stand there twice."""

import re
from collections.abc import Iterator
from itertools import combinations

from moderator.classifiers.tokeniser import split
from moderator.config import Rule, RuleSet, TokenPattern
from moderator.text import fold
from moderator.workshop.problems import Places, Problem
from moderator.workshop.subsume import subsumes, words

_BEFORE = ("", "do", "i", "you", "it", "gon", "who")
"""What a part of a contraction may be stuck to: do+n't, i+'ll."""

_CLASSES = re.compile(r"\\[pP]\{[^}]*\}|\\.|\(\?P<\w+>|\[:\^?\w+:\]|\(\?[a-zA-Z-]+[:)]")
_UNBOUNDED = re.compile(r"^(?:\(\?[a-z]+\))?\.[*+]|(?<!\\)\.[*+]$")


def lint_patterns(ruleset: RuleSet, places: Places) -> Iterator[Problem]:
    """Problems of kinds tokens and regex, and of the token patterns of guards and behaviour."""
    for rule in ruleset.rules:
        for index, pattern in enumerate(rule.tokens):
            line = places.line("patterns", rule.id, index)
            if line is not None:
                yield from _words(pattern, line, f"rule {rule.id}")
        for index, expression in enumerate(rule.regexes):
            line = places.line("patterns", rule.id, index)
            if line is not None:
                yield from _expression(expression, line, f"rule {rule.id}")
    for guard in ruleset.guards:
        for index, pattern in enumerate(guard.tokens):
            line = places.line("patterns", guard.id, index)
            if line is not None:
                yield from _words(pattern, line, f"guard {guard.id}")
    for behaviour in ruleset.behaviour:
        line = places.line("id", behaviour.id)
        for pattern in (one for patterns in behaviour.signs.values() for one in patterns):
            if line is not None:
                yield from _words(pattern, line, f"behaviour {behaviour.id}")
    yield from _doubles(ruleset, places)


def _words(pattern: TokenPattern, line: int, where: str) -> Iterator[Problem]:
    for token in pattern:
        for value in (token.get("LOWER"), token.get("TEXT")):
            for key in ("IN", "NOT_IN"):
                for word in sorted(words(value, key) or ()):
                    if not _is_token(word):
                        yield Problem(
                            "error", "no-token", line, where,
                            "no token of a folded text is '{}', so that it never matches; "
                            "write it in lower case, and each of its parts as a token of its own",
                            (word,),
                        )  # fmt: skip
        yield from _repeated(token.get("LOWER"), line, where)


def _is_token(word: str) -> bool:
    if fold(word).text != word:
        return False
    return any(split(before + word)[0][-1:] == [word] for before in _BEFORE)


def _repeated(value: object, line: int, where: str) -> Iterator[Problem]:
    lists = value.values() if isinstance(value, dict) else ()
    for listed in (one for one in lists if isinstance(one, list)):
        for word in sorted({word for word in map(str, listed) if listed.count(word) > 1}):
            yield Problem(
                "warning", "repeated-word", line, where,
                "'{}' stands twice in one list of words; take one out", (word,),
            )  # fmt: skip


def _expression(expression: str, line: int, where: str) -> Iterator[Problem]:
    literal = _CLASSES.sub("", expression)
    lost = sorted({c for c in literal if (c.isalpha() or c in "’‘`") and fold(c).text != c})
    if lost and "(?i" not in expression:
        yield Problem(
            "error", "unfolded-expression", line, where,
            "the expression holds {}, which no folded text holds; write it in lower case, "
            "without accents and with a straight apostrophe", (" ".join(lost),),
        )  # fmt: skip
    if _UNBOUNDED.search(expression):
        yield Problem(
            "warning", "unbounded-expression", line, where,
            "the expression begins or ends with .* or .+, so that the finding spans the whole "
            "line; leave that out",
        )  # fmt: skip


def _doubles(ruleset: RuleSet, places: Places) -> Iterator[Problem]:
    for rule in ruleset.rules:
        for first, second in combinations(range(len(rule.regexes)), 2):
            if rule.regexes[first] == rule.regexes[second]:
                yield from _double(rule, second, rule, first, places)
    patterns = [(rule, n) for rule in ruleset.rules for n in range(len(rule.tokens))]
    for (one, i), (other, j) in combinations(patterns, 2):
        if _says(one, other) and subsumes(one.tokens[i], other.tokens[j]):
            yield from _double(other, j, one, i, places)
        elif _says(other, one) and subsumes(other.tokens[j], one.tokens[i]):
            yield from _double(one, i, other, j, places)


def _says(wide: Rule, narrow: Rule) -> bool:
    """Whether a finding of `wide` says all that one of `narrow` does."""
    return wide.id == narrow.id or (
        (wide.category, wide.language, wide.allow) == (narrow.category, narrow.language, ())
        and wide.severity >= narrow.severity
        and wide.guarded <= narrow.guarded
    )


def _double(narrow: Rule, index: int, wide: Rule, other: int, places: Places) -> Iterator[Problem]:
    line = places.line("patterns", narrow.id, index)
    if line is None:
        return
    there = places.line("patterns", wide.id, other)
    named = "this rule" if wide.id == narrow.id else f"rule {wide.id} ({wide.severity.name})"
    which = f"pattern {other + 1} of {named}" + (f", line {there}," if there else "")
    yield Problem(
        "warning", "shadowed-pattern", line, f"rule {narrow.id}",
        f"{which} finds all that this pattern finds; take the narrower one out",
    )  # fmt: skip
