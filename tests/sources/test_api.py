import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from server.app import API_KEY, LoopbackServer
from server.scenario import ERROR_FORMS, HTML, Fault, Scenario, refused, session_id

from moderator.errors import ConfigError, ModeratorError, NotReady, SourceError
from moderator.sources import answers
from moderator.sources.api import SessionsApi
from moderator.sources.credentials import resolve
from moderator.sources.fetch import wait_for_link
from moderator.sources.limits import Backoff, Limits
from moderator.sources.wire import retry_after

BACKENDS = ["dyte", "realtimekit"]
QUICK = Backoff(first=0.001, longest=0.01)


def connect(
    server: LoopbackServer,
    backend: str = "realtimekit",
    *,
    backoff: Backoff = QUICK,
    **variables: str,
) -> SessionsApi:
    environ = {**server.environ(backend), **variables}
    return SessionsApi(resolve(environ, backend, server.base_urls[backend]), backoff=backoff)


@pytest.fixture
def api(server: LoopbackServer) -> Iterator[SessionsApi]:
    with connect(server) as connected:
        yield connected


def failing(api: SessionsApi, session: str, kind: type[ModeratorError] = SourceError) -> str:
    """The sentence that asking for a chat fails with."""
    with pytest.raises(ModeratorError) as caught:
        api.chat_link(session)
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ["ok", "result_wrapper", "camel_case"])
def test_chat_link_in_every_form(server: LoopbackServer, backend: str, name: str) -> None:
    with connect(server, backend) as api:
        link = api.chat_link(session_id(name))

    assert "X-Signature=" in link.url
    assert link.expires_at is not None
    assert timedelta(hours=23) < link.expires_at - datetime.now(UTC) <= timedelta(hours=24)
    assert "X-Signature" not in repr(link)
    assert (
        server.requests[0]
        .headers["authorization"]
        .startswith("Basic " if backend == "dyte" else "Bearer ")
    )


@pytest.mark.parametrize(
    ("backend", "variables", "named"),
    [
        ("dyte", {"DYTE_API_KEY": "wrongwrongwrong"}, ["DYTE_ORG_ID", "DYTE_API_KEY"]),
        (
            "realtimekit",
            {"REALTIMEKIT_TOKEN": "wrong-wrong-wrong"},
            ["REALTIMEKIT_TOKEN", "Realtime Admin", "REALTIMEKIT_ACCOUNT_ID"],
        ),
    ],
)
def test_401_names_the_credentials_to_check(
    server: LoopbackServer, backend: str, variables: dict[str, str], named: list[str]
) -> None:
    with connect(server, backend, **variables) as api:
        sentence = failing(api, session_id("ok"), ConfigError)

    for word in [*named, "401", "Unauthorized"]:
        assert word in sentence
    assert "wrong-wrong" not in sentence
    assert len(server.requests) == 1


def test_401_does_not_repeat_a_key_that_the_server_repeats(server: LoopbackServer) -> None:
    server.api_faults = [Fault(401, {"message": f"bad key {API_KEY}\x1b[31m see https://x.y/?a"})]
    with connect(server, "dyte") as api:
        sentence = failing(api, session_id("ok"), ConfigError)
    assert "bad key *** [31m see (a URL)" in sentence


@pytest.mark.parametrize("form", sorted(ERROR_FORMS))
@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_chat_that_is_withheld_names_every_cause(
    server: LoopbackServer, backend: str, status: int, form: str
) -> None:
    session = server.add(Scenario(chat_faults=[refused(status, form)]))
    with connect(server, backend) as api:
        sentence = failing(api, session, NotReady)

    causes = ["chat replay", "session id is wrong", "7 days", "not synced yet", "--wait"]
    place = ["DYTE_ORG_ID"] if backend == "dyte" else ["persist_chat", "account id", "app id"]
    for word in [*causes, *place, str(status), "resource not found", session]:
        assert word in sentence


def test_403_that_blames_the_token_is_not_waited_for(server: LoopbackServer) -> None:
    body = ERROR_FORMS["errors"](10000, "Authentication error")
    session = server.add(Scenario(chat_faults=[Fault(403, body)]))
    with connect(server) as api:
        sentence = failing(api, session)
    assert "REALTIMEKIT_TOKEN" in sentence
    assert "persist_chat" in sentence


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_app_or_account_that_is_not_there(server: LoopbackServer, backend: str) -> None:
    environ = server.environ(backend)
    base = server.base_urls[backend] + "/accounts/x/realtime/kit/y"
    api = SessionsApi(resolve(environ, backend, base), backoff=QUICK)
    with api, pytest.raises(SourceError, match=r"404.*--base-url"):
        list(api.sessions())


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(200, HTML, {"Content-Type": "text/html"}), "a web page"),
        (Fault(200, HTML), "a web page"),
        (Fault(200, b"ok", {"Content-Type": "text/plain"}), "not JSON"),
        (Fault(200, b""), "not JSON"),
        (Fault(200, []), "not JSON"),
        (Fault(400, {"success": False, "error": {"code": 400, "message": "Bad id"}}), "'Bad id'"),
        (Fault(418, {"success": True}), "418"),
        (Fault(302, b"", {"Location": "https://elsewhere.example/?key=1"}), "redirects"),
        (Fault(200, {"success": False, "error": {"code": 422, "message": "No"}}), "422"),
        (Fault(200, {"success": False}), "does not answer"),
    ],
)
def test_other_answers_are_one_sentence(
    server: LoopbackServer, api: SessionsApi, fault: Fault, words: str
) -> None:
    session = server.add(Scenario(chat_faults=[fault]))
    sentence = failing(api, session)
    assert words in sentence
    assert "--base-url" in sentence
    assert "elsewhere" not in sentence
    assert len(server.requests) == 1


def test_html_404_hints_at_the_base_url(server: LoopbackServer, api: SessionsApi) -> None:
    session = server.add(Scenario(chat_faults=[Fault(404, HTML, {"Content-Type": "text/html"})]))
    assert "check --base-url first" in failing(api, session, NotReady)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520])
def test_passing_failures_are_tried_again(
    server: LoopbackServer, api: SessionsApi, status: int
) -> None:
    session = server.add(Scenario(chat_faults=[Fault(status), Fault(status, HTML)]))
    assert api.chat_link(session).url
    assert len(server.requests) == 3


def test_an_error_code_inside_a_200_is_tried_again_too(
    server: LoopbackServer, api: SessionsApi
) -> None:
    body = {"success": False, "error": {"code": 503, "message": "Later"}}
    session = server.add(Scenario(chat_faults=[Fault(200, body)]))
    assert api.chat_link(session).url


def test_trying_again_is_bounded(server: LoopbackServer, api: SessionsApi) -> None:
    session = server.add(Scenario(chat_faults=[Fault(503)] * 50))
    assert "answers 503; try again later" in failing(api, session)
    assert len(server.requests) == QUICK.attempts


class Naps(list[float]):
    """A sleep that only writes down how long it would have been."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def test_waits_grow_and_jitter(server: LoopbackServer) -> None:
    naps = Naps()
    session = server.add(Scenario(chat_faults=[Fault(503)] * 50))
    with connect(server, backoff=Backoff(sleep=naps)) as api:
        failing(api, session)
    assert len(naps) == 5
    for nap, least in zip(naps, [1, 2, 4, 8, 16], strict=True):
        assert least <= nap <= max(least + 1, least * 1.25)
    assert len({nap % 1 for nap in naps}) > 1


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(server: LoopbackServer, form: str) -> None:
    naps = Naps()
    value = "40"
    if form == "date":
        value = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    session = server.add(Scenario(chat_faults=[Fault(429, {}, {"Retry-After": value})]))
    with connect(server, backoff=Backoff(sleep=naps)) as api:
        assert api.chat_link(session).url
    assert len(naps) == 1
    assert 38 < naps[0] <= 50


def test_a_retry_after_beyond_all_patience_ends_it(server: LoopbackServer) -> None:
    naps = Naps()
    session = server.add(Scenario(chat_faults=[Fault(429, {}, {"Retry-After": "7200"})] * 9))
    with connect(server, backoff=Backoff(sleep=naps)) as api:
        assert "asks for 7200 s" in failing(api, session)
    assert naps == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("4", 4.0),
        ("0.5", 0.5),
        ("Wed, 10 Jun 2026 10:00:30 GMT", 30.0),
        ("Wed, 10 Jun 2026 09:00:00 GMT", 0.0),
        ("Wed, 10 Jun 2026 10:00:30 -0000", 30.0),
        ("-3", None),
        ("soon", None),
        ("", None),
        ("99999999999999", 1e9),
        ("9" * 400, 1e9),
        ("9" * 4000, None),
        ("Wed, 10 Jun 99999 10:00:30 GMT", None),
        ("Wed, 99 Jun 2026 99:00:30 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
    ],
)
def test_retry_after_forms(value: str, seconds: float | None) -> None:
    now = datetime(2026, 6, 10, 10, tzinfo=UTC)
    assert retry_after(httpx.Headers({"Retry-After": value}), now) == seconds


def test_a_date_is_measured_by_the_clock_that_wrote_it() -> None:
    headers = {
        "Retry-After": "Wed, 10 Jun 2026 10:00:30 GMT",
        "Date": "Wed, 10 Jun 2026 10:00:20 GMT",
    }
    assert retry_after(httpx.Headers(headers), datetime(2026, 6, 9, tzinfo=UTC)) == 10.0


def test_waiting_ends_where_the_budget_does(server: LoopbackServer) -> None:
    naps = Naps()
    session = server.add(Scenario(chat_faults=[Fault(503, {}, {"Retry-After": "100"})] * 50))
    with connect(server, backoff=Backoff(sleep=naps, attempts=50, budget=350)) as api:
        failing(api, session)
    assert len(naps) in (2, 3)
    assert sum(naps) <= 350


def test_no_server_at_all(server: LoopbackServer) -> None:
    with LoopbackServer() as gone:
        base = gone.base_urls["dyte"]
    with SessionsApi(resolve(gone.environ("dyte"), "dyte", base), backoff=QUICK) as api:
        assert "cannot connect to 127.0.0.1" in failing(api, session_id("ok"))


def test_a_server_that_does_not_answer_in_time(server: LoopbackServer) -> None:
    session = server.add(Scenario(delay=5))
    backend = resolve(server.environ("dyte"), "dyte", server.base_urls["dyte"])
    with SessionsApi(
        backend, backoff=Backoff(attempts=2, first=0.001), limits=Limits(read=0.1)
    ) as api:
        assert "gave up waiting to hear from" in failing(api, session)


def test_an_answer_that_is_not_what_its_coding_says(
    server: LoopbackServer, api: SessionsApi
) -> None:
    fault = Fault(200, b"{}", {"Content-Encoding": "gzip"})
    session = server.add(Scenario(chat_faults=[fault] * 9))
    assert "damaged gzip" in failing(api, session)


@pytest.mark.parametrize("session", ["../sessions", "a/b", "", ".", "a b", "x" * 200, "%2e", "é"])
def test_ids_that_mean_something_in_a_path_are_not_sent(
    server: LoopbackServer, api: SessionsApi, session: str
) -> None:
    for call in (api.chat_link, api.session, lambda s: list(api.participants(s))):
        with pytest.raises(ConfigError, match="is not a session id"):
            call(session)
    assert server.requests == []


def fill(server: LoopbackServer, count: int) -> list[str]:
    server.sessions.clear()
    return [server.add(Scenario(), str(number)) for number in range(count)]


@pytest.mark.parametrize("paging", ["top", "data", ""])
@pytest.mark.parametrize("count", [0, 1, 7, 10, 23])
@pytest.mark.parametrize("backend", BACKENDS)
def test_paging(server: LoopbackServer, backend: str, count: int, paging: str) -> None:
    expected = fill(server, count)
    server.paging, server.most_per_page = paging, 10
    with connect(server, backend) as api:
        assert [session.id for session in api.sessions()] == expected
    assert len(server.requests) <= count // 10 + 2


@pytest.mark.parametrize("paging", ["top", ""])
def test_paging_that_stands_still_ends(server: LoopbackServer, paging: str) -> None:
    expected = fill(server, 10)
    server.most_per_page, server.ignores_pages = 10, True
    server.paging = paging
    with connect(server) as api:
        assert [session.id for session in api.sessions()] == expected


def test_paging_that_repeats_a_page_is_not_taken_for_the_whole(server: LoopbackServer) -> None:
    fill(server, 23)
    server.most_per_page, server.ignores_pages = 10, True
    with connect(server) as api, pytest.raises(SourceError, match="repeats page 2"):
        list(api.sessions())


def test_a_total_that_counts_one_page_alone_is_not_believed(server: LoopbackServer) -> None:
    expected = fill(server, 130)
    server.paging = "page"
    with connect(server) as api:
        assert [session.id for session in api.sessions()] == expected


def test_sessions_are_those_that_ended_in_the_range(server: LoopbackServer) -> None:
    server.sessions.clear()
    for name, fields in {
        "before": {"ended_at": "2026-06-09T23:59:59Z"},
        "at": {"ended_at": "2026-06-10T00:00:00.000Z", "started_at": "2026-06-09T20:00:00Z"},
        "blank": {"ended_at": "2026-06-10 07:08:39.051621Z"},
        "epoch": {"ended_at": 1781078400000},
        "unstated": {"ended_at": None},
        "live": {"ended_at": None, "status": "LIVE"},
        "after": {"ended_at": "2026-06-11T00:00:00Z"},
    }.items():
        server.sessions[name] = Scenario(listed=fields)
    since, until = datetime(2026, 6, 10, tzinfo=UTC), datetime(2026, 6, 11, tzinfo=UTC)

    with connect(server) as api:
        found = [session.id for session in api.sessions(since, until)]
        everything = [session.id for session in api.sessions(status=None)]

    assert found == ["at", "blank", "epoch", "unstated"]
    assert everything == list(server.sessions)
    query = server.requests[0].query
    # A session that began the day before may have ended within the range.
    assert query["start_time"] == "2026-06-03T00:00:00+00:00"
    assert (query["status"], query["sort_by"], query["sort_order"]) == (
        "ENDED", "createdAt", "DESC",
    )  # fmt: skip


def test_a_session_without_a_usable_id_does_not_hide_the_others(
    server: LoopbackServer, api: SessionsApi, caplog: pytest.LogCaptureFixture
) -> None:
    server.sessions.clear()
    server.sessions = {"a": Scenario(listed={"id": "../../etc"}), "b": Scenario()}
    assert [session.id for session in api.sessions()] == ["b"]
    assert "without an id that can be used" in caplog.text


def test_one_session(server: LoopbackServer, api: SessionsApi) -> None:
    session = api.session(session_id("ok"))
    assert session == answers.Session(
        id=session_id("ok"),
        title="Weekly sync",
        status="ENDED",
        started_at=datetime(2026, 6, 10, 9, tzinfo=UTC),
        ended_at=datetime(2026, 6, 10, 10, tzinfo=UTC),
        minutes=41.5,
    )
    with pytest.raises(SourceError, match=r"does not know session unknown \(404.*APP_ID"):
        api.session("unknown")


def test_participants(server: LoopbackServer, api: SessionsApi) -> None:
    server.participants = [
        {
            "id": f"p{number}",
            "user_id": f"u{number}",
            "custom_participant_id": "c",
            "display_name": "Sam",
            "preset_name": None,
        }
        for number in range(130)
    ]
    found = list(api.participants(session_id("ok")))
    assert len(found) == 130
    assert found[1] == answers.Participant("p1", "u1", "c", "Sam", "")


def test_participants_without_an_id_are_kept_apart(
    server: LoopbackServer, api: SessionsApi
) -> None:
    server.participants = [{"display_name": "Sam"}, {"display_name": "Ana"}]
    found = [person.display_name for person in api.participants(session_id("ok"))]
    assert found == ["Sam", "Ana"]


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2022-12-13T06:57:09.736Z", datetime(2022, 12, 13, 6, 57, 9, 736000, UTC)),
        ("2022-12-13 07:08:39.051621Z", datetime(2022, 12, 13, 7, 8, 39, 51621, UTC)),
        ("2022-12-13T07:08:39", datetime(2022, 12, 13, 7, 8, 39, tzinfo=UTC)),
        (1670915229, datetime(2022, 12, 13, 7, 7, 9, tzinfo=UTC)),
        (1670915229000, datetime(2022, 12, 13, 7, 7, 9, tzinfo=UTC)),
        ("soon", None),
        (None, None),
        (True, None),
        (1e300, None),
        ({}, None),
    ],
)
def test_moments(value: Any, moment: datetime | None) -> None:
    assert answers.moment(value) == moment


@pytest.mark.parametrize("name", ["late_404", "late_empty_link"])
def test_waiting_for_a_link(server: LoopbackServer, api: SessionsApi, name: str) -> None:
    assert wait_for_link(api, session_id(name), 5, backoff=QUICK).url
    assert len(server.requests) == 3


def test_waiting_ends_and_says_how_long_it_was(server: LoopbackServer, api: SessionsApi) -> None:
    with pytest.raises(NotReady, match=r"\(after waiting [0-9]+ s\)$"):
        wait_for_link(api, session_id("never_there_404"), 0.2, backoff=QUICK)
    assert len(server.requests) > 2


def test_without_waiting_it_is_asked_once(server: LoopbackServer, api: SessionsApi) -> None:
    with pytest.raises(NotReady, match="persist_chat"):
        wait_for_link(api, session_id("never_there_403"), 0)
    assert len(server.requests) == 1


def test_waiting_does_not_wait_out_what_waiting_cannot_mend(server: LoopbackServer) -> None:
    with connect(server, REALTIMEKIT_TOKEN="wrong-wrong") as api, pytest.raises(ConfigError):
        wait_for_link(api, session_id("ok"), 60)


def test_nothing_secret_is_logged(
    server: LoopbackServer, api: SessionsApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpx")
    caplog.set_level(logging.DEBUG, logger="httpcore")
    api.chat_link(session_id("ok"))
    list(api.sessions())
    assert not [record for record in caplog.records if record.name.startswith("http")]
    httpx.get(f"http://127.0.0.1:{server.api_port}/", trust_env=False)
    assert [record for record in caplog.records if record.name == "httpx"]
