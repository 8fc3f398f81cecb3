"""`moderator verdicts`, as a reviewer would use it."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from cli.command import Cli, Done
from review.lines import CANARY, flagged, line

from moderator.cli.ledger import ActionName, VerdictName
from moderator.review.ledger import Ledger
from moderator.review.verdicts import ACTIONS, VERDICTS

LEDGER = "moderator-ledger.sqlite"


def jsonl(*lines: Any) -> str:
    return "".join(json.dumps(one) + "\n" for one in lines)


def shown(cli: Cli, *arguments: str) -> list[dict[str, Any]]:
    return cli("verdicts", "list", "--json", *arguments).records


@pytest.fixture
def judged(cli: Cli) -> Cli:
    """Three verdicts by Ann, one by Bob that says the opposite."""
    of = [flagged(number, participantId=f"p{number}") for number in (1, 2, 3)]
    cli.path("flagged.jsonl", jsonl(*of))
    cli.path(
        "verdicts.jsonl",
        jsonl(*map(line, of), line(of[1], reviewer="Bob", verdict="not_abusive", action=None)),
    )
    assert cli("verdicts", "import", "verdicts.jsonl").status == 0
    return cli


def test_names_of_options_are_those_of_the_ledger() -> None:
    assert tuple(VerdictName) == VERDICTS
    assert tuple(ActionName) == ACTIONS


def test_import_twice_changes_nothing(judged: Cli) -> None:
    before = judged.path(LEDGER).read_bytes()
    again = judged("verdicts", "import", "verdicts.jsonl")
    assert (again.status, again.out) == (0, "0 new verdicts, 4 known already, 0 broken.\n")
    assert judged.path(LEDGER).read_bytes() == before
    assert stat.S_IMODE(judged.path(LEDGER).stat().st_mode) == 0o600


def test_broken_lines_are_named_and_the_others_kept(cli: Cli) -> None:
    broken = line(flagged(2), verdict=CANARY)
    cli.path("v.jsonl", jsonl(line(), broken) + "{\n" + jsonl(line(flagged(3))))
    done = cli("verdicts", "import", "v.jsonl")
    assert done.status == 6
    assert done.out == "2 new verdicts, 0 known already, 2 broken.\n"
    assert done.err.splitlines() == [
        "v.jsonl, line 2: verdict has to be one of abusive, not_abusive, unsure.",
        "v.jsonl, line 3: this is not JSON.",
    ]
    cli.path("v.jsonl", jsonl(line(), line(flagged(2)), line(flagged(3))))
    mended = cli("verdicts", "import", "v.jsonl")
    assert mended.out == "1 new verdicts, 2 known already, 0 broken.\n"


def test_a_file_of_another_kind_is_one_sentence(cli: Cli) -> None:
    cli.path("flagged.jsonl", jsonl(flagged(1), flagged(2)))
    done = cli("verdicts", "import", "flagged.jsonl")
    assert done.status == 3
    assert done.err.count("\n") == 1
    assert "flagged.jsonl holds no verdicts (line 1: " in done.err
    assert not cli.path(LEDGER).exists()


def test_a_missing_file_imports_nothing(cli: Cli) -> None:
    cli.path("v.jsonl", jsonl(line()))
    cli("verdicts", "import", "v.jsonl", "none.jsonl").fails(3, "none.jsonl cannot be read")
    assert not cli.path(LEDGER).exists()


def test_standard_input_is_read(cli: Cli) -> None:
    done = cli("verdicts", "import", "-", stdin=jsonl(line()))
    assert done.out == "1 new verdicts, 0 known already, 0 broken.\n"


def test_the_ledger_is_named_by_option_or_environment(cli: Cli) -> None:
    cli.path("v.jsonl", jsonl(line()))
    cli("verdicts", "import", "v.jsonl", "--ledger", "a.sqlite")
    cli("verdicts", "import", "v.jsonl", environ={"MODERATOR_LEDGER": "b.sqlite"})
    assert cli.path("a.sqlite").exists()
    assert cli.path("b.sqlite").exists()
    assert not cli.path(LEDGER).exists()


@pytest.mark.parametrize(
    ("arguments", "entries"),
    [
        ((), [1, 2, 3, 4]),
        (("--by", "Bob"), [4]),
        (("--participant", "p3"), [3]),
        (("--verdict", "not_abusive"), [4]),
        (("--action", "hide"), [1, 2, 3]),
        (("--action", "banned"), []),
        (("--disputed",), [2, 4]),
        (("--session", "s1", "--by", "Ann"), [1, 2, 3]),
        (("--session", "s2"), []),
        (("--since", "2026-06-11"), []),
        (("--since", "2026-06-10"), [1, 2, 3, 4]),
    ],
)
def test_filters(judged: Cli, arguments: tuple[str, ...], entries: list[int]) -> None:
    assert [row["entry"] for row in shown(judged, *arguments)] == entries


def test_what_became_of_each_entry(judged: Cli) -> None:
    later = line(flagged(3, participantId="p3"), verdict="unsure", at="2026-06-10T13:00:00Z")
    judged("verdicts", "import", "-", stdin=jsonl(later))
    assert judged("verdicts", "undo", "1", "--reviewer", "Cy").out == "Entry 6 undoes entry 1.\n"
    states = {row["entry"]: row["state"] for row in shown(judged, "--all")}
    assert states == {
        1: "undone by 6", 2: "disputed", 3: "superseded", 4: "disputed", 5: "stands",
        6: "undoes 1",
    }  # fmt: skip
    assert [row["entry"] for row in shown(judged)] == [2, 4, 5]
    name = shown(judged)[0]["recordId"]
    assert [row["entry"] for row in shown(judged, "--record", name[:8], "--all")] == [2, 4]


def test_the_table_says_what_is_needed(judged: Cli) -> None:
    out = judged("verdicts", "list").out
    for part in ("abusive", "Ann", "Bob", "p1", "m1", "disputed", "medium insult", "2026-06-10"):
        assert part in out
    assert CANARY not in out, "notes are shown when asked for"
    assert "4 entries; reviewers say the opposite of 1 records." in out
    assert CANARY in judged("verdicts", "list", "--notes").out


def test_a_long_list_ends_with_its_latest(cli: Cli) -> None:
    said = jsonl(*(line(flagged(number)) for number in range(510)))
    cli("verdicts", "import", "-", stdin=said)
    out = cli("verdicts", "list").out
    assert "510 entries, the last 500 shown (--json has all)." in out
    assert ("m509 " in out, "m9 " in out) == (True, False)
    assert len(shown(cli)) == 510


def test_hostile_names_do_not_steer_the_terminal(cli: Cli) -> None:
    nasty = "\x1b[31mp\u202e1"
    record = flagged(participantId=nasty, id=f"m{nasty}")
    cli("verdicts", "import", "-", stdin=jsonl(line(record, reviewer=nasty, note=nasty)))
    out = cli("verdicts", "list", "--notes").out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\\x1b[31m" in out


@pytest.mark.parametrize("by_record", [False, True])
def test_add_on_a_flagged_record(judged: Cli, by_record: bool) -> None:
    name = shown(judged, "--participant", "p2")[0]["recordId"] if by_record else "m2"
    done = judged(
        "verdicts", "add", name, "abusive", "--in", "flagged.jsonl", "--action", "warned",
        "--note", "third time", "--reviewer", "Cy",
    )  # fmt: skip
    assert done.out == "Entry 5.\n"
    row = shown(judged, "--by", "Cy")[0]
    assert (row["messageId"], row["participantId"], row["action"]) == ("m2", "p2", "warned")
    assert (row["note"], row["record"]["categories"]) == ("third time", ["insult"])


def test_add_on_a_record_of_the_ledger(judged: Cli) -> None:
    name = shown(judged, "--participant", "p2")[0]["recordId"]
    judged("verdicts", "add", name[:10], "unsure", environ={"MODERATOR_REVIEWER": "Dee"})
    row = shown(judged, "--by", "Dee")[0]
    assert (row["recordId"], row["verdict"], row["note"]) == (name, "unsure", None)


def test_add_needs_one_record(judged: Cli) -> None:
    record = flagged(1, sessionId="s2", participantId="p1")
    judged.path("flagged.jsonl", jsonl(flagged(1, participantId="p1"), record))
    add = ("verdicts", "add")
    judged(*add, "m1", "abusive", "--in", "flagged.jsonl").fails(2, "2 records", "the record id")
    judged(*add, "m9", "abusive", "--in", "flagged.jsonl").fails(2, "no record 'm9'")
    judged(*add, "ffff", "abusive").fails(2, "no records whose id begins with 'ffff'")
    judged(*add, "m1", "abusive", "--in", "none").fails(3, "none cannot be read")
    judged(*add, "m1", "abusive", "--in", "verdicts.jsonl").fails(3, "line 1: this is no record")
    long = ("--note", "x" * 4001)
    judged(*add, "m1", "abusive", "--in", "flagged.jsonl", *long).fails(2, "2 records")


def test_undo_what_is_not_there(judged: Cli) -> None:
    judged("verdicts", "undo", "9").fails(2, "Entry 9 is no verdict")
    judged("verdicts", "undo", "1")
    judged("verdicts", "undo", "1").fails(2, "undone already, by entry 5")


def test_verify_prints_the_head_and_compares(judged: Cli) -> None:
    done = judged("verdicts", "verify")
    assert done.status == 0
    assert done.out.startswith("4 entries; 0 problems.\nhead ")
    head = done.out.split()[-1]
    judged("verdicts", "undo", "1")
    assert judged("verdicts", "verify", "--head", head.upper()).status == 0
    other = judged("verdicts", "verify", "--head", "0" * 63 + "1")
    assert other.status == 1
    assert "the file: the head noted is no entry's hash" in other.err
    judged("verdicts", "verify", "--head", "abc").fails(2, "--head has to be")


def test_verify_names_what_was_changed(judged: Cli) -> None:
    path = judged.path(LEDGER)
    path.write_bytes(path.read_bytes().replace(b'"reviewer":"Bob"', b'"reviewer":"Bub"'))
    done = judged("verdicts", "verify")
    assert done.status == 1
    assert f"{LEDGER}, entry 4: it was changed, moved, or put in" in done.err
    judged("verdicts", "list").fails(3, "the chain breaks at entry 4", "verdicts verify")


def test_verify_says_what_it_cannot_show(cli: Cli) -> None:
    told = " ".join(cli("verdicts", "verify", "--help").out.split())
    assert "a chain alone cannot show that its tail was cut off" in told


def test_a_missing_ledger_is_one_sentence(cli: Cli) -> None:
    for command in ("list", "verify", "agreement", "export"):
        cli("verdicts", command).fails(3, "There is no ledger moderator-ledger.sqlite")
    assert not cli.path(LEDGER).exists()


def test_export_and_import_into_another_ledger(judged: Cli) -> None:
    judged("verdicts", "undo", "3")
    assert judged("verdicts", "export", "-o", "out.jsonl").out == ""
    assert judged("verdicts", "export").records == judged.lines("out.jsonl")
    given = {json.dumps(one, sort_keys=True) for one in judged.lines("verdicts.jsonl")}
    for one in judged.lines("out.jsonl"):
        assert one.pop("customParticipantId") is None
        assert json.dumps(one, sort_keys=True) in given
    done = judged("verdicts", "import", "out.jsonl", "--ledger", "b.sqlite")
    assert done.out == "3 new verdicts, 0 known already, 0 broken.\n"
    with Ledger.open(judged.path("b.sqlite")) as other:
        assert len(list(other.verdicts())) == 3


def test_agreement_has_counts_and_says_when_they_are_few(judged: Cli) -> None:
    judged("verdicts", "add", "m1", "abusive", "--in", "flagged.jsonl", "--reviewer", "Bob")
    out = judged("verdicts", "agreement").out
    assert "Ann and Bob" in out
    assert "too few records to rely on" in out
    (pair,) = judged("verdicts", "agreement", "--json").records
    assert (pair["reviewers"], pair["records"], pair["observed"]) == (["Ann", "Bob"], 2, 0.5)
    assert pair["counts"] == [[1, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert (pair["kappa"], pair["few"]) == (0.0, True)


def test_agreement_of_one_reviewer(cli: Cli) -> None:
    cli("verdicts", "import", "-", stdin=jsonl(line()))
    assert "No two reviewers" in cli("verdicts", "agreement").out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(cli: Cli) -> None:
    cli.folder.chmod(0o500)
    done: Done = cli("verdicts", "import", "-", stdin=jsonl(line()))
    cli.folder.chmod(0o700)
    done.fails(4, "cannot be written")


def test_no_error_holds_a_note(judged: Cli, tmp_path: Path) -> None:
    path = judged.path(LEDGER)
    for size in (5000, 9000, 100):
        path.write_bytes(path.read_bytes()[:size])
        done = judged("verdicts", "verify")
        assert done.status in (1, 3)
        assert CANARY not in done.err
