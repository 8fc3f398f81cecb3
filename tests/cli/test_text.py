"""`score` and `explain`: what works on bare text."""

import json

import pytest
from cli.command import LIGHT, Cli

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


def test_explain_shows_how_a_disguise_is_read(cli: Cli) -> None:
    done = cli("explain", "you 1d.1ot!", *LIGHT)
    assert "read as   you idiot!" not in done.out  # two tricks at once are none
    done = cli("explain", "you 1d1ot!", *LIGHT)
    assert "read as   you idiot!" in done.out
    assert "at 4-9 '1d1ot'" in done.out
    assert "read as" not in cli("explain", "you idiot", *LIGHT).out


def test_version_and_help(cli: Cli) -> None:
    assert cli("--version").out.startswith("moderator ")
    assert "Exit codes" in cli("--help").out
    assert cli("frobnicate").status == 2
    assert json.loads(cli("score", *LIGHT, stdin="hi").out)["text"] == "hi"
