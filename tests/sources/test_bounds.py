"""Bounds on what a server sends: how long, how much, how slowly, and what it unpacks to."""

import gzip
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from server.app import LoopbackServer
from server.faults import ACTS, BOMB, NESTED
from server.scenario import Cut, Fault, Scenario, dump

from moderator.errors import NotReady, SourceError
from moderator.records import Message
from moderator.sources.api import SessionsApi
from moderator.sources.credentials import resolve
from moderator.sources.download import fetch_url
from moderator.sources.dump import read_dump
from moderator.sources.guard import download_client
from moderator.sources.limits import Backoff, Limits

ONCE = Backoff(attempts=1)
HASTY = Limits(read=1.0, least_seconds=1.0, answer=1.5)


@pytest.fixture
def fetch(server: LoopbackServer, tmp_path: Path) -> Callable[..., bytes]:
    """Fetches a scenario's file by its URL."""

    def run(scenario: Scenario, backoff: Backoff = ONCE, max_bytes: int = 10**6) -> bytes:
        session = server.add(scenario)
        url, _ = server.sign(f"/dumps/{session}.csv", timedelta(hours=1))
        with download_client(allow_private=True, limits=HASTY) as client:
            got = fetch_url(
                url, tmp_path / "d", client=client, backoff=backoff, max_bytes=max_bytes
            )
        return got.path.read_bytes()

    return run


@pytest.fixture
def api(server: LoopbackServer) -> Iterator[SessionsApi]:
    backend = resolve(server.environ("dyte"), None, server.base_urls["dyte"])
    with SessionsApi(backend, backoff=ONCE, limits=HASTY) as connected:
        yield connected


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("slow head", "gave up waiting to hear from"),
        ("slow body", "gave up waiting to hear from"),
        ("silence", "gave up waiting to hear from"),
        ("endless head", "the connection to 127.0.0.1:.* broke|gave up"),
        ("endless line", "broke|gave up"),
        ("endless preludes", "has no end|gave up waiting to hear from"),
        ("too much", "more was sent than had been announced"),
        ("a little too much", "more was sent than had been announced"),
        ("too little", "peer closed connection without sending complete message body"),
        ("length of 5,000 digits", "bad Content-Length"),
    ],
)
def test_both_hosts_are_bounded(
    server: LoopbackServer,
    fetch: Callable[..., bytes],
    api: SessionsApi,
    name: str,
    words: str,
) -> None:
    with pytest.raises(SourceError, match=words):
        fetch(Scenario(file_faults=[ACTS[name]]))
    session = server.add(Scenario(chat_faults=[ACTS[name]]), "asked")
    began = time.monotonic()
    with pytest.raises(SourceError, match=words):
        api.chat_link(session)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("endless body", "more than 32 MiB|gave up waiting for the end"),
        ("gzip in gzip of the API", "a coding that was not asked for"),
        ("JSON: deep", "not JSON"),
        ("JSON: huge number", "not JSON"),
        ("JSON: odd error", "does not answer for"),
    ],
)
def test_answers_of_the_api(
    server: LoopbackServer, api: SessionsApi, name: str, words: str
) -> None:
    session = server.add(Scenario(chat_faults=[ACTS[name]]))
    with pytest.raises(SourceError, match=words):
        api.chat_link(session)


def test_an_answer_that_is_gzip_unasked_is_read(server: LoopbackServer, api: SessionsApi) -> None:
    body = gzip.compress(b'{"data": {"chat_download_url": "https://dump.example/"}}')
    fault = Fault(200, body, {"Content-Encoding": "gzip"})
    session = server.add(Scenario(chat_faults=[fault]))
    assert api.chat_link(session).url == "https://dump.example/"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_dump_that_is_too_long_is_not_taken(
    fetch: Callable[..., bytes], tmp_path: Path, chunked: bool
) -> None:
    with pytest.raises(SourceError, match=r"larger than the 1,000 bytes .* with --max-bytes"):
        fetch(Scenario(chunked=chunked), max_bytes=1000)
    assert list(tmp_path.iterdir()) == []
    assert fetch(Scenario(chunked=chunked), max_bytes=len(dump())) == dump()


def test_gzip_counts_as_what_it_unpacks_to(fetch: Callable[..., bytes]) -> None:
    packed = gzip.compress(dump())
    with pytest.raises(SourceError, match=r"larger than the 2,000 bytes .* unpacked"):
        fetch(Scenario(body=packed), max_bytes=2000)
    assert fetch(Scenario(body=packed), max_bytes=len(dump())) == packed


@pytest.mark.parametrize(
    ("bomb", "bound"),
    [(BOMB, None), (BOMB, 10**6), (gzip.compress(BOMB), 10**6), (NESTED, None)],
)
def test_bombs_are_not_unpacked(bomb: bytes, bound: int | None) -> None:
    with pytest.raises(SourceError, match=r"times its size|larger than|gzip within gzip"):
        list(read_dump((bomb[at : at + 4096] for at in range(0, len(bomb), 4096)), max_bytes=bound))


def test_gzip_within_gzip_is_read() -> None:
    twice = gzip.compress(gzip.compress(dump()))
    rows = list(read_dump([twice]))
    assert all(isinstance(row, Message) for row in rows)
    assert rows == list(read_dump([dump()]))


def test_gzip_that_stops_early_is_never_kept(fetch: Callable[..., bytes], tmp_path: Path) -> None:
    packed = gzip.compress(dump())
    for body in (packed[:-9], packed[: len(packed) // 2], packed[:-4] + b"\0\0\0\0"):
        with pytest.raises(SourceError, match="gzip data"):
            fetch(Scenario(body=body))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("body", "kind"), [(b" \r\n", NotReady), (b"<html>", SourceError)])
def test_what_is_no_dump_is_not_kept(
    fetch: Callable[..., bytes], tmp_path: Path, body: bytes, kind: type[SourceError]
) -> None:
    with pytest.raises(kind):
        fetch(Scenario(body=body))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("knobs", [{}, {"etag": None, "modified": "Wed, 10 Jun 2026 10:00:00 GMT"}])
@pytest.mark.parametrize("grown", [dump(), dump() + dump()[200:], dump(40, "jolly there")])
def test_versions_are_told_apart_where_if_range_is_ignored(
    fetch: Callable[..., bytes], knobs: dict[str, str | None], grown: bytes
) -> None:
    """The host joins what it has now to what was had before, and does not say so."""
    scenario = Scenario(
        strict=False, file_faults=[Cut(900)], next_body=grown, next_etag='"v2"', **knobs
    )
    assert fetch(scenario, Backoff(attempts=3, first=0.001)) == grown


def test_nothing_of_an_answer_that_is_none_stands_in_an_error(
    fetch: Callable[..., bytes],
) -> None:
    with pytest.raises(SourceError, match="illegal") as caught:
        fetch(
            Scenario(body=b"x\r\nwhat they said: hello\r\n\r\n" * 9, file_faults=[ACTS["no head"]])
        )
    assert "what they said" not in str(caught.value)
