"""The lock: complete, exact, hashed, of no one registry, and what CI installs."""

import re

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from supply.lock import (
    CONSTRAINTS,
    LOCK,
    ROOT,
    constrained,
    locked,
    normal,
    pins,
    project,
)  # fmt: skip

TEXT = LOCK.read_text("utf-8")
ASKED = [(part, one) for part, every in project().items() for one in every]


def test_every_line_is_one_version_with_hashes() -> None:
    found = pins(TEXT)
    assert len(found) > 100
    assert len({pin.name for pin in found}) == len(found)
    assert all(pin.hashes for pin in found)


@pytest.mark.parametrize(
    "line",
    [
        "spacy>=3.8 --hash=sha256:" + "0" * 64,
        "spacy==3.8.1",
        "spacy==3.* --hash=sha256:" + "0" * 64,
        "spacy==3.8.1 --hash=md5:" + "0" * 32,
        "spacy @ https://example.org/spacy.whl --hash=sha256:" + "0" * 64,
        "--extra-index-url https://example.org/simple",
        "-e .",
    ],
)
def test_anything_else_would_be_noticed(line: str) -> None:
    with pytest.raises(ValueError, match=re.escape(line.split()[0])):
        pins(line + "\n")


def test_it_names_no_address_and_no_folder() -> None:
    for text in (TEXT, CONSTRAINTS.read_text("utf-8"), (ROOT / "uv.toml").read_text("utf-8")):
        assert "://" not in text
        assert "index" not in text
        assert "find-links" not in text


@pytest.mark.parametrize(("part", "asked"), ASKED, ids=[f"{p}: {r.name}" for p, r in ASKED])
def test_it_has_a_version_that_pyproject_allows(part: str, asked: Requirement) -> None:
    pinned = {**locked(), **constrained()}
    assert normal(asked) in pinned, "renew the lock"
    assert asked.specifier.contains(Version(pinned[normal(asked)])), "renew the lock"


def test_torch_alone_stands_outside() -> None:
    assert constrained().keys() == {"torch"}
    assert CONSTRAINTS.read_text("utf-8").count("\n") == 1
    assert not {name for name in locked() if name.startswith(("torch", "nvidia", "triton"))}
    asked = {str(one.specifier) for _, one in ASKED if normal(one) == "torch"}
    assert asked == {f"=={constrained()['torch']}"}


def test_ci_installs_from_it_and_builds_with_it() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    (command,) = re.findall(r"^python3 .* \S+/pytest$", readme, re.MULTILINE)
    steps = command.split(" && ")
    assert [step.split(" install ")[-1] for step in steps[1:-1]] == [
        "-q --no-deps --only-binary :all: --require-hashes -r requirements.lock",
        "-q -c constraints.txt torch",
        "-q --no-deps --no-build-isolation .",
    ]
