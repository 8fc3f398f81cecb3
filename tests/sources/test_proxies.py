"""Downloads and the API by way of a real proxy."""

import logging
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from server.app import LoopbackServer
from server.proxy import TunnelProxy
from server.scenario import Cut, Scenario, dump, session_id

from moderator.errors import ConfigError, SourceError
from moderator.sources.api import SessionsApi
from moderator.sources.credentials import Backend, resolve
from moderator.sources.download import download, fetch_url
from moderator.sources.guard import download_client, is_public_name
from moderator.sources.limits import Backoff
from moderator.sources.proxies import Proxy, from_environment, parse

QUICK = Backoff(attempts=3, first=0.001, longest=0.01)
NAMES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def far(authority: trustme.CA) -> Iterator[LoopbackServer]:
    """A file host that can be reached as dump.example, but only by way of a proxy."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("dump.example").configure_cert(context)
    with LoopbackServer(tls=context) as running:
        yield running


@pytest.fixture
def url(far: LoopbackServer) -> str:
    session = far.add(Scenario(file_faults=[Cut(500)]))
    link, _ = far.sign(f"/dumps/{session}.csv", timedelta(hours=1))
    return link.replace(f"127.0.0.1:{far.storage_port}", "dump.example")


@pytest.fixture
def trusting(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority of a company, named as its users would."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


def fetched(url: str, folder: Path) -> bytes:
    with download_client() as client:
        return fetch_url(url, folder / "d", client=client, backoff=QUICK).path.read_bytes()


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_downloads_go_by_way_of_it(
    far: LoopbackServer, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with TunnelProxy({"dump.example": far.storage_port}) as proxy:
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert fetched(url, tmp_path) == dump()
    assert proxy.asked == ["dump.example:443"] * 2
    assert all("proxy-authorization" not in asked.headers for asked in far.files_asked())


@pytest.mark.usefixtures("trusting")
def test_a_password_is_sent_and_never_shown(
    far: LoopbackServer,
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with TunnelProxy({"dump.example": far.storage_port}, "me:s3cr:t/") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy.port}")
        with pytest.raises(SourceError, match=r"407 .*check HTTPS_PROXY") as refused:
            fetched(url, tmp_path)
        assert proxy.asked == ["dump.example:443"]  # once: another try would change nothing
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:s3cr%3At%2F@127.0.0.1:{proxy.port}")
        assert fetched(url, tmp_path) == dump()
    assert f"the proxy 127.0.0.1:{proxy.port}" in caplog.text
    assert "s3cr" not in caplog.text + str(refused.value)
    assert "Signature" not in caplog.text + str(refused.value)


def test_certificates_are_checked_through_it(
    far: LoopbackServer, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TunnelProxy({"dump.example": far.storage_port}) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(SourceError, match=r"cannot be trusted .*SSL_CERT_FILE"):
            fetched(url, tmp_path)
    assert far.requests == []


@pytest.mark.parametrize("refusal", [502, 503])
def test_what_passes_is_tried_again(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int
) -> None:
    with TunnelProxy({}, refusal=refusal) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(SourceError, match=f"the proxy 127.0.0.1:{proxy.port}, {refusal}"):
            fetched(url, tmp_path)
    assert len(proxy.asked) == QUICK.attempts


def test_a_proxy_that_is_not_there_is_named(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TunnelProxy({}) as gone:
        pass
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{gone.port}")
    with pytest.raises(SourceError, match=f"by way of the proxy 127.0.0.1:{gone.port}"):
        fetched(url, tmp_path)


@pytest.mark.parametrize(
    "host",
    ["10.0.0.1", "169.254.169.254", "127.1.1.1:8443", "2130706433", "0x7f.1", "[::1]", "[fd00::1]",
     "[::ffff:10.0.0.1]", "intranet", "db.internal", "printer.local", "x.home.arpa", "nas.lan."],
)  # fmt: skip
def test_inner_hosts_are_refused_before_it_is_asked(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TunnelProxy({}) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(SourceError, match="is refused: it leads to a private"):
            fetched(f"https://{host}/dump?Signature=1", tmp_path)
    assert proxy.asked == []


def test_a_redirect_inside_is_refused(
    far: LoopbackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusting: None
) -> None:
    session = far.add(Scenario(redirects=["https://10.0.0.1/latest?Signature=1"]))
    link, _ = far.sign(f"/dumps/{session}.csv", timedelta(hours=1))
    with TunnelProxy({"dump.example": far.storage_port}) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(SourceError, match=r"10\.0\.0\.1 is refused"):
            fetched(link.replace(f"127.0.0.1:{far.storage_port}", "dump.example"), tmp_path)
    assert len(proxy.asked) == 1


@pytest.mark.parametrize("host", ["dump.example", "s3.eu-west-1.amazonaws.com.", "8.8.8.8"])
def test_public_names(host: str) -> None:
    assert is_public_name(host)


@pytest.mark.usefixtures("trusting")
def test_the_api_goes_by_way_of_it_too(
    far: LoopbackServer, monkeypatch: pytest.MonkeyPatch, authority: trustme.CA
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("api.example").configure_cert(context)
    known = resolve(far.environ("dyte"), None, far.base_urls["dyte"])
    api = far._servers[0]
    api.socket = context.wrap_socket(api.socket, server_side=True)
    backend = Backend("dyte", "https://api.example/v2", known.credentials)
    with TunnelProxy({"api.example": far.api_port}) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with SessionsApi(backend, backoff=QUICK) as asked:
            assert asked.chat_link(session_id("ok")).url
    assert proxy.asked == ["api.example:443"]


def test_this_machine_is_reached_directly(
    server: LoopbackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    backend = resolve(server.environ("dyte"), None, server.base_urls["dyte"])
    with SessionsApi(backend, backoff=QUICK) as api, download_client(allow_private=True) as client:
        link = api.chat_link(session_id("ok"))
        got = download(lambda: link, tmp_path / "d", client=client, backoff=QUICK)
    assert got.path.read_bytes() == dump()


def test_whom_the_environment_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_environment("dump.example") is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "inner.example,.corp.example")
    assert from_environment("dump.example") == Proxy("http://proxy.example:3128")
    for host in ("inner.example", "a.corp.example", "localhost", "127.0.0.1", "::1"):
        assert from_environment(host) is None


@pytest.mark.parametrize(
    ("text", "url", "auth"),
    [
        ("http://p.example:3128", "http://p.example:3128", None),
        ("p.example:3128", "http://p.example:3128", None),
        ("http://p.example", "http://p.example:80", None),
        ("https://p.example/", "https://p.example:443", None),
        ("http://[2001:db8::1]:8", "http://[2001:db8::1]:8", None),
        ("http://me7:p%40ss@p.example:1", "http://p.example:1", ("me7", "p@ss")),
        ("http://me7@p.example:1", "http://p.example:1", ("me7", "")),
    ],
)
def test_spellings(text: str, url: str, auth: tuple[str, str] | None) -> None:
    proxy = parse(text)
    assert (proxy.url, proxy.auth) == (url, auth)
    assert auth is None or auth[0] not in repr(proxy) + str(proxy)


@pytest.mark.parametrize(
    "text", ["socks5://p.example:1", "http://", "http://p.example:x", "http://a b/", "http://[::1"]
)
def test_what_is_no_proxy_is_said(text: str) -> None:
    with pytest.raises(ConfigError, match="http://HOST:PORT"):
        parse(text)
