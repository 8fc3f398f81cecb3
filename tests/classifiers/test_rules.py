"""Rule kinds: hits and near-misses, spans in the original, allow-lists, long texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import rule, ruleset

from moderator.classifiers.rules import MOST_OF_A_RULE, RulesClassifier
from moderator.classifiers.tokens import OVERLAP, WINDOW
from moderator.config import RuleSet
from moderator.errors import ConfigError
from moderator.records import Assessment, Finding

TERMS = rule("terms", "[you idiot, kys]")
TOKENS = rule("tokens", "[[{LOWER: i}, {LOWER: {IN: [will, \"'ll\"]}, OP: '?'}, {LOWER: find}]]")
REGEX = rule("regex", r"['\b\d{3}-\d{4}\b']")
ALLOWED = rule("terms", "[suck]", "    allow: [suck it up, buttercup]\n")
ALLOWED_EVERYWHERE = ruleset(
    "allow: [dick van dyke]\nrules:\n  - {id: a, kind: terms, category: obscene, severity: low, "
    "terms: [dick], hits: [x], misses: [x]}\n"
)

MATCHES: list[tuple[str, RuleSet, str, list[str]]] = [
    ("term", TERMS, "well, YOU ÍDIOT!!", ["YOU ÍDIOT"]),
    ("term over a line break", TERMS, "you\n  idiot", ["you\n  idiot"]),
    ("term twice", TERMS, "kys kys", ["kys", "kys"]),
    ("term in full width", TERMS, "ｋｙｓ 😂", ["ｋｙｓ"]),
    ("term after an astral character", TERMS, "😀😀 kys", ["kys"]),
    ("term inside a longer word", TERMS, "kysely and you idiotic thing", []),
    ("tokens", TOKENS, "I'll find out", ["I'll find"]),
    ("tokens without the optional one", TOKENS, "i find it", ["i find"]),
    ("tokens in another order", TOKENS, "find me, i will", []),
    ("regex", REGEX, "call ５５５-1234 now", ["５５５-1234"]),
    ("regex near-miss", REGEX, "call 5555-12345 now", []),
    ("allowed phrase", ALLOWED, "suck it up, Buttercup", []),
    ("beside an allowed phrase", ALLOWED, "suck it up, buttercup, you suck", ["suck"]),
    ("allowed everywhere", ALLOWED_EVERYWHERE, "Dick van Dyke is a dick", ["dick"]),
    ("empty", TERMS, "", []),
    ("nothing but decoration", TERMS, "\u200b\u0301", []),
]


def findings(rules: RuleSet, text: str) -> tuple[Finding, ...]:
    (result,) = RulesClassifier(rules).classify([text])
    assert isinstance(result, Assessment)
    return result.findings


@pytest.mark.parametrize(("name", "rules", "text", "wanted"), MATCHES, ids=[m[0] for m in MATCHES])
def test_matches(name: str, rules: RuleSet, text: str, wanted: list[str]) -> None:
    found = findings(rules, text)
    assert [finding.match for finding in found] == wanted
    for finding in found:
        assert finding.span is not None
        assert text[slice(*finding.span)] == finding.match


REFUSED = [
    ("regex without end", rule("regex", "['a**']"), "RE2 refuses the pattern"),
    ("look-ahead", rule("regex", "['a(?=b)']"), "RE2 refuses the pattern"),
    ("empty match", rule("regex", "['a*']"), "matches the empty text"),
    ("attribute", rule("tokens", "[[{LEMMA: go}]]"), "unknown attribute LEMMA; known are LOWER"),
    ("backtracking", rule("tokens", "[[{LOWER: {REGEX: a}}]]"), "LOWER takes"),
    ("operator", rule("tokens", "[[{LOWER: a, OP: '??'}]]"), "OP takes one of"),
    ("flag", rule("tokens", "[[{IS_PUNCT: 2}]]"), "takes true or false"),
    ("length", rule("tokens", "[[{LENGTH: x}]]"), "LENGTH takes a number"),
    (
        "chain",
        rule("tokens", "[[{LOWER: a}, {LOWER: b, OP: '?'}, {LOWER: c, OP: '*'}]]"),
        "side by",
    ),
    ("all optional", rule("tokens", "[[{LOWER: a, OP: '?'}]]"), "matches anything"),
    ("empty term", rule("terms", '["\\u200b"]'), "nothing but decoration"),
]


@pytest.mark.parametrize(("name", "rules", "problem"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(name: str, rules: RuleSet, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem) as caught:
        RulesClassifier(rules)
    assert "rule test.rule" in str(caught.value)


@given(st.integers(0, 3 * WINDOW), st.sampled_from(["a ", ". "]))
def test_windows_lose_and_invent_nothing(position: int, filler: str) -> None:
    before = filler * position
    text = before + "i will find you" + " x" * (WINDOW // 2)
    found = [finding.span for finding in findings(TOKENS, text)]
    assert found == [(len(before), len(before) + 11)]
    assert OVERLAP < WINDOW


@pytest.mark.parametrize("filler", ["(", "a", "'", ".", "\u0301", "😀", "١"])
def test_a_mebibyte_of_anything_is_judged(filler: str) -> None:
    text = filler * (1 << 20) + " kys"
    assert [finding.match for finding in findings(TERMS, text)] == ["kys"]


def test_version_follows_the_rules() -> None:
    assert RulesClassifier(TERMS).version != RulesClassifier(TOKENS).version


def test_many_allowed_stretches_cost_no_more_each() -> None:
    text = "suck it up, buttercup, " * 20_000 + "you suck"
    assert [finding.match for finding in findings(ALLOWED, text)] == ["suck"]


def test_findings_of_one_rule_in_one_message_are_bounded() -> None:
    assert len(findings(TERMS, "kys " * 1000)) == MOST_OF_A_RULE
