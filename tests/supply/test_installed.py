"""The check of an environment against the lock: on CI's own, and on small ones."""

import base64
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from supply.installed import problems, site_packages
from supply.lock import ROOT, constrained, locked

made_by_the_lock = pytest.mark.skipif(
    Path(sys.prefix) != ROOT / ".venv-test", reason="not the environment of README's test command"
)


@made_by_the_lock
def test_what_is_installed_is_what_was_locked() -> None:
    assert list(problems(site_packages(), {**locked(), **constrained()})) == []


@made_by_the_lock
def test_all_that_packages_ask_for_is_there() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "No broken requirements found.\n")


FILES = {
    "thing.py": "a = 1\n",
    "some_thing-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: Some_Thing\nVersion: 1.0\n",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site-packages folder with one package of one module, and its RECORD."""
    info = tmp_path / "some_thing-1.0.dist-info"
    info.mkdir()
    lines = ["__pycache__/thing.cpython-311.pyc,,", f"{info.name}/RECORD,,"]
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest())
        lines.append(f"{name},sha256={digest.decode().rstrip('=')},{len(content)}")
    (info / "RECORD").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_a_package_as_it_was_installed_passes(site: Path) -> None:
    (site / "__pycache__").mkdir()
    (site / "__pycache__" / "thing.cpython-311.pyc").write_bytes(b"made at run time")
    assert list(problems(site, {"some-thing": "1.0"})) == []


def test_other_versions_and_packages_are_named(site: Path) -> None:
    assert list(problems(site, {"some-thing": "1.1", "other": "2"})) == [
        "some-thing is installed as 1.0, locked as 1.1",
        "other 2 is not installed",
    ]
    assert list(problems(site, {})) == ["some-thing 1.0 is installed, and in no lock"]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("thing.py", "a = 2\n", "some-thing: thing.py was changed"),
        ("thing.py", None, "some-thing: thing.py is missing"),
        ("start.pth", "import os\n", "start.pth belongs to no package"),
        ("some_thing-1.0.dist-info/RECORD", None, "has no RECORD"),
        ("some_thing-1.0.dist-info/RECORD", "thing.py,,\n", "thing.py is recorded without a hash"),
    ],
)
def test_tampering_is_named(site: Path, name: str, content: str | None, problem: str) -> None:
    if content is None:
        (site / name).unlink()
    else:
        (site / name).write_text(content)
    assert any(problem in found for found in problems(site, {"some-thing": "1.0"}))
