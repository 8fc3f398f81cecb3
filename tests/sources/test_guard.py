import ssl
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx
import pytest
import trustme
from server.app import LoopbackServer
from server.scenario import Scenario

from moderator.errors import SourceError
from moderator.sources.guard import GuardedTransport, download_client, is_public, resolve_host


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "104.16.0.1",
        "2606:4700::6810:1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
    ],
)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.254",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_not_public(address: str) -> None:
    assert not is_public(address)


def lead_to(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda host, port: addresses


def refusal(url: str, **options: object) -> str:
    with download_client(**options) as client, pytest.raises(SourceError) as caught:  # type: ignore[arg-type]
        client.get(url)
    return str(caught.value)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["8.8.8.8", "192.168.0.1"],
        ["::ffff:127.0.0.1"],
    ],
)
def test_a_name_that_leads_inside_is_refused(addresses: list[str]) -> None:
    sentence = refusal("https://dump.example/a?secret=1", resolver=lead_to(*addresses))
    assert "dump.example is refused" in sentence
    assert "--allow-private" in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::1]", "localhost"]
)
def test_spellings_of_loopback_are_seen_through(host: str, server: LoopbackServer) -> None:
    assert "is refused" in refusal(f"https://{host}:{server.storage_port}/")
    assert server.requests == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://dump.example/a", "needs https"),
        ("http://127.0.0.1/a", "--allow-private permits"),
        ("ftp://dump.example/a", "needs an https URL"),
        ("file:///etc/passwd", "needs an https URL"),
        ("https://user:secret@dump.example/", "holds a user name"),
    ],
)
def test_other_urls_are_refused(url: str, words: str) -> None:
    sentence = refusal(url, resolver=lead_to("8.8.8.8"))
    assert words in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize("address", ["8.8.8.8", "10.0.0.1"])
def test_plain_http_is_for_this_machine_alone_even_when_allowed(address: str) -> None:
    sentence = refusal("http://dump.example/", resolver=lead_to(address), allow_private=True)
    assert "from this machine alone" in sentence


def test_an_unknown_name_is_a_connection_error() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    for resolver in (unknown, lead_to()):
        with download_client(resolver=resolver) as client, pytest.raises(httpx.ConnectError):
            client.get("https://dump.example/")


def test_it_connects_to_the_address_it_checked(server: LoopbackServer) -> None:
    """A name that answers differently the second time (DNS rebinding) is asked only once."""
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"] if len(asked) == 1 else ["203.0.113.9"]

    session = server.add(Scenario())
    url = f"http://dump.example:{server.storage_port}/dumps/{session}.csv"
    with download_client(allow_private=True, resolver=rebinding) as client:
        client.get(url)
    assert asked == [("dump.example", server.storage_port)]
    assert server.requests[0].headers["host"] == f"dump.example:{server.storage_port}"


def test_the_next_address_is_tried_where_one_is_dead(server: LoopbackServer) -> None:
    url = f"http://dump.example:{server.storage_port}/"
    resolver = lead_to("::1", "127.0.0.1")  # the server listens on the second alone
    with download_client(allow_private=True, resolver=resolver) as client:
        client.get(url)
    assert len(server.requests) == 1


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_server(authority: trustme.CA) -> Iterator[LoopbackServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("dump.example").configure_cert(context)
    names: list[str | None] = []
    context.sni_callback = lambda sock, name, ctx: names.append(name)
    with LoopbackServer(tls=context) as running:
        running.server_names = names  # type: ignore[attr-defined]
        yield running


def test_certificates_are_checked_for_the_name(
    tls_server: LoopbackServer, authority: trustme.CA, tmp_path: Path
) -> None:
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    port = tls_server.storage_port
    with download_client(
        allow_private=True, resolver=lead_to("127.0.0.1"), verify=trusting
    ) as client:
        client.get(f"https://dump.example:{port}/dumps/x.csv")
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            client.get(f"https://other.example:{port}/dumps/x.csv")

    assert tls_server.server_names == ["dump.example", "other.example"]  # type: ignore[attr-defined]
    assert [r.headers["host"] for r in tls_server.requests] == [f"dump.example:{port}"]


def test_certificates_are_checked_by_default(tls_server: LoopbackServer) -> None:
    transport = GuardedTransport(allow_private=True, resolver=lead_to("127.0.0.1"))
    with (
        httpx.Client(transport=transport) as client,
        pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        client.get(f"https://dump.example:{tls_server.storage_port}/")


def test_proxies_of_the_environment_are_not_used(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with download_client(allow_private=True) as client:
        client.get(f"http://127.0.0.1:{server.storage_port}/")
    assert len(server.requests) == 1


def test_the_system_resolver() -> None:
    assert "127.0.0.1" in resolve_host("localhost", 80)
