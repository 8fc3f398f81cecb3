"""A rules file of a stranger: it runs nothing, reads no other file, and lets no message hang."""

import time
from pathlib import Path

import pytest
from making import HEAD, rule

from moderator.classifiers.rules import RulesClassifier
from moderator.config import load
from moderator.errors import ConfigError
from moderator.records import Assessment

LONG_ENOUGH = 10.0
"""Seconds. What these patterns and texts did before they were refused took minutes to years."""


def refused(tmp_path: Path, text: str) -> str:
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    began = time.monotonic()
    with pytest.raises(ConfigError) as error:
        load(path)
    assert time.monotonic() - began < LONG_ENOUGH
    return str(error.value)


@pytest.mark.parametrize(
    "tagged",
    [
        "!!python/object/apply:os.system ['touch {trap}']",
        "!!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ['{trap}']]",
        "!!python/object/new:os.system ['touch {trap}']",
        "!!python/name:os.system",
        "!!python/module:antigravity",
        "!include {secret}",
    ],
)
@pytest.mark.parametrize("place", ["HERE\n", "version: HERE\n", HEAD + "allow: HERE\n"])
def test_no_tag_is_resolved(tmp_path: Path, tagged: str, place: str) -> None:
    trap, secret = tmp_path / "trap", tmp_path / "secret"
    secret.write_text("allow: [canary-of-a-file]")
    path = tmp_path / "rules.yaml"
    path.write_text(place.replace("HERE", tagged.format(trap=trap, secret=secret)))
    try:
        outcome = repr(load(path))  # a list with a tag is a list of words
    except ConfigError as error:
        outcome = str(error)
    assert "canary" not in outcome
    assert not trap.exists()


@pytest.mark.parametrize(
    "name",
    ["../secret.yaml", "{folder}/secret.yaml", "file:///etc/passwd", "preset:classroom", "secret"],
)
def test_only_bundled_files_can_be_extended(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.yaml").write_text("version: canary")
    message = refused(tmp_path, f"version: 1\nextends: {name.format(folder=tmp_path)!r}\n")
    assert "known are default, classroom, adult, gaming" in message


@pytest.mark.parametrize(
    "token",
    [
        "{LOWER: {REGEX: '(a|a)*b'}}",
        "{TEXT: {REGEX: '(a|a)*b'}}",
        "{LOWER: {IN: [a], REGEX: '(a|a)*b'}}",
        "{LOWER: {FUZZY: idiot}}",
        "{LOWER: {FUZZY9: idiot}}",
        "{REGEX: '(a|a)*b'}",
        "{_: {anything: 1}}",
        "{ORTH: a}",
        "{LOWER: a, OP: '{1,99999999}'}",
        "{LENGTH: {IN: [1]}}",
    ],
)
def test_token_patterns_run_no_backtracking_expression(token: str) -> None:
    with pytest.raises(ConfigError, match=r"unknown attribute|takes"):
        RulesClassifier(rule("tokens", f"[[{token}]]"))


RUNS = {
    "optional, eleven times": "[{LOWER: a, OP: '?'}, {LOWER: a}]" * 11,
    "repeated, alone": "[{LOWER: a, OP: '+'}]",
    "repeated, at the end": "[{LOWER: a}, {LOWER: a, OP: '*'}]",
    "repeated, in the middle": "[{LOWER: a}, {LOWER: a, OP: '*'}, {LOWER: {IN: [a, b]}}]",
    "repeated, any word": "[{LOWER: {NOT_IN: [b]}, OP: '+'}, {LENGTH: {'>=': 1}}]",
    "repeated twice": "[{LOWER: x}, {LOWER: a, OP: '+'}, {LOWER: a, OP: '+'}, {LOWER: b}]",
    "repeated twice, a word between": (
        "[{LOWER: x}, {LOWER: a, OP: '*'}, {LOWER: a}, {LOWER: {NOT_IN: [q]}, OP: '*'}, {LOWER: b}]"
    ),
}


@pytest.mark.parametrize("pattern", RUNS.values(), ids=RUNS)
def test_token_patterns_that_explode_are_refused(pattern: str) -> None:
    pattern = pattern.replace("][", ", ")
    with pytest.raises(ConfigError, match=r"repeated token|optional tokens"):
        RulesClassifier(rule("tokens", f"[{pattern}]"))


LEFT = {
    "optional": "[{LOWER: a, OP: '?'}, {LOWER: a}, {LOWER: a, OP: '?'}, {LOWER: b}]",
    "repeated": "[{LOWER: a}, {LOWER: a, OP: '*'}, {LOWER: b}]",
    "twice": "[{LOWER: a, OP: '+'}, {LOWER: b}, {LOWER: a, OP: '+'}, {LOWER: c}]",
    "twice, other words": "[{LOWER: a, OP: '+'}, {LOWER: {IN: [b, c]}, OP: '*'}, {LOWER: d}]",
    "at the end": "[{LOWER: b}, {LOWER: {NOT_IN: [b]}, OP: '+'}]",
}


@pytest.mark.parametrize("pattern", LEFT.values(), ids=LEFT)
@pytest.mark.parametrize("text", ["a " * 20_000, "a b " * 10_000, "b a a a " * 5_000])
def test_token_patterns_that_are_left_finish(pattern: str, text: str) -> None:
    classifier = RulesClassifier(rule("tokens", f"[{pattern}]"))
    began = time.monotonic()
    (result,) = classifier.classify([text])
    assert time.monotonic() - began < LONG_ENOUGH
    assert isinstance(result, Assessment)


@pytest.mark.parametrize(
    "expression", ["(a*)*b", "(a|a)*b", "(a|aa)+$", "([a-z]+)*d", "(.*a){20}b"]
)
def test_expressions_take_linear_time(expression: str) -> None:
    classifier = RulesClassifier(rule("regex", f"['{expression}']"))
    began = time.monotonic()
    classifier.classify(["a" * 200_000])
    assert time.monotonic() - began < LONG_ENOUGH


@pytest.mark.parametrize(
    "expression", ["(?:a{1000}){1000}", "(?=a)b", r"(a)\1", "((((a{99}){99}){99}){99})", "(?P<a>"]
)
def test_expressions_that_could_not_be_linear_are_refused(expression: str) -> None:
    with pytest.raises(ConfigError):
        RulesClassifier(rule("regex", f"['{expression}']"))


def test_a_word_list_that_unfolds_without_end_is_refused(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    assert "unfold" in refused(tmp_path, HEAD + bomb)
    assert refused(tmp_path, HEAD + "allow: &a [*a]\n")


def test_depth_without_end_is_refused(tmp_path: Path) -> None:
    for text in ("allow: " + "[" * 100_000, "{a: " * 50_000, "- " * 50_000 + "a"):
        assert refused(tmp_path, text)
