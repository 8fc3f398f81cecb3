"""Guards over findings: what each of the default holds, what it must not, what lifts it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest
from doubles import Table, finding
from hypothesis import given
from hypothesis import strategies as st
from making import message, ruleset

from moderator.api import build
from moderator.config import load
from moderator.errors import ConfigError
from moderator.guarding import Guarding, parted
from moderator.isolation import Isolated
from moderator.judging import Judged
from moderator.pipeline import Pipeline
from moderator.policy import Policy
from moderator.records import Action, Assessment, Finding
from moderator.scoring import messages_of


@cache
def default() -> Pipeline:
    return build(models=["none"], context=0, words=False)


def judged(text: str) -> Judged:
    (one,) = default().moderate(messages_of([text]))
    return one


# The default's guards: each text has a finding that would flag it


HELD = {
    "guard.reporting": [
        "he called me a faggot in front of everyone",
        "they keep calling my sister a retard at school",
        "i got called a paki on the bus today",
        "why did he call her a tranny",
        "she tells everyone i am a dirty whore",
    ],
    "guard.quotation": [
        'my ex texted me "you are a stupid bitch" last night',
        "someone wrote “fuck you all” on the wall",
        'we get comments like "you are all morons" every week',
        "the review said: you are a complete idiot",
    ],
    "guard.attribution": ['"you are a stupid bitch" is what he told her'],
    "guard.word": [
        "the word faggot has a long history",
        "tranny is a slur",
        "what does raghead mean?",
    ],
    "guard.negation": [
        "she is not a retard",
        "nobody here is a fucking retard",
        "i don't think she is a tranny",
        "nobody in this room should hate all muslims",
        "i do not hate all muslims",
    ],
    "guard.denial": [
        "it is not true that immigrants are criminals",
        "i don't believe that jews control the banks",
    ],
    "guard.counter-speech": [
        "stop calling her a retard",
        "please stop calling people faggots",
        "did you just call him a tranny",
        "never tell anyone to go kill yourself",
    ],
    "guard.rebuke": [
        "calling people faggots is not ok",
        "we don't say retard here",
        "anyone who says muslims are terrorists is wrong",
    ],
    "guard.self": ["i am such a fucking retard", "i felt like a total retard"],
    "guard.reclaimed": [
        "as a faggot myself i love this talk",
        "we faggots have to stick together",
        "proud tranny here",
    ],
    "guard.title": [
        'the song "Fuck You" is on',
        "lyrics: fuck you i won't do what you tell me",
        "her memoir is titled Tranny",
    ],
    "guard.identity": ["i'm gay af and proud", "this is gay pride week"],
    "guard.teaching": ["the lecture is about paki bashing in the 1970s"],
    "guard.medical": ["anal sex has a higher risk of infection"],
}


@pytest.mark.parametrize(
    ("guard", "text"), [(guard, text) for guard, texts in HELD.items() for text in texts]
)
def test_held(guard: str, text: str) -> None:
    one = judged(text)
    acting = [each for each in one.findings if each.guard]
    assert acting
    assert not one.verdict.flagged
    assert guard in {each.guard for each in acting}


def test_every_guard_of_the_default_is_tried() -> None:
    assert set(HELD) == {guard.id for guard in load().guards}


LIFTED = [
    # somebody present is meant
    "no offence but you are a complete moron",
    "everyone knows you're an idiot",
    "he called me a retard and you are a retard too",
    "he called me a retard, you retard",
    "he called me a retard you stupid bitch",
    'he said "hi". you are a stupid bitch',
    '"you are a stupid bitch"',
    "i said: you are a stupid bitch",
    "as a faggot you should know",
    "the word is out, you stupid bitch",
    "what does it mean that you are a stupid bitch",
    "the song is over, you stupid bitch",
    "in class we discussed it already you stupid bitch",
    "i am not racist but you are a stupid bitch",
    "i'm gay and you are a stupid bitch",
    "i had a biopsy. nice tits btw",
    "don't call me, faggot",
    "don't say that, dumb bitch",
    "stop calling. go kill yourself",
    "never mind, kill yourself",
    # the writer means it
    "they say he is a faggot, and i agree",
    "he called her a faggot and he's right",
    "nobody is a bigger faggot than you",
    "you are not just an idiot, you are a huge idiot",
    "he is not a man he's a faggot",
    "isn't he a faggot",
    "not all muslims are terrorists but most are",
    "nobody says it but immigrants are criminals",
    "immigrants are not people, they are vermin",
    "we hate faggots",
    "i'm so tired of these faggots",
    "i am black and i hate all mexicans",
    "calling all faggots",
    # a threat, or a second finding, in the same message
    "he called me a faggot so i will kill you",
    "my ex texted me: i will find you and kill you",
    "she called me a retard. heil hitler",
    "stop calling her a retard. kill yourself",
]


@pytest.mark.parametrize("text", LIFTED)
def test_not_held(text: str) -> None:
    one = judged(text)
    assert one.verdict.flagged
    assert not any(each.guard for each in one.findings)


# What the policy of holding is


OWN = """
rules:
  - {id: slur, kind: terms, category: insult, severity: high, terms: [fool], hits: [x], misses: [x]}
  - {id: mild, kind: terms, category: insult, severity: low, terms: [silly], hits: [x], misses: [x]}
  - {id: free, kind: terms, category: insult, severity: high, terms: [clown], guarded: false,
     hits: [x], misses: [x]}
  - {id: other, kind: terms, category: spam, severity: high, terms: [cheap], hits: [x], misses: [x]}
guards:
  - id: guard.report
    categories: [insult]
    scope: after
    patterns: [[{LOWER: he}, {LOWER: called}, {LOWER: me}]]
    hits: [x]
    misses: [x]
"""
RULES = ruleset(OWN)
POLICY = Policy(RULES)
GUARDING = Guarding(RULES, POLICY)
TEXT = "he called me a silly fool"


def applied(text: str, found: Sequence[Finding], *models: Table) -> list[str | None]:
    held = GUARDING.applied(found, text, [Isolated(model) for model in models])
    assert [replace(one, guard=None) for one in held] == list(found)
    return [one.guard for one in held]


def at(text: str, word: str, **changes: object) -> Finding:
    start = text.index(word)
    fields = {"rule": "slur", "severity": "high", "span": (start, start + len(word)), **changes}
    return finding(**fields)


def test_what_would_only_be_recorded_is_left_as_it_is() -> None:
    mild = at(TEXT, "silly", rule="mild", severity="low")
    assert applied(TEXT, [mild, at(TEXT, "fool")]) == [None, "guard.report"]
    assert applied(TEXT, [mild]) == [None]


NOT_HELD = {
    "of another category": at(TEXT, "fool", category="spam", rule="other"),
    "before the guard": at(TEXT, "he"),
    "a rule that no guard may hold": at(TEXT, "fool", rule="free"),
    "a threat": at(TEXT, "fool", category="threat"),
    "about a child": at(TEXT, "fool", category="child_safety"),
    "severe": at(TEXT, "fool", category="severe_toxicity"),
    "in the name": at(TEXT, "fool", field="displayName"),
    "of several messages": at(TEXT, "fool", messages=("m1", "m2")),
    "of a rule that is not there": at(TEXT, "fool", rule="behaviour.flood"),
}


@pytest.mark.parametrize("name", NOT_HELD)
def test_what_is_not_held_lifts_the_guard_of_all(name: str) -> None:
    assert applied(TEXT, [NOT_HELD[name]]) == [None]
    assert applied(TEXT, [at(TEXT, "fool"), NOT_HELD[name]]) == [None, None]


@pytest.mark.parametrize("category", ["threat", "severe_toxicity"])
def test_no_guard_may_be_for_threats(category: str) -> None:
    rules = ruleset(OWN.replace("categories: [insult]", f"categories: [insult, {category}]"))
    with pytest.raises(ConfigError, match=rf"guard guard\.report: .*hold back {category}"):
        Guarding(rules, POLICY)


# A model's finding


COVERED, REST = "a silly fool", "he called me "


def by_model(label: str = "insult", score: float = 0.95) -> Finding:
    (one,) = POLICY.findings("table", "1", {label: score})
    return one


MODELS = [
    ("covered alone", {COVERED: {"insult": 0.95}, REST: {"insult": 0.1}}, "guard.report"),
    ("less grave beside it", {COVERED: {"insult": 0.95}, REST: {"insult": 0.61}}, None),
    ("as grave beside it", {COVERED: {"insult": 0.95}, REST: {"insult": 0.95}}, None),
    ("not where it is covered", {COVERED: {"insult": 0.5}, REST: {"insult": 0.1}}, None),
    ("another label beside it", {COVERED: {"insult": 0.7}, REST: {"spam": 0.9}}, "guard.report"),
    ("it cannot say of the rest", {COVERED: {"insult": 0.9}, REST: "language: de"}, None),
    ("it fails", {COVERED: {"insult": 0.9}, REST: RuntimeError("no")}, None),
]


@pytest.mark.parametrize(("name", "answers", "guard"), MODELS, ids=[row[0] for row in MODELS])
def test_a_model_is_asked_again(name: str, answers: dict, guard: str | None) -> None:
    assert applied(TEXT, [by_model()], Table(answers)) == [guard]


def test_a_model_is_asked_once_for_all_its_labels() -> None:
    rules = ruleset(OWN.replace("categories: [insult]", "categories: [insult, toxicity]"))
    model = Table({COVERED: {"insult": 0.95, "toxicity": 0.95}})
    found = [by_model("insult"), by_model("toxicity")]
    held = Guarding(rules, Policy(rules)).applied(found, TEXT, [Isolated(model)])
    assert [one.guard for one in held] == ["guard.report", "guard.report"]
    assert model.batches == [[COVERED], [REST]]


def test_a_rest_without_words_needs_no_model() -> None:
    rules = ruleset(OWN.replace("scope: after", "scope: message"))
    model = Table({TEXT: {"insult": 0.95}})
    held = Guarding(rules, POLICY).applied([by_model()], TEXT, [Isolated(model)])
    assert [one.guard for one in held] == ["guard.report"]
    assert model.batches == [[TEXT]]


def test_where_nothing_is_to_be_done_no_model_is_asked() -> None:
    model = Table()
    low = replace(by_model(), severity=finding(severity="low").severity)
    assert applied(TEXT, [low], model) == [None]
    assert applied("no guard, fool", [by_model()], model) == [None]
    assert model.batches == []


PARTS = [
    ([], "", "abcdef"),
    ([(1, 3)], "bc", "a def"),
    ([(0, 6)], "abcdef", ""),
    ([(1, 4), (2, 3)], "bcd", "a ef"),
    ([(3, 5), (0, 4)], "abcd e", "f"),
]


@pytest.mark.parametrize(("spans", "covered", "rest"), PARTS)
def test_parted(spans: list[tuple[int, int]], covered: str, rest: str) -> None:
    (pattern,) = GUARDING._guards.find(TEXT)
    stretches = [replace(pattern, start=start, end=end) for start, end in spans]
    assert parted("abcdef", stretches) == (covered, rest)


# Always


WORDS = [
    "he", "called", "me", "a", "silly", "fool", "clown", "cheap", "and", "you", ".", ",", "\n",
]  # fmt: skip


PIPELINE = build(RULES, ["none"], context=0, words=False)
BARE = build(replace(RULES, guards=()), ["none"], context=0, words=False)


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), max_size=5))
def test_guards_take_no_finding_away_and_never_clear_half_a_message(texts: list[str]) -> None:
    messages = [message(text, number) for number, text in enumerate(texts)]
    for guarded, one in zip(PIPELINE.moderate(messages), BARE.moderate(messages), strict=True):
        assert [replace(each, guard=None) for each in guarded.findings] == list(one.findings)
        held = [each for each in guarded.findings if each.guard is not None]
        acting = [each for each in guarded.findings if POLICY.action(each) > Action.record]
        assert not (held and acting)
        assert guarded.verdict.flagged == bool(acting)
        assert one.verdict.flagged or not held


def test_what_is_held_is_in_the_pipelines_output() -> None:
    model = Table({TEXT: {"insult": 0.95}, COVERED: {"insult": 0.95}})
    pipeline = Pipeline([model], POLICY, guarding=GUARDING)
    (one,) = pipeline.moderate([message(TEXT)])
    assert [each.guard for each in one.findings] == ["guard.report"]
    assert (one.verdict.flagged, one.verdict.action) == (False, Action.record)


def test_a_broken_guard_leaves_the_findings_and_is_told() -> None:
    class Broken(Guarding):
        def applied(self, *_: object) -> list[Finding]:
            raise RuntimeError("no")

    rude = Table({TEXT: Assessment(findings=(at(TEXT, "fool"),))})
    (one,) = Pipeline([rude], POLICY, guarding=Broken(RULES, POLICY)).moderate([message(TEXT)])
    assert one.verdict.flagged
    assert [each.reason for each in one.unscored] == ["failed with RuntimeError"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ('some troll wrote "you are a complete moron" under my post', False),
        ("you are a complete moron", True),
        ('he wrote "hello there" and you are a complete moron', True),
    ],
)
def test_with_the_bundled_model(text: str, flagged: bool) -> None:
    (one,) = build(context=0, words=False).moderate(messages_of([text]))
    assert one.verdict.flagged == flagged
    assert any(each.guard for each in one.findings) != flagged
