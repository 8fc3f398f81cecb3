"""Guards, behaviour rules and the finer keys of a rule: what they become, and complaints."""

import pytest
from making import ruleset

from moderator.errors import ConfigError
from moderator.records import Severity

RULE = """rules:
  - id: a.rule
    kind: terms
    category: insult
    severity: medium
    language: es
    guarded: false
    terms: [bobo]
    hits: [bobo]
    misses: [lobo]
"""
GUARD = """guards:
  - id: guard.quote
    categories: [insult, threat]
    scope: after
    patterns:
      - [{LOWER: she}, {LOWER: said}]
    hits: [she said idiot]
    misses: [idiot]
"""
FLOOD = """behaviour:
  - id: flood.same
    kind: flood
    category: spam
    severity: medium
    window: 7.5
    count: 3
    words: [lol]
    hits:
      - ['0 Ann: buy', '1 Ann: buy', '2.5 Ann: buy']
    misses:
      - ['0 Ann: hi']
"""
SIGNS = """    signs:
      age: [[{LOWER: how}, {LOWER: old}]]
      secret: [[{LOWER: our}, {LOWER: secret}]]
"""
COMBINED = FLOOD.replace("flood\n", "combination\n").replace("    words: [lol]\n", "") + SIGNS
STRONG = "    strong: [secret]\n"


def test_what_they_become() -> None:
    made = ruleset(RULE + GUARD + FLOOD + "plain: [assume]\n")
    (rule,), (guard,), (flood,) = made.rules, made.guards, made.behaviour
    assert (rule.language, rule.guarded, made.plain) == ("es", False, ("assume",))
    assert (guard.categories, guard.scope) == (("insult", "threat"), "after")
    assert guard.tokens == (({"LOWER": "she"}, {"LOWER": "said"}),)
    assert (flood.window, flood.count, flood.severity) == (7.5, 3, Severity.medium)
    assert flood.hits == (("0 Ann: buy", "1 Ann: buy", "2.5 Ann: buy"),)
    assert (flood.signs, flood.strong, flood.words) == ({}, (), ("lol",))
    assert flood.place.endswith(", behaviour flood.same")


def test_a_rule_is_english_and_guarded_unless_it_says_otherwise() -> None:
    bare = RULE.replace("    language: es\n    guarded: false\n", "")
    (rule,) = ruleset(bare).rules
    assert (rule.language, rule.guarded) == ("en", True)


def test_what_concerns_children_is_never_guarded() -> None:
    bare = RULE.replace("    guarded: false\n", "").replace("insult", "child_safety")
    (rule,) = ruleset(bare.replace("medium", "critical")).rules
    assert not rule.guarded


def test_kinds_with_keys_of_their_own() -> None:
    (rule,) = ruleset(COMBINED + STRONG).behaviour
    assert (list(rule.signs), rule.strong) == (["age", "secret"], ("secret",))
    looks = FLOOD.replace("kind: flood", "kind: look-alike")
    looks = looks.replace(
        "    window: 7.5\n    count: 3\n    words: [lol]", "    words: [host, moderator]"
    )
    (rule,) = ruleset(looks).behaviour
    assert (rule.words, rule.window, rule.count) == (("host", "moderator"), 0.0, 0)


CHILD = RULE.replace("insult", "child_safety")
COMPLAINTS = [
    ("language", RULE.replace("es\n", "Spanish\n"), "rules[0].language: a language is two or"),
    ("guarded", RULE.replace("false", "maybe"), "known are true, false"),
    ("mild child safety", CHILD, "rules[0].severity: in the category child_safety everything"),
    (
        "guarded child safety",
        CHILD.replace("medium", "critical").replace("false", "true"),
        "no guard may hold back",
    ),
    ("scope", GUARD.replace("after", "before"), "known are after, around, message"),
    ("held", GUARD.replace("threat]", "child_safety]"), "'child_safety' is not known here"),
    ("pattern", GUARD.replace("[{LOWER: she}, {LOWER: said}]", "[]"), "at least one token"),
    ("kind", FLOOD.replace("kind: flood", "kind: mob"), "known are flood, pile-on, raid"),
    ("needs", FLOOD.replace("    window: 7.5\n", ""), "kind flood needs the key window"),
    ("has not", FLOOD + SIGNS, "kind flood has no signs; it has window, count, words"),
    ("whole", FLOOD.replace("count: 3", "count: 2.5"), "behaviour[0].count: a whole number"),
    ("range", FLOOD.replace("7.5", "90000"), "a number from 0.1 to 86400"),
    ("line", FLOOD.replace("'0 Ann: hi'", "'Ann: hi'"), "misses[0][0]: a line of a script is"),
    ("order", FLOOD.replace("2.5 Ann", "0.5 Ann"), "in the order of their seconds"),
    ("no scripts", FLOOD.replace(
        "\n      - ['0 Ann: hi']", " []"), "at least one script"),
    (
        "one sign",
        COMBINED[: COMBINED.index("      secret")] + STRONG,
        "behaviour[0].signs: 2 signs at least",
    ),
    ("strong", COMBINED + STRONG.replace("secret", "secrecy"), "known are age, secret"),
    ("one id for two", RULE + GUARD.replace("guard.quote", "a.rule"), "already used at"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "problem"), COMPLAINTS, ids=[c[0] for c in COMPLAINTS])
def test_complaints_say_where(name: str, body: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ruleset(body)
    assert "rules.yaml, line " in str(caught.value)
    assert problem in str(caught.value)
