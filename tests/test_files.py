import os
import re
import socket
import stat
import threading
from io import BytesIO
from pathlib import Path

import orjson
import pytest

from moderator.errors import OutputError
from moderator.files import Discarded, Streamed, WrittenAside


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_it_appears_whole_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "flagged.jsonl"
    with WrittenAside(path) as file:
        file.write(b"one\n")
        file.write(b"two\n")
        assert not path.exists()
        assert len(names(tmp_path)) == 1
    assert path.read_bytes() == b"one\ntwo\n"
    assert names(tmp_path) == ["flagged.jsonl"]


def test_an_older_file_stays_until_then_and_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "flagged.jsonl"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError), WrittenAside(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["flagged.jsonl"]
    with WrittenAside(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_an_interrupted_run_leaves_no_trace(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), WrittenAside(tmp_path / "flagged.jsonl") as file:
        file.write(b"new")
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        path = tmp_path / "flagged.jsonl"
        path.write_bytes(b"old")
        path.chmod(0o644)
        with WrittenAside(path) as file:
            file.write(b"new")
    finally:
        os.umask(previous)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_clobber_refuses_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "flagged.jsonl"
    path.write_bytes(b"old")
    with pytest.raises(OutputError, match="exists already and --no-clobber"):
        WrittenAside(path, no_clobber=True)
    assert names(tmp_path) == ["flagged.jsonl"]


def test_no_clobber_refuses_what_came_up_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "flagged.jsonl"
    with pytest.raises(OutputError, match="--no-clobber"), WrittenAside(path, no_clobber=True):
        path.write_bytes(b"another run's")
    assert path.read_bytes() == b"another run's"
    assert names(tmp_path) == ["flagged.jsonl"]


@pytest.mark.parametrize("target", ["missing/flagged.jsonl", "file/flagged.jsonl"])
def test_a_folder_that_is_none_is_one_sentence(tmp_path: Path, target: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    path = tmp_path / target
    with pytest.raises(OutputError, match=re.escape(f"{path} cannot be written: ")):
        WrittenAside(path)


def test_a_folder_in_the_place_of_the_file_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        WrittenAside(tmp_path)
    assert names(tmp_path) == []


def test_a_link_stays_and_the_file_it_leads_to_is_replaced(tmp_path: Path) -> None:
    real, link = tmp_path / "kept" / "real.jsonl", tmp_path / "link.jsonl"
    real.parent.mkdir()
    link.symlink_to(real)
    for content in (b"first", b"second"):  # it leads nowhere at first
        with WrittenAside(link) as file:
            file.write(content)
            assert names(tmp_path) == ["kept", "link.jsonl"]
        assert link.is_symlink()
        assert real.read_bytes() == content
    assert names(real.parent) == ["real.jsonl"]


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link.jsonl"
    link.symlink_to(link)
    with pytest.raises(OutputError, match="leads to itself"):
        WrittenAside(link)


def test_a_named_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()))
    reader.start()
    with WrittenAside(path) as file:
        file.write(b"through")
    reader.join()
    assert got == [b"through"]
    assert path.is_fifo()
    assert names(tmp_path) == ["pipe"]


def test_a_device_stays() -> None:
    with WrittenAside(Path(os.devnull)) as file:
        file.write(b"away")
    assert Path(os.devnull).is_char_device()


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the names of sockets are short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("here")
        with pytest.raises(OutputError, match="not a regular file"):
            WrittenAside(Path("here"))
    assert names(tmp_path) == ["here"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="Permission denied"):
            WrittenAside(tmp_path / "flagged.jsonl")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_sentence() -> None:
    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(OutputError, match="Standard output cannot be written: No space"),
    ):
        Streamed(full).write(b"x")


def test_a_stream_gets_each_record_at_once() -> None:
    class Watched(BytesIO):
        flushed = 0

        def flush(self) -> None:
            self.flushed += 1

    stream = Watched()
    sink = Streamed(stream)
    sink.write(b"one\n")
    sink.write(b"two\n")
    assert (stream.getvalue(), stream.flushed) == (b"one\ntwo\n", 2)


def test_a_closed_stream_is_one_sentence() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with (
        os.fdopen(writing, "wb", buffering=0) as stream,
        pytest.raises(OutputError, match="closed before the end"),
    ):
        Streamed(stream).write(b"x")


def test_a_terminal_gets_escapes_for_what_would_steer_it() -> None:
    class Terminal(BytesIO):
        def isatty(self) -> bool:
            return True

    value = "a\x7f\x9b2J\u202e\u2066\u2028\U000e0041 \u00e9\u200d\U0001f600 z"
    terminal, pipe = Terminal(), BytesIO()
    for stream in (terminal, pipe):
        Streamed(stream).write(orjson.dumps({"a": value}))
        assert orjson.loads(stream.getvalue()) == {"a": value}
    shown = terminal.getvalue().decode()
    assert not set(shown) & set("\x7f\x9b\u202e\u2066\u2028\U000e0041")
    assert "\u00e9\u200d\U0001f600" in shown
    assert pipe.getvalue() == orjson.dumps({"a": value})


def test_what_is_discarded_goes_nowhere(tmp_path: Path) -> None:
    Discarded().write(b"x")
    assert names(tmp_path) == []
