import gzip
import itertools
import logging
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from server.app import LoopbackServer
from server.scenario import HTML, S3_NOT_FOUND, Cut, Fault, Scenario, dump, session_id

from moderator.errors import ModeratorError, NotReady, OutputError, SourceError
from moderator.sources.answers import ChatLink
from moderator.sources.api import SessionsApi
from moderator.sources.credentials import resolve
from moderator.sources.download import STEP, Downloaded, download, fetch_url
from moderator.sources.fetch import fetch_session
from moderator.sources.guard import GuardedTransport, download_client
from moderator.sources.limits import Backoff, Limits

QUICK = Backoff(first=0.001, longest=0.01)
Fetch = Callable[..., Downloaded]


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with download_client(allow_private=True, limits=Limits(read=5.0)) as made:
        yield made


@pytest.fixture
def fetch(server: LoopbackServer, client: httpx.Client, tmp_path: Path) -> Iterator[Fetch]:
    """Fetches a session by id, or a scenario, by way of the API, to `tmp_path/dump.csv`."""
    backend = resolve(server.environ("realtimekit"), None, server.base_urls["realtimekit"])

    def run(what: str | Scenario, wait: float = 0.0) -> Downloaded:
        session = server.add(what) if isinstance(what, Scenario) else what
        return fetch_session(
            api,
            session,
            tmp_path / "dump.csv",
            client=client,
            wait_seconds=wait,
            backoff=QUICK,
            poll=QUICK,
        )

    with SessionsApi(backend, backoff=QUICK) as api:
        yield run


def failing(fetch: Fetch, what: str | Scenario, kind: type[ModeratorError] = SourceError) -> str:
    """The sentence that a download fails with; it holds no query, and nothing is left behind."""
    with pytest.raises(ModeratorError) as caught:
        fetch(what)
    assert type(caught.value) is kind
    sentence = str(caught.value)
    assert "Signature" not in sentence
    assert "\n" not in sentence
    return sentence


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_dump(server: LoopbackServer, fetch: Fetch, tmp_path: Path) -> None:
    got = fetch(session_id("ok"))

    assert got == Downloaded(tmp_path / "dump.csv", len(dump()), '"v1"')
    assert got.path.read_bytes() == dump()
    assert stat.S_IMODE(got.path.stat().st_mode) == 0o600
    assert left(tmp_path) == ["dump.csv"]


def test_the_file_host_never_sees_the_credentials(server: LoopbackServer, fetch: Fetch) -> None:
    fetch(Scenario(redirects=["", ""], file_faults=[Cut(100)]))
    asked = server.files_asked()
    assert len(asked) == 4
    for request in asked:
        assert "authorization" not in request.headers
        assert "cookie" not in request.headers
        assert request.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("at", [1, 500, len(dump()) - 1])
def test_a_broken_one_is_resumed(
    server: LoopbackServer, fetch: Fetch, at: int, chunked: bool
) -> None:
    got = fetch(Scenario(chunked=chunked, file_faults=[Cut(at), Cut(1)]))

    assert got.path.read_bytes() == dump()
    ranges = [
        (request.headers.get("range"), request.headers.get("if-range"))
        for request in server.files_asked()
    ]
    assert ranges[:2] == [(None, None), (f"bytes={at}-", '"v1"')]
    assert len(server.asked("/chat")) == 1


def test_one_that_broke_after_its_last_byte_is_seen_to_be_whole(
    server: LoopbackServer, fetch: Fetch
) -> None:
    got = fetch(Scenario(chunked=True, file_faults=[Cut(len(dump()))]))
    assert got.path.read_bytes() == dump()
    assert server.files_asked()[1].headers["range"] == f"bytes={len(dump())}-"


@pytest.mark.parametrize(
    "knobs",
    [
        {"ranges": False},
        {"etag": None},
        {"etag": 'W/"weak"'},
        {"ranges": False, "chunked": True},
    ],
)
def test_one_that_cannot_be_resumed_starts_anew(
    server: LoopbackServer, fetch: Fetch, knobs: dict[str, object]
) -> None:
    got = fetch(Scenario(file_faults=[Cut(700), Cut(20)], **knobs))  # type: ignore[arg-type]
    assert got.path.read_bytes() == dump()
    assert len(server.files_asked()) == 3


def test_a_date_serves_where_there_is_no_etag(server: LoopbackServer, fetch: Fetch) -> None:
    date = "Wed, 10 Jun 2026 10:00:00 GMT"
    got = fetch(Scenario(etag=None, modified=date, file_faults=[Cut(700)]))
    assert got.path.read_bytes() == dump()
    assert server.files_asked()[1].headers["if-range"] == date


@pytest.mark.parametrize("ranges", [True, False])
def test_versions_are_never_mixed(fetch: Fetch, ranges: bool) -> None:
    newer = dump(60, "another text altogether")
    got = fetch(Scenario(ranges=ranges, file_faults=[Cut(900)], next_body=newer, next_etag='"v2"'))
    assert got.path.read_bytes() == newer
    assert got.etag == '"v2"'


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Range": "bytes 700-999/1000", "ETag": '"v2"'},
        {"Content-Range": "bytes 0-299/1000", "ETag": '"v1"'},
        {"Content-Range": "bytes 700-799/800", "ETag": '"v1"'},
        {"Content-Range": "lines 700-999/1000"},
        {},
    ],
)
def test_a_part_that_does_not_fit_is_not_joined(fetch: Fetch, headers: dict[str, str]) -> None:
    misfit = Fault(206, b"x" * 300, {"Content-Type": "text/csv", **headers})
    got = fetch(Scenario(file_faults=[Cut(700), misfit]))
    assert got.path.read_bytes() == dump()


def test_a_part_of_a_shrunken_file_is_thrown_away(fetch: Fetch) -> None:
    gone = Fault(416, b"", {"Content-Range": "bytes */200"})
    got = fetch(Scenario(file_faults=[Cut(700), gone]))
    assert got.path.read_bytes() == dump()


@pytest.mark.parametrize("knobs", [{}, {"ranges": False}, {"chunked": True, "ranges": False}])
def test_what_always_breaks_is_given_up_and_nothing_is_left(
    server: LoopbackServer, fetch: Fetch, tmp_path: Path, knobs: dict[str, bool]
) -> None:
    (tmp_path / "dump.csv").write_text("the older one")
    sentence = failing(fetch, Scenario(file_faults=[Cut(1)] * 99, **knobs))  # type: ignore[arg-type]
    assert "127.0.0.1" in sentence
    assert "try again later" in sentence
    assert len(server.files_asked()) == QUICK.attempts
    assert (tmp_path / "dump.csv").read_text() == "the older one"
    assert left(tmp_path) == ["dump.csv"]


def test_attempts_that_get_on_are_not_counted(server: LoopbackServer, fetch: Fetch) -> None:
    body = bytes(range(256)) * (12 * STEP // 256)
    got = fetch(Scenario(body=body, file_faults=[Cut(STEP)] * 11))
    assert got.path.read_bytes() == body
    assert len(server.files_asked()) == 12


def test_getting_equally_far_again_is_not_getting_on(server: LoopbackServer, fetch: Fetch) -> None:
    body = bytes(3 * STEP)
    failing(fetch, Scenario(body=body, ranges=False, file_faults=[Cut(2 * STEP)] * 99))
    assert len(server.files_asked()) == QUICK.attempts


def test_a_body_without_an_end_is_not_believed(fetch: Fetch, tmp_path: Path) -> None:
    sentence = failing(fetch, Scenario(no_length=True))
    assert "does not say how long the dump is" in sentence
    assert left(tmp_path) == []


@pytest.mark.parametrize("chunked", [False, True])
def test_an_empty_file_is_not_ready(fetch: Fetch, chunked: bool) -> None:
    assert "empty file" in failing(fetch, Scenario(body=b"", chunked=chunked), NotReady)


def test_a_file_that_is_not_there_is_not_ready(fetch: Fetch) -> None:
    fault = Fault(404, S3_NOT_FOUND, {"Content-Type": "application/xml"})
    assert "not there yet" in failing(fetch, Scenario(file_faults=[fault]), NotReady)


@pytest.mark.parametrize("name", ["late_empty_file", "late_empty_link", "late_404"])
def test_a_dump_that_comes_late_is_waited_for(
    server: LoopbackServer, fetch: Fetch, name: str
) -> None:
    assert fetch(session_id(name), wait=5).path.read_bytes() == dump()
    assert len(server.asked("/chat")) == 3


def test_waiting_for_a_file_ends(fetch: Fetch) -> None:
    with pytest.raises(NotReady, match="after waiting"):
        fetch(Scenario(empty_files=10_000), wait=0.1)


def test_an_expired_link_is_asked_for_anew(server: LoopbackServer, fetch: Fetch) -> None:
    assert fetch(session_id("expired_link")).path.read_bytes() == dump()
    assert len(server.asked("/chat")) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 410])
def test_a_link_refused_half_way_is_renewed_and_the_rest_fetched(
    server: LoopbackServer, fetch: Fetch, status: int
) -> None:
    got = fetch(Scenario(file_faults=[Cut(600), Fault(status)]))
    assert got.path.read_bytes() == dump()
    assert len(server.asked("/chat")) == 2
    assert server.files_asked()[-1].headers["range"] == "bytes=600-"


def test_renewing_is_bounded(server: LoopbackServer, fetch: Fetch) -> None:
    sentence = failing(fetch, session_id("always_expired"))
    assert "refuses the link (403)" in sentence
    assert "newest link has expired" in sentence
    assert len(server.asked("/chat")) == 3


@pytest.mark.parametrize("status", [429, 500, 503])
def test_passing_failures(server: LoopbackServer, fetch: Fetch, status: int) -> None:
    fault = Fault(status, b"<Error><Code>SlowDown</Code></Error>")
    assert fetch(Scenario(file_faults=[fault, fault])).path.read_bytes() == dump()
    assert len(server.files_asked()) == 3


def test_retry_after_of_the_file_host(
    server: LoopbackServer, client: httpx.Client, tmp_path: Path
) -> None:
    naps: list[float] = []
    session = server.add(Scenario(file_faults=[Fault(503, b"", {"Retry-After": "20"})]))
    url, _ = server.sign(f"/dumps/{session}.csv", timedelta(hours=1))
    fetch_url(url, tmp_path / "d", client=client, backoff=Backoff(sleep=naps.append))
    assert [20 <= nap <= 25 for nap in naps] == [True]


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (Scenario(content_type="text/html; charset=utf-8", body=HTML), "a web page"),
        (Scenario(content_encoding="br"), "coding 'br'"),
        (Scenario(file_faults=[Fault(418)]), "answers 418"),
        (Scenario(file_faults=[Fault(206, b"x")]), "answers 206"),
        (Scenario(file_faults=[Fault(204)]), "answers 204"),
        (Scenario(link="https://a\tb/"), "is not a URL"),
        (Scenario(link="ftp://files.example/dump"), "needs an https URL"),
        (Scenario(link="no-scheme/dump.csv"), "needs an https URL"),
        (Scenario(redirects=["http://files.example:x/?Signature=1"] * 9), "Invalid URL"),
    ],
)
def test_other_answers(fetch: Fetch, tmp_path: Path, scenario: Scenario, words: str) -> None:
    assert words in failing(fetch, scenario)
    assert left(tmp_path) == []


@pytest.mark.parametrize("content_encoding", [None, "gzip"])
def test_compressed_content_arrives_as_it_is_stored(
    fetch: Fetch, content_encoding: str | None
) -> None:
    body = gzip.compress(dump())
    got = fetch(Scenario(body=body, content_encoding=content_encoding, file_faults=[Cut(30)]))
    assert got.path.read_bytes() == body


def test_redirects_are_followed(server: LoopbackServer, fetch: Fetch) -> None:
    assert fetch(Scenario(redirects=[""] * 5)).path.read_bytes() == dump()


def test_redirects_are_bounded(fetch: Fetch) -> None:
    assert "more than 5 times" in failing(fetch, session_id("redirect_loop"))


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("https://10.0.0.1/x?Signature=1", "10.0.0.1 is refused"),
        ("https://169.254.169.254/latest/meta-data", "169.254.169.254 is refused"),
        ("https://metadata.example/", "metadata.example is refused"),
        ("http://files.example/dump.csv", "needs https, not plain http"),
        ("ftp://files.example/dump.csv", "needs an https URL"),
        ("//user:Signature@files.example/", "holds a user name"),
    ],
)
def test_redirects_are_checked_again(
    server: LoopbackServer, tmp_path: Path, location: str, words: str
) -> None:
    """The first hop is public as far as the guard can tell, and leads inside."""

    class Front(httpx.BaseTransport):
        """The guard, before which one host has already answered."""

        def __init__(self) -> None:
            self.guarded = GuardedTransport(resolver=self.look_up)

        def look_up(self, host: str, port: int) -> list[str]:
            return {"metadata.example": ["169.254.169.254"]}.get(host, [host])

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.host == "front.example":
                return httpx.Response(302, headers={"Location": location})
            return self.guarded.handle_request(request)

        def close(self) -> None:
            self.guarded.close()

    with httpx.Client(transport=Front()) as client, pytest.raises(SourceError) as caught:
        fetch_url("https://front.example/dump", tmp_path / "d", client=client, backoff=QUICK)
    assert words in str(caught.value)
    assert "Signature" not in str(caught.value)
    assert server.requests == []


def test_a_redirect_to_plain_http_elsewhere_is_refused_even_when_private_is_allowed(
    fetch: Fetch,
) -> None:
    assert "10.0.0.1 is refused" in failing(fetch, session_id("redirect_private"))


def test_loopback_is_refused_unless_allowed(server: LoopbackServer, tmp_path: Path) -> None:
    url, _ = server.sign(f"/dumps/{session_id('ok')}.csv", timedelta(hours=1))
    with download_client() as strict, pytest.raises(SourceError, match="needs https"):
        fetch_url(url, tmp_path / "d", client=strict)
    secure = url.replace("http:", "https:")
    with download_client() as strict, pytest.raises(SourceError, match="--allow-private"):
        fetch_url(secure, tmp_path / "d", client=strict)
    assert server.requests == []


def test_a_plain_url(server: LoopbackServer, client: httpx.Client, tmp_path: Path) -> None:
    session = server.add(Scenario(file_faults=[Cut(100)]))
    url, _ = server.sign(f"/dumps/{session}.csv", timedelta(hours=1))
    got = fetch_url(url, tmp_path / "d.csv", client=client, backoff=QUICK)
    assert got.path.read_bytes() == dump()


def test_a_plain_url_that_has_expired_is_asked_once(
    server: LoopbackServer, client: httpx.Client, tmp_path: Path
) -> None:
    url, _ = server.sign(f"/dumps/{session_id('ok')}.csv", timedelta(hours=-1))
    with pytest.raises(SourceError, match=r"refuses the link \(403\): the URL may have expired"):
        fetch_url(url, tmp_path / "d.csv", client=client, backoff=QUICK)
    assert len(server.requests) == 1


def test_a_host_that_does_not_answer(server: LoopbackServer, tmp_path: Path) -> None:
    session = server.add(Scenario(delay=2))
    url, _ = server.sign(f"/dumps/{session}.csv", timedelta(hours=1))
    backoff = Backoff(attempts=2, first=0.001)
    with (
        download_client(allow_private=True, limits=Limits(read=0.1)) as hasty,
        pytest.raises(SourceError, match="gave up waiting to hear from"),
    ):
        fetch_url(url, tmp_path / "d", client=hasty, backoff=backoff)


def test_a_folder_that_is_not_there(client: httpx.Client, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        fetch_url("https://files.example/", tmp_path / "no" / "d", client=client)


def test_progress_is_told(server: LoopbackServer, client: httpx.Client, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    session = server.add(Scenario(file_faults=[Cut(100)]))
    url, _ = server.sign(f"/dumps/{session}.csv", timedelta(hours=1))
    fetch_url(
        url,
        tmp_path / "d",
        client=client,
        backoff=QUICK,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[0] == (100, len(dump()))
    assert told[-1] == (len(dump()), len(dump()))


def test_nothing_of_a_signed_url_is_logged_or_raised(
    fetch: Fetch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (None, "httpx", "httpcore", "httpcore.connection", "httpcore.http11"):
        caplog.set_level(logging.DEBUG, logger=name)
    fetch(Scenario(file_faults=[Cut(100), Fault(503)], redirects=[""]))
    failing(fetch, session_id("always_truncated"))
    assert "Signature" not in caplog.text
    assert "Bearer" not in caplog.text


_count = itertools.count()


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    size=st.integers(1, 5000),
    cuts=st.lists(st.integers(0, 5000), max_size=5),
    ranges=st.booleans(),
    chunked=st.booleans(),
)
def test_however_it_breaks_it_is_whole_or_an_error(
    server: LoopbackServer,
    client: httpx.Client,
    tmp_path: Path,
    size: int,
    cuts: list[int],
    ranges: bool,
    chunked: bool,
) -> None:
    body = bytes(number % 251 for number in range(size))
    faults: list[Fault | Cut] = [Cut(at) for at in cuts]
    scenario = Scenario(body=body, ranges=ranges, chunked=chunked, file_faults=faults)
    session = server.add(scenario, str(next(_count)))
    url, expiry = server.sign(f"/dumps/{session}.csv", timedelta(hours=1))
    got = download(lambda: ChatLink(url, expiry), tmp_path / "dump", client=client, backoff=QUICK)
    assert got.path.read_bytes() == body
