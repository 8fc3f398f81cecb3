"""`score`, `explain` and `rules check`: what works on bare text."""

import json
from pathlib import Path

import pytest
from cli.command import LIGHT, RULES, Cli

WRITTEN = Path(RULES).read_text("utf-8")
TEXTS = ["hello", "You ÍDIOT", "", "I'll find you", '"quotes", and\ttabs', "😂\u2028 next"]


def test_score_gives_a_line_for_a_line(cli: Cli) -> None:
    done = cli("score", *LIGHT, stdin="\n".join(TEXTS) + "\n")
    assert [one["text"] for one in done.records] == TEXTS
    assert [one["severity"] for one in done.records] == [
        None, "medium", None, "critical", None, None,
    ]  # fmt: skip
    assert list(done.records[0]) == [
        "text", "flagged", "severity", "action", "scores", "findings", "unscored",
    ]  # fmt: skip
    assert done.err == ""


def test_score_reads_a_file_and_a_field(cli: Cli) -> None:
    plain = cli.path("plain.txt", "\ufeffhello\r\nyou idiot")
    lines = cli.path("lines.jsonl", '{"a": "hello", "n": 1}\n{"n": 2, "a": "you idiot"}\n')
    of_plain = cli("score", str(plain), *LIGHT)
    assert of_plain.out == cli("score", str(lines), "--field", "a", *LIGHT).out
    assert [one["flagged"] for one in of_plain.records] == [False, True]


def test_score_takes_many_lines_at_once(cli: Cli) -> None:
    texts = [f"you idiot {n}" if n % 7 == 0 else f"hello {n}" for n in range(2_000)]
    done = cli("score", *LIGHT, stdin="\n".join(texts))
    assert [one["text"] for one in done.records] == texts
    assert [one["flagged"] for one in done.records] == [n % 7 == 0 for n in range(2_000)]


@pytest.mark.parametrize(
    ("arguments", "stdin", "parts"),
    [
        (["missing.txt"], b"", ["missing.txt cannot be read"]),
        ([], b"fine\n\xff\xfe\n", ["line 2", "not UTF-8"]),
        (["--field", "a"], b'{"a": "x"}\n{"b": "x"}\n', ["line 2", "the field 'a'"]),
        (["--field", "a"], b"[1]\n", ["line 1"]),
        (["--field", "a"], b'{"a": 3}\n', ["line 1", "is not a text"]),
    ],
)
def test_score_says_what_it_cannot_read(
    cli: Cli, arguments: list[str], stdin: bytes, parts: list[str]
) -> None:
    cli("score", *arguments, *LIGHT, stdin=stdin).fails(3, *parts)


def test_explain_shows_rule_place_and_folded_text(cli: Cli) -> None:
    done = cli("explain", "You \u202eÍDIOT \x1b[31m", *LIGHT)
    assert done.status == 0
    assert "folded    you idiot" in done.out
    assert "insult.idiot" in done.out
    assert "flagged; severity medium, action review" in done.out
    assert "at 5-10 'ÍDIOT'" in done.out
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    assert "nothing found" in cli("explain", "hello", *LIGHT).out


def test_rules_check_passes_a_good_file(cli: Cli) -> None:
    done = cli("rules", "check", RULES)
    assert done.status == 0
    assert done.out == "3 rules, 2 terms, 2 patterns; 6 samples, 0 failed.\n"


def test_rules_check_names_a_sample_that_fails(cli: Cli) -> None:
    text = WRITTEN.replace("misses: [idiotic]", "misses: [my idiot]")
    done = cli("rules", "check", str(cli.path("mine.yaml", text)))
    assert done.status == 1
    assert "mine.yaml, line " in done.err
    assert "'m* i****' matches, and should not" in done.err
    assert "6 samples, 1 failed" in done.out


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("kind: terms", "kind: term", ["term", "terms, tokens, regex"]),
        ("severity: low", "severity: mild", ["mild", "low, medium, high, critical"]),
        ("version: 1", "version: 2", ["only version 1"]),
        ("https?://", "(?=https)", ["RE2 refuses the pattern"]),
        ("id: spam.link", "id: insult.idiot", ["already used"]),
        ("    misses: [http]", "    mises: [http]", ["mises"]),
        ("rules:", "rules: [", ["mine.yaml"]),
    ],
)
def test_rules_check_names_the_place(cli: Cli, old: str, new: str, parts: list[str]) -> None:
    text = WRITTEN.replace(old, new)
    cli("rules", "check", str(cli.path("mine.yaml", text))).fails(2, "mine.yaml, line ", *parts)


def test_version_and_help(cli: Cli) -> None:
    assert cli("--version").out.startswith("moderator ")
    assert "Exit codes" in cli("--help").out
    assert cli("frobnicate").status == 2
    assert json.loads(cli("score", *LIGHT, stdin="hi").out)["text"] == "hi"
