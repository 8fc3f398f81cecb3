"""`scan`, `sessions` and `fetch` against a real server on loopback."""

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cli.command import COMMAND, LIGHT, Cli
from server.app import ACCOUNT_ID, API_KEY, ORG_ID, TOKEN
from server.scenario import Fault, Scenario, dump, refused, session_id


@pytest.mark.parametrize("backend", ["dyte", "realtimekit"])
def test_a_session_is_scanned(online: Cli, backend: str) -> None:
    online.use(backend)
    online.server.sessions[session_id("ok")].body = dump(4, "you idiot")
    done = online("scan", session_id("ok"), *online.api(backend), *LIGHT, "--verbose")
    assert done.status == 0
    assert len(done.records) == 4
    assert f"session {session_id('ok')}: read 4" in done.err
    for asked in online.server.files_asked():
        assert "authorization" not in asked.headers


def test_credentials_come_from_dotenv_too(online: Cli) -> None:
    for name in online.server.environ("dyte"):
        del online.environ[name]
    online.path(".env", "".join(f"{k}={v}\n" for k, v in online.server.environ("dyte").items()))
    assert online("fetch", session_id("ok"), *online.api(), "-o", "d.csv").status == 0
    assert online.path("d.csv").read_bytes() == dump()


def test_a_url_is_scanned_without_credentials(online: Cli) -> None:
    for name in online.server.environ("dyte"):
        del online.environ[name]
    link, _ = online.server.sign(f"/dumps/{session_id('ok')}.csv", online.server.link_ttl)
    done = online("scan", link, *LIGHT, "--allow-private", "--verbose")
    assert done.status == 0
    assert done.err.startswith("a URL at 127.0.0.1: read 40")


def test_since_does_what_is_left_to_do(online: Cli) -> None:
    server = online.server
    server.sessions.clear()
    ended = {"ended_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}
    good = server.add(Scenario(body=dump(3, "you idiot"), listed=ended), "good")
    late = server.add(Scenario(chat_faults=[refused(404)], listed=ended), "late")
    bad = server.add(Scenario(body=b"not,a,dump\r\n", listed=ended), "bad")
    run = ("--since", "24h", "--out-dir", "out", *online.api(), *LIGHT)
    first = online("scan", *run)
    assert first.status == 6
    assert f"session {late}: not ready: " in first.err
    assert f"session {bad}: failed: " in first.err
    assert "1 sessions done, 1 not ready, 1 failed; outputs in out" in first.err
    assert len(online.lines(f"out/{good}.jsonl")) == 3

    server.sessions[bad].body = dump(2)
    before = len(server.asked(good))
    second = online("scan", *run, "--fail-on", "low")
    assert second.status == 0
    assert f"session {good}" not in second.err
    assert f"session {late}: judged 40" in second.err
    assert f"session {bad}: judged 2" in second.err
    assert len(server.asked(good)) == before
    state = json.loads(online.path("out/moderator-state.json").read_bytes())
    assert {one["status"] for one in state["sessions"].values()} == {"done"}


def test_what_is_given_up_is_said_once(online: Cli) -> None:
    server = online.server
    server.sessions.clear()
    late = server.add(Scenario(chat_faults=[refused(404)] * 9), "late")
    server.sessions[late].listed["ended_at"] = datetime.now(UTC).isoformat()
    run = ("scan", "--since", "24h", "--out-dir", "out", *online.api(), *LIGHT, "--quiet")
    first = online(*run)
    assert (first.status, first.err) == (0, "")
    path = online.path("out/moderator-state.json")
    state = json.loads(path.read_bytes())
    long_ago = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    state["sessions"][late] |= {"ended_at": long_ago, "first_tried": long_ago}
    path.write_text(json.dumps(state))
    server.sessions[late].listed["ended_at"] = long_ago
    last = online(*run[:-1])
    assert last.status == 6
    assert f"session {late}: given up: " in last.err
    assert "0 failed, 1 given up; outputs in out" in last.err
    after = online(*run[:-1])
    assert after.status == 0
    assert late not in after.err
    assert "The API lists no session that ended since" in after.err
    assert online(*run).err == ""


def test_since_takes_no_no_clobber(online: Cli) -> None:
    run = ("scan", "--since", "24h", "--out-dir", "out", *online.api(), *LIGHT)
    online(*run, "--no-clobber").fails(2, "--no-clobber is for one TARGET")


def test_runs_that_overlap_are_kept_apart(online: Cli) -> None:
    server = online.server
    server.sessions.clear()
    slow = server.add(Scenario(delay=3.0))
    run = ("scan", "--since", "2026-06-09", "--out-dir", "out", *online.api(), *LIGHT)
    with subprocess.Popen(
        [COMMAND, *run], cwd=online.folder, env=online.environ, stderr=subprocess.PIPE
    ) as first:
        while not server.asked(slow):
            assert first.poll() is None
        online(*run).fails(4, "another run is at work in out")
        assert first.stderr is not None
        first.stderr.read()
    assert first.returncode == 0


def test_sessions_are_listed_page_by_page(online: Cli) -> None:
    online.server.sessions.clear()
    ids = [online.server.add(Scenario(), str(number)) for number in range(105)]
    plain = online("sessions", *online.api()[:2])
    assert plain.status == 0
    assert [line.split()[0] for line in plain.out.splitlines()] == ids
    first = online("sessions", *online.api()[:2], "--json").records[0]
    assert list(first) == ["id", "status", "startedAt", "endedAt", "minutes", "title"]
    assert (first["status"], first["title"]) == ("ENDED", "Weekly sync")


def test_a_title_cannot_steer_the_terminal(online: Cli) -> None:
    online.server.sessions.clear()
    online.server.add(Scenario(listed={"meeting_display_name": "\x1b[2Jhi\u202eih\x9b"}))
    done = online("sessions", *online.api()[:2])
    assert r"\x1b[2Jhi\u202eih\x9b" in done.out


def fetch(online: Cli, session: str, *more: str, backend: str = "dyte"):
    return online("fetch", session, *online.api(backend), "-o", "d.csv", "-v", *more)


@pytest.mark.parametrize(
    "name",
    ["result_wrapper", "camel_case", "rate_limited", "expired_link", "truncated", "redirected",
     "truncated_chunked", "truncated_no_range"],
)  # fmt: skip
def test_what_can_be_got_over_is(online: Cli, name: str) -> None:
    done = fetch(online, session_id(name), "--quiet")
    assert (done.status, done.out) == (0, "")
    assert online.path("d.csv").read_bytes() == dump()


def test_waiting_for_a_dump(online: Cli) -> None:
    late = online.server.add(Scenario(chat_faults=[refused(404)]))
    assert fetch(online, late, "--wait", "2").status == 0


@pytest.mark.parametrize(
    ("name", "status", "parts"),
    [
        ("never_there_404", 3, ["chat replay is not enabled", "session id is wrong", "--wait"]),
        ("never_there_403", 3, ["(403, ", "retention", "not synced"]),
        ("late_empty_link", 3, ["no link", "--wait"]),
        ("late_empty_file", 3, ["an empty file", "not ready yet"]),
        ("html", 3, ["a web page", "--base-url"]),
        ("always_expired", 3, ["refuses the link (403)", "its newest link has expired"]),
        ("redirect_loop", 3, ["redirects more than 5 times"]),
        ("redirect_private", 3, ["10.0.0.1 is refused"]),
    ],
)
def test_what_cannot_is_one_sentence(online: Cli, name: str, status: int, parts: list[str]) -> None:
    fetch(online, session_id(name)).fails(status, *parts)
    assert [path.name for path in online.folder.iterdir()] == []


@pytest.mark.slow
def test_a_part_is_never_the_whole(online: Cli) -> None:
    fetch(online, session_id("always_truncated")).fails(3, "500 bytes", "try again later")
    assert [path.name for path in online.folder.iterdir()] == []


def test_the_wait_has_an_end(online: Cli) -> None:
    fetch(online, session_id("never_there_404"), "--wait", "1").fails(3, "after waiting 1 s")


def test_a_server_that_asks_for_an_hour_is_not_waited_for(online: Cli) -> None:
    busy = Scenario(chat_faults=[Fault(429, {}, {"Retry-After": "3600"})] * 9)
    fetch(online, online.server.add(busy)).fails(3, "429", "3600 s of patience")


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"DYTE_API_KEY": "another-key"}, ["refuses the credentials", "(401", "DYTE_API_KEY"]),
        ({"DYTE_API_KEY": ""}, ["DYTE_API_KEY (the API key) is not set"]),
        ({"DYTE_API_KEY": ORG_ID, "DYTE_ORG_ID": API_KEY}, ["DYTE_API_KEY looks like"]),
        ({"DYTE_ORG_ID": ACCOUNT_ID}, ["DYTE_ORG_ID looks like a Cloudflare account id"]),
        ({"DYTE_API_KEY": "your-api-key"}, ["DYTE_API_KEY holds a placeholder"]),
    ],
)
def test_wrong_credentials_are_named(
    online: Cli, changes: dict[str, str], parts: list[str]
) -> None:
    online.environ |= changes
    fetch(online, session_id("ok")).fails(2, *parts)


def test_credentials_of_the_other_back_end_are_named(online: Cli) -> None:
    online.use("realtimekit")
    online.environ["REALTIMEKIT_ACCOUNT_ID"] = ORG_ID
    fetch(online, session_id("ok"), backend="realtimekit").fails(
        2, "REALTIMEKIT_ACCOUNT_ID looks like an app id or a Dyte organisation id"
    )
    online.environ |= {"REALTIMEKIT_ACCOUNT_ID": ACCOUNT_ID, "REALTIMEKIT_TOKEN": f"Bearer {TOKEN}"}
    fetch(online, session_id("ok"), backend="realtimekit").fails(2, "begins with the word Bearer")


def test_both_back_ends_set_is_a_question(online: Cli) -> None:
    online.environ |= online.server.environ("realtimekit")
    fetch(online, session_id("ok")).fails(2, "choose with --backend")
    assert fetch(online, session_id("ok"), "--backend", "dyte").status == 0


def test_private_addresses_need_permission(online: Cli) -> None:
    url = online.server.base_urls["dyte"]
    online("fetch", session_id("ok"), "--base-url", url, "-o", "d.csv").fails(
        3, "127.0.0.1", "https"
    )
    online("fetch", "https://10.1.2.3/dump.csv", "-o", "d.csv").fails(3, "--allow-private")


def test_an_expired_url_says_what_to_do(online: Cli) -> None:
    link, _ = online.server.sign(f"/dumps/{session_id('ok')}.csv", -online.server.link_ttl)
    online("fetch", link, "-o", "d.csv", "--allow-private").fails(3, "may have expired")


def test_fetch_takes_no_file_and_clobbers_none(online: Cli) -> None:
    online.path("d.csv", "old")
    online("fetch", "d.csv", "-o", "e.csv").fails(2, "d.csv is here already")
    fetch(online, session_id("ok"), "--no-clobber").fails(4, "--no-clobber")
    online("fetch", session_id("ok"), *online.api(), "-o", "-").fails(2, "-o FILE")
    assert not online.path("-").exists()
    online("fetch", session_id("ok"), *online.api(), "-o", os.devnull).fails(4, "not a regular")
    assert online.path("d.csv").read_text() == "old"


def test_the_length_of_a_dump_is_bounded(online: Cli) -> None:
    fetch(online, session_id("ok"), "--max-bytes", "1KiB").fails(
        3, "larger than the 1,024 bytes", "--max-bytes"
    )
    assert fetch(online, session_id("ok"), "--max-bytes", "1 MiB").status == 0
    online("scan", "d.csv", *LIGHT, "--max-bytes", "1000").fails(3, "1,000 bytes", "--max-bytes")
    for wrong in ("0", "much", "-1", "1TiB", "1.5GiB"):
        fetch(online, session_id("ok"), f"--max-bytes={wrong}").fails(2, "500MiB", repr(wrong))


def test_the_next_start_removes_what_a_killed_run_left(online: Cli) -> None:
    slow = online.server.add(Scenario(delay=3.0))
    scan = ("scan", slow, *online.api(), *LIGHT)
    with subprocess.Popen([COMMAND, *scan], cwd=online.folder, env=online.environ) as killed:
        while not (left := list(online.folder.glob("moderator-*"))):
            assert killed.poll() is None
        killed.kill()
    assert left[0].exists()
    assert online("scan", session_id("ok"), *online.api(), *LIGHT).status == 0
    assert not left[0].exists()
