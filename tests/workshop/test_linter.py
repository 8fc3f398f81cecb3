"""Every problem that the linter knows: a file that has it, and a near one that has not."""

from pathlib import Path

import pytest
from making import HEAD

from moderator.config import PRESETS
from moderator.workshop.linter import lint
from moderator.workshop.problems import Problem

TERMS = """  - id: {id}
    kind: terms
    category: {category}
    severity: {severity}
    terms: [{terms}]
    hits: [{hits}]
    misses: [fine weather]
    allow: [{allow}]
"""


def terms(
    words: str, name: str = "a", category: str = "insult", severity: str = "medium",
    hits: str = "", allow: str = "",
) -> str:  # fmt: skip
    return TERMS.format(
        id=name, category=category, severity=severity, terms=words,
        hits=hits or words.split(",")[0], allow=allow,
    )  # fmt: skip


def patterns(kind: str, body: str, hits: str, name: str = "a", severity: str = "medium") -> str:
    return (
        f"  - id: {name}\n    kind: {kind}\n    category: insult\n    severity: {severity}\n"
        f"    patterns: {body}\n    hits: [{hits}]\n    misses: [fine weather]\n"
    )


def problems(folder: Path, rules: str, rest: str = "", head: str = HEAD) -> list[Problem]:
    path = folder / "rules.yaml"
    path.write_text(f"{head}rules:\n{rules}{rest}", encoding="utf-8")
    return lint(path)


def token(*words: str) -> str:
    return "[" + ", ".join(f"{{LOWER: {word}}}" for word in words) + "]"


NOT, DONT = '"n\'t"', '"don\'t"'

CASES: list[tuple[str, str, str, str | None]] = [
    ("a term", terms("oaf, silly oar"), "", None),
    ("a term that is decoration for the tokeniser", terms("oaf"), "allow: [oaf]\n", "allowed-term"),
    ("a term that the rule allows", terms("oaf", allow="oaf"), "", "allowed-term"),
    ("a term in an allowed phrase", terms("oaf"), "allow: [oaf of spades]\n", None),
    ("one term within another", terms("oaf, you oaf"), "", "redundant-term"),
    ("one term twice", terms("oaf, OÁF"), "", "redundant-term"),
    ("a longer word", terms("oaf, oafish"), "", None),
    ("a term that is read as another", terms("oaf, o@f"), "", "redundant-term"),
    ("a term that is read as another by itself alone", terms("mal misin, mal mısın"), "", None),
    ("a term so read anywhere", terms("mal misin lan, m@l misin lan"), "", "redundant-term"),
    (
        "a longer term where the shorter one is allowed",
        terms("oaf, royal oaf fool", allow="royal oaf"), "", None,
    ),
    (
        "a term of two rules",
        terms("oaf, dolt") + terms("dolt, lout", "b", hits="lout"), "", "shadowed-term",
    ),
    (
        "of another category",
        terms("oaf") + terms("oaf", "b", category="spam"), "", None,
    ),
    (
        "graver elsewhere",
        terms("oaf, lout", hits="lout") + terms("oaf", "b", severity="high"), "", "shadowed-term",
    ),
    (
        "a longer term that is graver",
        terms("oaf") + terms("stupid oaf", "b", severity="high"), "", None,
    ),
    ("tokens", patterns("tokens", f"[{token('you', 'oaf')}]", "you oaf"), "", None),
    ("capitals", patterns("tokens", "[[{LOWER: {IN: [oaf, Oaf]}}]]", "oaf"), "", "no-token"),
    ("two words", patterns("tokens", "[[{LOWER: {IN: [oaf, an oaf]}}]]", "oaf"), "", "no-token"),
    ("parts", patterns("tokens", f"[{token('do', NOT)}, {token('do', 'nt')}]", f"dont, {DONT}"),
        "", None),
    (
        "a word twice",
        patterns("tokens", "[[{LOWER: {IN: [oaf, dolt, oaf]}}]]", "oaf"), "", "repeated-word",
    ),
    (
        "a pattern within another",
        patterns("tokens", "[[{LOWER: {IN: [oaf, dolt]}}], [{LOWER: you}, {LOWER: oaf}]]",
            "you oaf"), "", "shadowed-pattern",
    ),
    (
        "optional tokens",
        patterns("tokens", "[[{LOWER: you}, {LOWER: big, OP: '*'}, {LOWER: oaf}], "
            "[{LOWER: you}, {LOWER: oaf}]]", "you oaf"), "", "shadowed-pattern",
    ),
    (
        "patterns that part",
        patterns("tokens", "[[{LOWER: {IN: [oaf, dolt]}}], [{LOWER: {IN: [dolt, lout]}}]]",
            "oaf, lout"), "", None,
    ),
    (
        "unshown",
        patterns("tokens", f"[{token('oaf')}, {token('dolt')}]", "oaf"), "", "unshown-pattern",
    ),
    ("expression", patterns("regex", "['oafs?']", "oafs"), "", None),
    ("expression twice", patterns("regex", "['oaf', 'oaf']", "oaf"), "", "shadowed-pattern"),
    ("expression in capitals", patterns("regex", "['oaf|Dolt']", "oaf"), "", "unfolded-expression"),
    ("with an accent", patterns("regex", "['oaf|dölt']", "oaf"), "", "unfolded-expression"),
    ("classes", patterns("regex", "['(?m)^\\W*oaf\\D\\p{Lu}?']", "oaf!"), "", None),
    ("edge", patterns("regex", "['oaf.*']", "oaf!"), "", "unbounded-expression"),
    ("bounded", patterns("regex", "['oaf.*dolt', 'oaf\\.+']", "oaf dolt, oaf."), "", None),
    ("idle", terms("oaf"), "allow: [dolt of spades]\n", "idle-allow"),
    ("idle in the rule", terms("oaf", allow="dolt") + terms("dolt", "b", category="spam"), "",
        "idle-allow"),
    (
        "an allowed phrase within another",
        terms("oaf"), "allow: [royal oaf, the royal oaf]\n", "redundant-allow",
    ),
    (
        "allowed where it has more in it",
        terms("oaf, dolt"), "allow: [royal oaf, royal oaf and dolt]\n", None,
    ),
    ("allowed twice", terms("oaf"), "allow: [royal oaf, Royal Oaf]\n", "repeated-allow"),
    ("plain", terms("oaf"), "plain: [loaf]\n", "idle-plain"),
    ("contradiction", terms("oaf", hits="oaf, fine weather"), "", "contradicting-sample"),
    ("a sample twice", terms("oaf", hits="oaf, OAF"), "", "repeated-sample"),
    (
        "a rule that another does the work of",
        patterns("regex", "['oafs?']", "oaf, oafs") + patterns("tokens",
            f"[{token('oaf')}]", "oaf", "b"), "", "shadowed-rule",
    ),
    (
        "a rule with a hit of its own",
        patterns("regex", "['oafs?']", "oafs") + patterns("tokens", f"[{token('oaf')}]", "oaf", "b",
            "high"), "", None,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rules", "rest", "code"), CASES, ids=[case[0] for case in CASES])
def test_what_is_found(tmp_path: Path, name: str, rules: str, rest: str, code: str | None) -> None:
    found = problems(tmp_path, rules, rest)
    assert {problem.code for problem in found} == ({code} if code else set())


def test_actions_that_fall(tmp_path: Path) -> None:
    head = HEAD.replace("high: hide", "high: record", 1)
    (problem,) = problems(tmp_path, terms("oaf"), head=head)
    assert (problem.code, problem.where) == ("falling-action", "categories.toxicity")


def test_a_guard_with_nothing_to_hold(tmp_path: Path) -> None:
    head = HEAD.replace("spam: {thresholds: {medium: 0.6, high: 0.9}", "spam: {thresholds: {}")
    guard = (
        "guards:\n  - id: quote\n    categories: [insult, spam]\n    scope: message\n"
        "    patterns: [[{LOWER: she}, {LOWER: said}]]\n    hits: [she said oaf]\n"
        "    misses: [oaf]\n"
    )
    (problem,) = problems(tmp_path, terms("oaf"), guard, head)
    assert problem.code == "idle-guard"
    assert "category spam" in problem.text


def test_it_says_where_and_quotes_no_rude_word_unasked(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, terms("oaf,\n            you oaf"))
    assert problem.line == HEAD.count("\n") + 7
    assert problem.where == "rule a"
    assert problem.level == "warning"
    assert "'o**' of this rule finds all that 'y** o**' finds" in problem.sentence(show=False)
    assert "'oaf' of this rule finds all that 'you oaf' finds" in problem.sentence(show=True)


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("regex", "['(?=oaf)oaf']", "RE2 refuses"),
        ("regex", "['(oaf)\\1']", "RE2 refuses"),
        ("regex", "['(oaf)?']", "matches the empty text"),
        ("tokens", "[[{OP: '?', LOWER: a}, {OP: '*', LOWER: b}, {LOWER: oaf}]]", "side by side"),
        ("tokens", "[[{OP: '?', LOWER: oaf}]]", "matches anything"),
        ("tokens", "[[{REGEX: oaf}]]", "unknown attribute REGEX"),
    ],
)
def test_every_pattern_that_cannot_be_used_is_an_error(
    tmp_path: Path, kind: str, body: str, reason: str
) -> None:
    both = patterns(kind, body, "oaf") + patterns(kind, body, "oaf", "b")
    found = problems(tmp_path, both)
    assert [(problem.level, problem.code) for problem in found] == [("error", "unusable")] * 2
    assert [problem.where for problem in found] == ["rule a", "rule b"]
    assert all(reason in problem.sentence(show=True) for problem in found)


def test_a_file_answers_for_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "version: 1\nextends: default\ndisable: [category:spam, language:en]\nallow: [oaf tree]\n"
        "rules:\n" + terms("oaf, you oaf"),
        encoding="utf-8",
    )
    assert [problem.code for problem in lint(path)] == ["redundant-term"]


@pytest.mark.parametrize("source", [None, *PRESETS])
def test_the_bundled_rules_are_clean(source: str | None) -> None:
    path = Path(f"preset:{source}") if source else None
    assert [f"{p.line}, {p.where}: {p.sentence(show=False)}" for p in lint(path)] == []
