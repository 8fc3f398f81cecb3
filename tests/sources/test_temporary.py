"""Temporary dumps: private, gone afterwards, and gone after a kill at the next start."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderator.errors import OutputError
from moderator.sources import temporary
from moderator.sources.temporary import DUMP, private_folder, remove_left_over

HOLD = """
import sys, tempfile, time
tempfile.tempdir = sys.argv[1]
from moderator.sources.temporary import private_folder
with private_folder() as folder:
    (folder / "dump").write_text("what they said")
    (folder / ".dump.moderator.part").write_text("what they said")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path


@pytest.fixture
def other(place: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process that works in a folder of its own, and that folder."""
    command = [sys.executable, "-c", HOLD, str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_a_folder_is_private_and_gone_afterwards(place: Path) -> None:
    with private_folder() as folder:
        assert folder.parent == place
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / DUMP).write_bytes(b"hello")
    assert list(place.iterdir()) == []


def test_it_is_gone_after_an_error(place: Path) -> None:
    with pytest.raises(KeyError), private_folder() as folder:
        (folder / DUMP).write_bytes(b"hello")
        raise KeyError
    assert list(place.iterdir()) == []


def test_what_a_killed_run_left_goes_at_the_next_start(
    place: Path, other: tuple[subprocess.Popen[str], Path]
) -> None:
    process, folder = other
    with private_folder():
        assert (folder / DUMP).read_text() == "what they said"  # it is at work
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (folder / DUMP).exists()
    with private_folder() as mine:
        assert list(place.iterdir()) == [mine]


def left_over(place: Path, name: str = "moderator-abcd_012") -> Path:
    folder = place / name
    folder.mkdir(mode=0o700)
    (folder / DUMP).write_bytes(b"hello")
    return folder


def test_what_is_not_ours_stays(place: Path) -> None:
    victim = place / "victim"
    victim.mkdir(mode=0o700)
    (victim / DUMP).write_bytes(b"mine")
    (place / "moderator-linked01").symlink_to(victim)
    open_to_all = left_over(place, "moderator-shared01")
    open_to_all.chmod(0o755)
    named_otherwise = left_over(place, "moderator-reports")
    with_more = left_over(place, "moderator-aaaaaaaa")
    (with_more / "notes.txt").write_text("mine")
    (with_more / ".dump.linked").symlink_to(victim / DUMP)
    plain = place / "moderator-file0000"
    plain.write_text("mine")
    remove_left_over()
    assert (victim / DUMP).read_bytes() == b"mine"
    assert (place / "moderator-linked01").is_symlink()
    assert (open_to_all / DUMP).exists()
    assert (named_otherwise / DUMP).exists()
    assert [path.name for path in with_more.iterdir()] == ["notes.txt"]
    assert plain.read_text() == "mine"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make folders of another user")
def test_other_users_folders_stay(place: Path) -> None:
    folder = left_over(place)
    os.chown(folder, 12345, 12345)
    remove_left_over()
    assert (folder / DUMP).exists()


def test_a_folder_taken_for_a_left_over_is_made_anew(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run starts between the two steps of making one, and takes it away."""
    made = []

    def raced(prefix: str) -> str:
        made.append(os.fspath(place / f"{prefix}race000{len(made)}"))
        Path(made[-1]).mkdir(mode=0o700)
        if len(made) < 3:
            remove_left_over()
        return made[-1]

    monkeypatch.setattr(temporary.tempfile, "mkdtemp", raced)
    with private_folder() as folder:
        assert str(folder) == made[2]


def test_a_place_that_is_not_there(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(place / "gone"))
    with pytest.raises(OutputError, match="cannot be written"), private_folder():
        pass
