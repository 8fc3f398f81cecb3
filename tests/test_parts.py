"""The hidden files in which outputs grow, and the locks on them."""

import os
import signal
import stat
import threading
import time
from pathlib import Path

import pytest

from moderator.errors import OutputError
from moderator.files import WrittenAside
from moderator.parts import drop, hold, part_of


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """An output in an empty folder."""
    return tmp_path / "f.jsonl"


def test_one_run_at_a_time(real: Path) -> None:
    with (
        WrittenAside(real) as first,
        pytest.raises(OutputError, match=r"f\.jsonl is being written by another run"),
    ):
        first.write(b"first")
        WrittenAside(real)
    assert real.read_bytes() == b"first"
    with WrittenAside(real) as second:
        second.write(b"second")
    assert real.read_bytes() == b"second"
    assert [path.name for path in real.parent.iterdir()] == ["f.jsonl"]


def test_one_file_under_two_names_is_one(real: Path) -> None:
    link = real.with_name("link")
    link.symlink_to(real)
    with WrittenAside(real), pytest.raises(OutputError, match="another run"):
        WrittenAside(link)


def test_two_files_are_independent(real: Path) -> None:
    with WrittenAside(real) as one, WrittenAside(real.with_name("g.jsonl")) as other:
        one.write(b"1")
        other.write(b"2")
    assert (real.read_bytes(), real.with_name("g.jsonl").read_bytes()) == (b"1", b"2")


def test_who_waits_for_the_other_to_end_does_not_write_into_its_file(real: Path) -> None:
    first = WrittenAside(real)
    first.write(b"first")

    def end() -> None:
        time.sleep(0.2)
        first.__exit__(None, None, None)

    ending = threading.Thread(target=end)
    ending.start()
    with WrittenAside(real) as second:
        assert real.read_bytes() == b"first"
        second.write(b"second")
        assert real.read_bytes() == b"first"
    ending.join()
    assert real.read_bytes() == b"second"


def test_the_lock_dies_with_its_process(real: Path) -> None:
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        hold(real, real)
        os.write(writing, b"x")
        time.sleep(60)
    os.read(reading, 1)
    with pytest.raises(OutputError):
        hold(real, real, patience=0.1)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    os.close(hold(real, real, patience=0.0))
    os.close(reading)
    os.close(writing)


def link_to_elsewhere(part: Path) -> None:
    part.symlink_to(part.with_name("elsewhere"))


def second_name(part: Path) -> None:
    os.link(part.with_name("elsewhere"), part)


@pytest.mark.parametrize("put", [link_to_elsewhere, second_name, os.mkfifo])
def test_what_was_put_in_the_way_is_taken_away(real: Path, put: object) -> None:
    elsewhere = real.with_name("elsewhere")
    elsewhere.write_bytes(b"another's")
    assert callable(put)
    put(part_of(real))
    with WrittenAside(real) as out:
        out.write(b"mine")
    assert (real.read_bytes(), elsewhere.read_bytes()) == (b"mine", b"another's")
    assert not real.is_symlink()


def test_what_a_killed_run_left_is_made_private_and_overwritten(real: Path) -> None:
    part_of(real).write_bytes(b"a long text of chat")
    part_of(real).chmod(0o644)
    with WrittenAside(real) as out:
        assert stat.S_IMODE(part_of(real).stat().st_mode) == 0o600
        out.write(b"x")
    assert real.read_bytes() == b"x"


def test_a_folder_in_the_way_is_one_sentence(real: Path) -> None:
    part_of(real).mkdir()
    with pytest.raises(OutputError, match="cannot be written: Is a directory"):
        WrittenAside(real)


def test_only_parts_that_nobody_holds_are_dropped(real: Path) -> None:
    for name in (".a.moderator.part", ".b.part", "c.moderator.part"):
        real.with_name(name).write_bytes(b"")
        drop(real.with_name(name))
    handle = hold(real, real)
    drop(part_of(real))
    drop(real.with_name(".absent.moderator.part"))
    left = sorted(path.name for path in real.parent.iterdir())
    assert left == [".b.part", ".f.jsonl.moderator.part", "c.moderator.part"]
    os.close(handle)
