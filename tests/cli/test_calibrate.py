"""calibrate, sample and dsa as a user runs them."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from cli.command import LIGHT, RULES, Cli
from review.judging import UNFLAGGED, facts, found, many, scored, verdict, write

from moderator.review.records import facts as facts_of
from moderator.review.records import record_id
from moderator.review.verdicts import Verdict, from_jsonl


def flags(count: int, wrong_every: int) -> list[Verdict]:
    """Insults from 0.84 to 0.97, the lower half of them wrong every so often."""
    return [
        verdict(
            f"f{at}",
            "not_abusive" if at < count / 2 and at % wrong_every == 0 else "abusive",
            facts(scored(round(0.84 + 0.13 * at / count, 4))),
        )
        for at in range(count)
    ]


def test_precision_and_a_proposal(cli: Cli) -> None:
    write(cli.path("v.jsonl"), [*flags(300, 2), verdict("x", "unsure"), verdict("y")])
    done = cli("calibrate", "v.jsonl", "-o", "fragment.yaml")
    assert done.status == 0
    assert "302 messages with verdicts: 302 flagged." in done.out
    assert "301 decided, 1 unsure" in done.out
    assert "m: insult" in done.out
    assert "insult medium" in done.out
    assert "Proposal written to fragment.yaml" in done.err
    text = cli.path("fragment.yaml").read_text("utf-8")
    assert "extends: default" in text
    assert cli("rules", "check", "fragment.yaml").status == 0


def test_nothing_is_written_unasked_or_without_grounds(cli: Cli) -> None:
    write(cli.path("v.jsonl"), flags(300, 2))
    done = cli("calibrate", "v.jsonl")
    assert "Nothing was written" in done.err
    write(cli.path("few.jsonl"), flags(20, 2))
    done = cli("calibrate", "few.jsonl", "-o", "fragment.yaml")
    assert done.status == 0
    assert "too few, needs 60" in done.out
    assert "No threshold is proposed" in done.out
    assert sorted(path.name for path in cli.folder.iterdir()) == ["few.jsonl", "v.jsonl"]


def test_no_verdicts_at_all(cli: Cli) -> None:
    cli.path("v.jsonl", "")
    done = cli("calibrate", "v.jsonl")
    assert done.status == 0
    assert "No verdicts" in done.out


def test_lines_that_are_none_are_named(cli: Cli) -> None:
    write(cli.path("v.jsonl"), many([True] * 3, facts(found())))
    cli.path("v.jsonl").write_bytes(cli.path("v.jsonl").read_bytes() + b"{}\n")
    done = cli("calibrate", "v.jsonl")
    assert done.status == 6
    assert "v.jsonl, line 4: left out, " in done.out


def test_another_kind_of_file_is_one_sentence(cli: Cli) -> None:
    cli.path("v.jsonl", "{}\n{}\n")
    done = cli("calibrate", "v.jsonl")
    assert (done.status, done.out) == (3, "")
    assert "v.jsonl holds no verdicts (line 1: " in done.err


def test_no_figure_is_cut(cli: Cli) -> None:
    write(cli.path("v.jsonl"), flags(300, 2))
    assert "…" not in cli("calibrate", "v.jsonl").out


def test_the_rules_in_use_are_never_replaced(cli: Cli) -> None:
    write(cli.path("v.jsonl"), flags(300, 2))
    cli.path("rules.yaml", "version: 1\nextends: default\n")
    done = cli("calibrate", "v.jsonl", "--rules", "rules.yaml", "-o", "rules.yaml")
    done.fails(2, "rules.yaml is no earlier proposal")


@pytest.mark.parametrize("wanted", ["0.4", "1", "-1"])
def test_a_precision_that_makes_no_sense_is_refused(cli: Cli, wanted: str) -> None:
    cli.path("v.jsonl", "")
    cli("calibrate", "v.jsonl", "--precision", wanted).fails(2, "--precision")


# From a dump to its recall


def judged_by(record: dict[str, Any], said: str, **changes: Any) -> dict[str, Any]:
    """The line of a verdict on a record, as the report page exports it."""
    return {
        "recordId": record_id(record), "recordHash": "a" * 64, "salt": None,
        "sessionId": record["sessionId"], "messageId": record["id"],
        "participantId": record["participantId"], "createdAt": record["createdAt"],
        "reviewer": "rita", "verdict": said, "action": None, "note": None,
        "at": "2026-06-11T09:00:00.000Z", "record": facts_of(record), **changes,
    }  # fmt: skip


def dump(messages: int) -> str:
    """A session in which every tenth message is an insult."""
    head = "id,participantId,sessionId,meetingId,displayName,pinned,isEdited,payloadType,payload,"
    rows = [head + "createdAt"]
    for at in range(messages):
        text = f"you utter idiot number {at}" if at % 10 == 3 else f"is page {at} the next one?"
        rows.append(
            f"msg-{at:04},person-{at % 17:04},session-0042,meeting-7,Wilma Name{at % 17},false,"
            f"false,TEXT_MESSAGE,{text},2026-06-10T10:{at // 60:02}:{at % 60:02}Z"
        )
    return "\n".join(rows) + "\n"


def scanned(cli: Cli) -> list[dict[str, Any]]:
    """The flagged messages of a dump, with its scores beside."""
    cli.path("dump.csv", dump(200))
    done = cli("scan", "dump.csv", *LIGHT, "-o", "flagged.jsonl", "--scores", "scores.jsonl")
    assert done.status == 0
    return cli.lines("flagged.jsonl")


def drawn(cli: Cli, *options: str) -> list[dict[str, Any]]:
    done = cli(
        "sample", "dump.csv", "--scores", "scores.jsonl", "-o", "sample.jsonl", "--rules", RULES,
        *options,
    )  # fmt: skip
    assert done.status == 0, done.err
    assert "written to sample.jsonl" in done.err
    return cli.lines("sample.jsonl")


def test_from_a_dump_to_its_recall(cli: Cli) -> None:
    flagged = scanned(cli)
    sample = drawn(cli, "-n", "80")
    assert len(sample) == 80
    assert not {one["id"] for one in sample} & {one["id"] for one in flagged}
    lines = [judged_by(one, "abusive") for one in flagged]
    lines += [
        judged_by(one, "abusive" if at < 2 else "not_abusive") for at, one in enumerate(sample)
    ]
    cli.path("v.jsonl", b"".join(orjson.dumps(line) + b"\n" for line in lines))
    done = cli("calibrate", "v.jsonl", "--sample", "sample.jsonl", "--scores", "scores.jsonl")
    assert done.status == 0
    assert "80 of a sample of unflagged ones" in done.out
    assert "with 95 % confidence" in done.out
    cli.path("v.jsonl", b"".join(orjson.dumps(line) + b"\n" for line in lines[: len(flagged)]))
    done = cli("calibrate", "v.jsonl", "--sample", "sample.jsonl")
    assert "Recall is not known: no verdict on any message drawn" in done.out


def test_a_sample_is_the_same_by_its_seed(cli: Cli) -> None:
    scanned(cli)
    assert drawn(cli, "-n", "30") == drawn(cli, "-n", "30", "--seed", "1")
    assert drawn(cli, "-n", "30") != drawn(cli, "-n", "30", "--seed", "2")
    assert (cli.path("sample.jsonl").stat().st_mode & 0o777) == 0o600


def test_a_sample_needs_the_scores_of_its_dump(cli: Cli) -> None:
    scanned(cli)
    other = str(cli.path("other.csv", dump(199)))
    done = cli("sample", other, "--scores", "scores.jsonl", "-o", "out.jsonl")
    done.fails(3, "does not list the messages of this dump")
    assert not cli.path("out.jsonl").exists()
    done = cli("sample", other, "--scores", "scores.jsonl", "-o", "scores.jsonl")
    done.fails(2, "name another")
    cli("sample", "no.csv", "--scores", "scores.jsonl", "-o", "out.jsonl").fails(3, "no.csv")


# Statements and notices


def decided(cli: Cli) -> list[dict[str, Any]]:
    flagged = scanned(cli)
    lines = [
        judged_by(one, "abusive", action="removed", recordHash=f"{at:064x}")
        for at, one in enumerate(flagged)
    ]
    lines[0]["verdict"] = "not_abusive"
    lines[1]["action"] = "warned"
    cli.path("v.jsonl", b"".join(orjson.dumps(line) + b"\n" for line in lines))
    assert all(isinstance(one, Verdict) for one in from_jsonl(map(orjson.dumps, lines), "v"))
    return lines


def test_statements_of_what_was_decided(cli: Cli) -> None:
    lines = decided(cli)
    done = cli(
        "dsa", "v.jsonl", "flagged.jsonl", "-o", "statements.jsonl", "--terms", "House rules, 4",
        "--url", "https://example.org/terms",
    )  # fmt: skip
    assert done.status == 0, done.err
    statements = cli.lines("statements.jsonl")
    assert len(statements) == len(lines) - 2
    assert len({one["puid"] for one in statements}) == len(statements)
    text = json.dumps(statements, ensure_ascii=False)
    for record in cli.lines("flagged.jsonl"):
        for key in ("participantId", "id", "sessionId", "meetingId", "displayName", "payload"):
            assert record[key] not in text
    assert "1 without a statement: not confirmed as abusive." in done.err
    assert "1 without a statement: no action that restricts anybody." in done.err
    first = cli.path("statements.jsonl").read_bytes()
    cli("dsa", "v.jsonl", "-o", "statements.jsonl", "--terms", "House rules, 4",
        "--url", "https://example.org/terms")  # fmt: skip
    assert cli.path("statements.jsonl").read_bytes() == first


def test_notices_go_to_the_person_concerned_alone(cli: Cli) -> None:
    lines = decided(cli)
    done = cli(
        "dsa", "v.jsonl", "flagged.jsonl", "-o", "s.jsonl", "--notices", "notices",
        "--operator", "Example Classes", "--contact", "appeals@example.org",
    )  # fmt: skip
    assert done.status == 0, done.err
    notices = sorted(cli.path("notices").iterdir())
    assert {path.stem for path in notices} == {one["puid"] for one in cli.lines("s.jsonl")}
    people = {line["participantId"] for line in lines}
    for path in notices:
        text = path.read_text("utf-8")
        assert sum(person in text for person in people) == 1
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_statement_that_names_somebody_is_refused(cli: Cli) -> None:
    decided(cli)
    name = cli.lines("flagged.jsonl")[2]["displayName"]
    done = cli("dsa", "v.jsonl", "flagged.jsonl", "-o", "s.jsonl", "--terms", f"what {name} wrote")
    assert done.status == 1
    assert "is refused: a person's name in incompatible_content_ground." in done.err
    assert name not in done.err
    assert cli.lines("s.jsonl") == []


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--notices", "n"), "--notices needs --operator and --contact"),
        (("--operator", "A", "--contact", "b"), "name a folder by --notices"),
        (("--url", "example.org"), "--url"),
        (("--terms", "x" * 501), "--terms"),
        (("-o", "v.jsonl"), "name another"),
    ],
)
def test_options_that_do_not_fit_are_told(cli: Cli, options: tuple[str, ...], problem: str) -> None:
    write(cli.path("v.jsonl"), [verdict(action="hide")])
    cli("dsa", "v.jsonl", "-o", "s.jsonl", *options).fails(2, problem)


def test_a_ledger_will_do(cli: Cli, tmp_path: Path) -> None:
    from moderator.review.ledger import Ledger

    with Ledger.open(cli.path("ledger.sqlite"), create=True) as ledger:
        ledger.add(
            [verdict("a", action="hide"), verdict("b", "not_abusive"), verdict(of=UNFLAGGED)]
        )
    assert "2 flagged, 1 of a sample" in cli("calibrate", "ledger.sqlite").out
    assert cli("dsa", "ledger.sqlite", "-o", "s.jsonl").status == 0
    assert len(cli.lines("s.jsonl")) == 1
