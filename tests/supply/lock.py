"""What the lock and constraints files pin, and what pyproject.toml asks for."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
CONSTRAINTS = ROOT / "constraints.txt"

_PIN = re.compile(r"(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)==(?P<version>[0-9][0-9a-z.!+]*)")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Pin:
    """One package of the lock: its normal name, its version, and how many files it may be."""

    name: str
    version: str
    hashes: int


def pins(text: str) -> list[Pin]:
    """The packages of a lock; `ValueError` for a line that is anything but a pin with hashes."""
    found = []
    for entry in re.sub(r"(?m)^ *(#.*)?\n", "", text).replace("\\\n", " ").splitlines():
        first, *rest = entry.split()
        pin = _PIN.fullmatch(first)
        if pin is None or not rest or not all(map(_HASH.fullmatch, rest)):
            raise ValueError(entry)
        found.append(Pin(pin["name"], pin["version"], len(set(rest))))
    return found


def locked() -> dict[str, str]:
    """The version of each package of the lock."""
    return {pin.name: pin.version for pin in pins(LOCK.read_text("utf-8"))}


def constrained() -> dict[str, str]:
    """The version of each package of the constraints file."""
    lines = CONSTRAINTS.read_text("utf-8").splitlines()
    matches = [_PIN.fullmatch(line) for line in lines]
    return {pin["name"]: pin["version"] for pin in matches if pin is not None}


def project() -> dict[str, list[Requirement]]:
    """What pyproject.toml asks for: to run, by each extra, and to build."""
    given = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = {
        "run": given["project"]["dependencies"],
        "build": given["build-system"]["requires"],
        **given["project"]["optional-dependencies"],
        **{f"group {name}": lines for name, lines in given.get("dependency-groups", {}).items()},
    }
    return {name: list(map(Requirement, lines)) for name, lines in asked.items()}


def normal(requirement: Requirement) -> str:
    """The name of what is required, as the lock writes it."""
    return canonicalize_name(requirement.name)
