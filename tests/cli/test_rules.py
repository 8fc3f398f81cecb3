"""`moderator rules`: check, diff and stats, as a user runs them."""

import json
from pathlib import Path

import pytest
from cli.command import RULES, Cli
from server.scenario import dump

WRITTEN = Path(RULES).read_text("utf-8")
MINE = "version: 1\nextends: default\n"


def test_check_passes_a_good_file(cli: Cli) -> None:
    done = cli("rules", "check", RULES)
    assert (done.status, done.err) == (0, "")
    assert done.out == (
        "3 rules, 2 terms, 2 patterns, 0 guards, 0 behaviour rules; "
        "6 samples, 0 failed; 0 errors, 0 warnings.\n"
    )


def test_check_names_a_sample_that_fails(cli: Cli) -> None:
    text = WRITTEN.replace("misses: [idiotic]", "misses: [my idiot]")
    done = cli("rules", "check", str(cli.path("mine.yaml", text)))
    assert done.status == 1
    assert "mine.yaml, line " in done.err
    assert "'m* i****' matches, and should not" in done.err
    assert "6 samples, 1 failed" in done.out


def test_check_fails_on_errors_and_on_warnings_where_asked(cli: Cli) -> None:
    twice = cli.path("twice.yaml", WRITTEN.replace("[idiot, clown]", "[idiot, clown, an idiot]"))
    done = cli("rules", "check", str(twice))
    assert done.status == 0
    assert "rule insult.idiot: warning: the term 'i****' of this rule finds all" in done.err
    assert "0 errors, 1 warnings" in done.out
    assert cli("rules", "check", str(twice), "--strict").status == 1
    lost = cli.path("lost.yaml", WRITTEN.replace("[clown fish]", "[clown]"))
    done = cli("rules", "check", str(lost), "--show")
    assert done.status == 1
    assert "error: `allow` or `plain` holds the term 'clown'" in done.err


def test_check_lists_every_pattern_that_cannot_be_used(cli: Cli) -> None:
    text = WRITTEN.replace("'https?://", "'(?=x)y', '(z)?', 'https?://")
    done = cli("rules", "check", str(cli.path("mine.yaml", text)))
    assert done.status == 1
    assert "mine.yaml, line 36, rule spam.link: error: RE2 refuses the pattern" in done.err
    assert "a pattern matches the empty text" in done.err
    assert "2 errors" in done.out


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("kind: terms", "kind: term", ["term", "terms, tokens, regex"]),
        ("severity: low", "severity: mild", ["mild", "low, medium, high, critical"]),
        ("version: 1", "version: 2", ["only version 1"]),
        ("id: spam.link", "id: insult.idiot", ["already used"]),
        ("    misses: [http]", "    mises: [http]", ["mises"]),
        ("rules:", "rules: [", ["mine.yaml"]),
    ],
)
def test_check_names_the_place(cli: Cli, old: str, new: str, parts: list[str]) -> None:
    text = WRITTEN.replace(old, new)
    cli("rules", "check", str(cli.path("mine.yaml", text))).fails(2, "mine.yaml, line ", *parts)


def test_check_judges_labelled_cases(cli: Cli) -> None:
    cases = (
        '{"text": "you idiot", "flagged": true}\n{"text": "a clown walks in", "flagged": false}\n'
        '{"text": "i loathe you", "flagged": true}\n{"text": "hello", "flagged": false}\n'
    )
    cli.path("cases").mkdir()
    cli.path("cases/one.jsonl", cases)
    cli.path("cases/two.csv", "text,label\nhi,0\n")
    done = cli("rules", "check", RULES, "--cases", "cases")
    assert done.status == 0
    assert done.out.splitlines()[:4] == [
        "cases       rows  missed  false flags  precision  recall",
        "one.jsonl      4       1            1      0.500   0.500",
        "two.csv        1       0            0          -       -",
        "all            5       1            1      0.500   0.500",
    ]
    assert done.err.splitlines() == [
        "cases/one.jsonl: the case 'a c**** w**** i*' is flagged, and should not be, "
        "by insult.idiot.",
        "cases/one.jsonl: the case 'i l***** y**' is not flagged, and should be.",
    ]
    assert cli("rules", "check", RULES, "--cases", "cases", "--strict").status == 1
    cli("rules", "check", RULES, "--cases", "none.jsonl").fails(3, "none.jsonl cannot be read")


def test_an_own_file_and_a_preset(cli: Cli) -> None:
    mine = cli.path("mine.yaml", MINE + "disable: [category:spam, language:tr]\n")
    done = cli("score", "--rules", str(mine), "--model", "none", stdin="claim your free prize now")
    assert [one["flagged"] for one in done.records] == [False]
    cli("rules", "check", "preset:office").fails(2, "bundled rules are default, preset:classroom")
    wrong = cli.path("wrong.yaml", MINE + "disable: [rule:insult.suk]\n")
    cli("rules", "check", str(wrong)).fails(2, "wrong.yaml, line 3", "the nearest are insult.suck")


def test_diff_of_dumps(cli: Cli) -> None:
    cli.path("new.yaml", WRITTEN.replace("[idiot, clown]", "[clown]").replace("you idiot", "clown"))
    cli.path("a.csv", dump(2, "you idiot"))
    cli.path("b.csv", dump(1, "hello"))
    done = cli("rules", "diff", RULES, "new.yaml", "a.csv", "b.csv", "--json", "d.json")
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines() == [
        "a.csv, line 2: dropped: medium review -> clean (-insult.idiot): 'y** i****'",
        "a.csv, line 3: dropped: medium review -> clean (-insult.idiot): 'y** i****'",
        "caught by        old     new  change",
        "insult.idiot       2       0      -2",
        "2 of 3 verdicts change: 0 added, 2 dropped, 0 regraded, 0 recorded.",
    ]
    figures = json.loads(cli.path("d.json").read_bytes())
    assert figures["changes"]["dropped"] == 2
    assert "you idiot" not in cli.path("d.json").read_text("utf-8")
    same = ("rules", "diff", RULES, RULES, "a.csv", "--fail-on-change")
    assert cli(*same).status == 0
    assert cli(*same[:3], "new.yaml", *same[4:]).status == 1


def test_diff_says_what_cannot_be_read(cli: Cli) -> None:
    cli.path("a.csv", dump(1))
    cli("rules", "diff", RULES, "no.yaml", "a.csv").fails(2, "no.yaml")
    cli("rules", "diff", RULES, RULES, "no.csv").fails(3, "There is no file no.csv")
    cli("rules", "diff", RULES, RULES, "a.csv", "--max-bytes", "99").fails(3, "99 bytes", "a.csv")
    cli("rules", "diff", RULES, RULES, "a.csv", "--json", "a.csv").fails(2, "name another file")
    assert cli.path("a.csv").read_bytes() == dump(1)


def test_stats_of_flagged_files(cli: Cli) -> None:
    cli.path("a.csv", dump(9, "you idiot"))
    cli("scan", "a.csv", "--rules", RULES, "--model", "none", "-o", "f.jsonl", "-q")
    done = cli("rules", "stats", "f.jsonl", "--rules", RULES, "--json", "s.json")
    assert (done.status, done.err) == (0, "")
    assert [line.split() for line in done.out.splitlines() if "insult.idiot" in line] == [
        ["insult.idiot", "rule", "9", "9", "0", "7", "2026-06-10", "2026-06-10"]
    ]
    assert "9 messages, 0 of them reviewed." in done.out
    assert "Never fired, rule (2): threat.find-you, spam.link" in done.out
    assert json.loads(cli.path("s.json").read_bytes())["caught"]["insult.idiot"]["messages"] == 9
    cli("rules", "stats", "a.csv", "--rules", RULES).fails(3, "a.csv, line 1")
    cli("rules", "stats", "f.jsonl", "--rules", RULES, "--json", "f.jsonl").fails(2, "another file")
