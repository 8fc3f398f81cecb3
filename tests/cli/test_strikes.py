"""`moderator strikes`, with the ledger, flagged files, and a server on loopback."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cli.command import Cli
from review.lines import flagged, line
from server.scenario import Scenario, refused

LATELY = (datetime.now(UTC) - timedelta(days=2)).isoformat()
LONG_AGO = (datetime.now(UTC) - timedelta(days=70)).isoformat()


def record(number: int, who: str, session: str = "s1", **changes: Any) -> dict[str, Any]:
    changes = {"createdAt": LATELY, "displayName": "Sam", **changes}
    return flagged(number, participantId=who, sessionId=session, **changes)


def jsonl(*lines: Any) -> str:
    return "".join(json.dumps(one) + "\n" for one in lines)


def judge(cli: Cli, *records: dict[str, Any], verdict: str = "abusive") -> None:
    at = datetime.now(UTC).isoformat()
    said = jsonl(*(line(one, verdict=verdict, at=at) for one in records))
    assert cli("verdicts", "import", "-", stdin=said).status == 0


def test_confirmed_and_open_over_sessions(cli: Cli) -> None:
    one, other, old = record(1, "p1"), record(2, "p1", "s2"), record(3, "p1", createdAt=LONG_AGO)
    waiting, harmless = record(4, "p2", severity="high"), record(5, "p3")
    judge(cli, one, other, old)
    judge(cli, harmless, verdict="not_abusive")
    cli.path("flagged.jsonl", jsonl(one, other, old, waiting, harmless))
    done = cli("strikes", "moderator-ledger.sqlite", "flagged.jsonl", "--json")
    worst, second = done.records
    assert (worst["person"], worst["key"], worst["points"]) == ("p1", "participantId", 4)
    assert [strike["counts"] for strike in worst["confirmed"]] == [False, True, True]
    assert (second["person"], second["points"], second["openPoints"]) == ("p2", 0, 4)
    assert second["names"] == ["Sam"]
    assert "2 people are known by participantId alone" in done.err
    table = cli("strikes", "moderator-ledger.sqlite", "flagged.jsonl").out
    for part in ("p1", "2 medium", "1 high", "Sam", "2 people."):
        assert part in table
    assert [one["person"] for one in cli("strikes", "--json").records] == ["p1"]


def test_the_scale_can_be_set(cli: Cli) -> None:
    judge(cli, record(1, "p1"), record(2, "p2", severity="low", createdAt=LONG_AGO))
    run = ("strikes", "--json", "--points", "medium=5", "--expiry", "low=100", "--points", "low=3")
    assert {one["person"]: one["points"] for one in cli(*run).records} == {"p1": 5, "p2": 3}
    assert [one["person"] for one in cli(*run, "--at-least", "4").records] == ["p1"]
    for wrong in ("grim=1", "low", "low=-1", "low=1.5", "low=²"):
        cli("strikes", "--points", wrong).fails(2, "--points", "SEVERITY=NUMBER")
    cli("strikes", "--expiry", "low=9999999").fails(2, "too large")


@pytest.mark.parametrize("backend", ["dyte", "realtimekit"])
def test_joined_by_the_api(online: Cli, backend: str) -> None:
    online.use(backend)
    server = online.server
    assert server is not None
    sam = {"custom_participant_id": "sam-7", "display_name": "Sam"}
    first = server.add(Scenario(people=[{"id": "p1", "user_id": "u1", **sam}]), "1")
    second = server.add(Scenario(people=[{"id": "x", "user_id": "p2", **sam}]), "2")
    third = server.add(Scenario(people_faults=[refused(404)]), "3")
    judge(online, record(1, "p1", first), record(2, "p2", second), record(3, "p3", third))
    url = online.api(backend)[:2]
    done = online("strikes", "--join", "--json", *url)
    assert done.status == 0, done.err
    sams, other = done.records
    assert (sams["key"], sams["person"], sams["points"]) == ("customParticipantId", "sam-7", 4)
    assert sams["participantIds"] == ["p1", "p2"]
    assert (other["key"], other["person"]) == ("participantId", "p3")
    assert "does not know the participants" in other["unjoined"]
    assert "1 people could not be joined over sessions:" in done.err
    assert "p3: " in done.err
    assert "customParticipantId" in online("strikes", "--join", *url).out


def test_join_needs_credentials(cli: Cli) -> None:
    judge(cli, record(1, "p1"))
    assert cli("strikes", "--join").status == 2


def test_names_are_printable_and_rude_ones_masked(cli: Cli) -> None:
    rude = record(2, "p2", displayName="idiot Sam")
    rude["findings"][0]["field"] = "displayName"
    cli.path("f.jsonl", jsonl(record(1, "p\x1b[31m", displayName="\u202eSam"), rude))
    for done in (cli("strikes", "f.jsonl"), cli("strikes", "f.jsonl", "--json")):
        assert "\x1b" not in done.out + done.err
        assert "\u202e" not in done.out
        assert "i**** S**" in done.out
        assert "idiot" not in done.out


def test_broken_lines_are_named(cli: Cli) -> None:
    cli.path("v.jsonl", jsonl(line(record(1, "p1")), line(record(2, "p1"), verdict="rude")))
    done = cli("strikes", "v.jsonl", "--json")
    assert (done.status, len(done.records)) == (6, 1)
    assert "v.jsonl, line 2: verdict has to be one of" in done.err


def test_files_of_another_kind(cli: Cli) -> None:
    cli("strikes").fails(3, "moderator-ledger.sqlite cannot be read")
    cli.path("dump.csv", "id,participantId\n")
    cli("strikes", "dump.csv").fails(3, "dump.csv is no ledger, and holds neither verdicts")
    cli.path("f.jsonl", jsonl(record(1, "p1"), {"severity": "high"}))
    cli("strikes", "f.jsonl").fails(3, "f.jsonl, line 2: this is no record that scan writes")
