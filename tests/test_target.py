import io
import os
import threading
from pathlib import Path

import pytest
from server.app import LoopbackServer
from server.scenario import Scenario, session_id

from moderator.errors import ConfigError, SourceError
from moderator.sources.target import Network, is_remote, opened

UUID = "05e57591-d89e-45c9-ae44-08dc1eaad0e0"


@pytest.mark.parametrize(
    ("target", "remote"),
    [
        ("-", False),
        (UUID, True),
        ("http://a.example/dump.csv", True),
        ("HTTPS://a.example/dump.csv?X-Signature=1", True),
    ],
)
def test_what_a_target_is(target: str, remote: bool) -> None:
    assert is_remote(target) is remote


def test_a_file_comes_before_a_session_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(UUID).write_bytes(b"")
    assert not is_remote(UUID)


@pytest.mark.parametrize(
    "target", ["no/such.csv", "_a", "a" * 129, "a b c d e f", "ftp://a.example/x"]
)
def test_what_is_nothing_is_one_sentence(target: str) -> None:
    with pytest.raises(SourceError, match="neither a URL nor a session id"):
        is_remote(target)


@pytest.mark.parametrize("target", ["", "  "])
def test_an_empty_target_is_refused(target: str) -> None:
    with pytest.raises(ConfigError, match="The target is empty"):
        is_remote(target)


def test_a_mistyped_file_without_credentials_is_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "DYTE_ORG_ID", "DYTE_API_KEY",
        "REALTIMEKIT_ACCOUNT_ID", "REALTIMEKIT_APP_ID", "REALTIMEKIT_TOKEN",
    ):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    with (
        pytest.raises(
            ConfigError,
            match="There is no file nope-csv, so it is taken for a session id; no credentials",
        ),
        opened("nope-csv", Network(), io.BytesIO()),
    ):
        pass


def test_a_folder_is_no_dump(tmp_path: Path) -> None:
    with (
        pytest.raises(SourceError, match="cannot be read: Is a directory"),
        opened(str(tmp_path), Network(), io.BytesIO()),
    ):
        pass


def test_a_named_pipe_is_read_without_a_size(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"through",))
    writer.start()
    with opened(str(path), Network(), io.BytesIO()) as dump:
        assert (dump.stream.read(), dump.size) == (b"through", None)
    writer.join()


def test_standard_input_and_a_file_are_read_where_they_are(tmp_path: Path) -> None:
    stdin = io.BytesIO(b"piped")
    with opened("-", Network(), stdin) as dump:
        assert (dump.name, dump.stream.read(), dump.size) == ("standard input", b"piped", None)
    path = tmp_path / "dump.csv"
    path.write_bytes(b"on disk")
    with opened(str(path), Network(), stdin) as dump:
        assert (dump.name, dump.stream.read(), dump.size) == (str(path), b"on disk", 7)
    assert dump.stream.closed


@pytest.mark.parametrize("backend", ["dyte", "realtimekit"])
def test_a_session_is_fetched_whole_and_named_without_its_link(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, backend: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for name, value in server.environ(backend).items():
        monkeypatch.setenv(name, value)
    network = Network(backend, server.base_urls[backend], allow_private=True)
    wanted = session_id("ok")
    with opened(wanted, network, io.BytesIO()) as dump:
        content = dump.stream.read()
        assert dump.name == f"session {wanted}"
        assert content == Scenario().body
        assert dump.size == len(content)
        link, _ = server.sign(f"/dumps/{wanted}.csv", server.link_ttl)
    with opened(link, network, io.BytesIO()) as dump:
        assert dump.name == "a URL at 127.0.0.1"
        assert dump.stream.read() == content


def test_credentials_are_not_needed_for_a_url(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in server.environ("dyte") | server.environ("realtimekit"):
        monkeypatch.delenv(name, raising=False)
    link, _ = server.sign(f"/dumps/{session_id('ok')}.csv", server.link_ttl)
    with opened(link, Network(allow_private=True), io.BytesIO()) as dump:
        assert dump.size
    with pytest.raises(ConfigError, match="no credentials are set"):
        Network().api()
