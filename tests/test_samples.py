"""Every sample of the default rules is a test, and a failing sample is found."""

from making import ruleset

from moderator.config import load
from moderator.samples import count_samples, run_samples

GUARD = """guards:
  - id: guard.quote
    categories: [insult]
    scope: after
    patterns: [[{{LOWER: she}}, {{LOWER: said}}]]
    hits: [{hits}]
    misses: [{misses}]
"""
FLOOD = """behaviour:
  - id: flood
    kind: flood
    category: spam
    severity: medium
    window: 10
    count: 3
    words: [lol]
    hits: [{hits}]
    misses: [{misses}]
"""
OAF = (
    "rules:\n  - {id: oaf, kind: terms, category: insult, severity: medium, terms: [oaf], "
    "hits: [you oaf], misses: [loaf]}\n"
    "  - {id: oar, kind: terms, category: insult, severity: low, terms: [oar], "
    "hits: [an oar], misses: [oral]}\n"
)
THRICE = "['0 Ann: buy my course', '1 Ann: buy my course', '2 Ann: buy my course']"
ONCE = "['0 Ann: buy my course']"


def failing(body: str) -> list[tuple[str, str, str]]:
    return [(one.part.id, one.sample, one.problem) for one in run_samples(ruleset(body))]


def test_the_default_does_what_its_samples_say() -> None:
    failures = run_samples(load())
    assert [(one.part.id, one.sample, one.problem) for one in failures] == []


def test_wrong_samples_of_rules_are_named_with_who_finds_them() -> None:
    wrong = OAF.replace("hits: [you oaf]", "hits: [you oaf, you oar]").replace("loaf", "an oaf")
    assert failing(OAF) == []
    assert failing(wrong) == [
        ("oaf", "you oar", "does not match, and should; it matches oar"),
        ("oaf", "an oaf", "matches, and should not"),
    ]


def test_wrong_samples_of_guards() -> None:
    good = GUARD.format(hits="she said oaf", misses="you oaf")
    wrong = GUARD.format(hits="you oaf, she said loaf", misses="she said oaf")
    assert failing(OAF + good) == []
    assert failing(OAF + wrong) == [
        ("guard.quote", "you oaf", "is not held back, and should be; it matches oaf"),
        ("guard.quote", "she said loaf", "shows nothing, since no rule finds anything in it"),
        ("guard.quote", "she said oaf", "is held back, and should not be; it matches oaf"),
    ]


def test_wrong_samples_of_behaviour() -> None:
    assert failing(FLOOD.format(hits=THRICE, misses=ONCE)) == []
    assert failing(FLOOD.format(hits=ONCE, misses=THRICE)) == [
        ("flood", "0 Ann: buy my course", "does not match, and should"),
        (
            "flood",
            "0 Ann: buy my course / 1 Ann: buy my course / 2 Ann: buy my course",
            "matches, and should not",
        ),
    ]


def test_all_are_counted() -> None:
    both = OAF + GUARD.format(hits="she said oaf", misses="you oaf")
    assert count_samples(ruleset(both + FLOOD.format(hits=THRICE, misses=ONCE))) == 8
