"""The list of licences is that of the lock, and nothing under an odd licence slips in."""

import sys
from pathlib import Path

import pytest
from supply.installed import site_packages
from supply.licences import ALLOWED, DOCUMENT, EXPLAINED, Row, document, identifiers, parsed, rows
from supply.lock import ROOT, constrained, locked

TEXT = DOCUMENT.read_text("utf-8")
LISTED = parsed(TEXT)


def test_it_lists_every_locked_package_and_no_other() -> None:
    assert {row.name: row.version for row in LISTED} == {**locked(), **constrained()}
    assert all(row.needed for row in LISTED), "the lock has a package that nothing needs"


@pytest.mark.skipif(
    Path(sys.prefix) != ROOT / ".venv-test", reason="not the environment of README's test command"
)
def test_it_says_what_the_packages_say() -> None:
    assert document(rows(site_packages())) == TEXT, "run bench/licences.py"


@pytest.mark.parametrize("row", LISTED, ids=lambda row: row.name)
def test_every_licence_is_allowed_or_explained(row: Row) -> None:
    odd = identifiers(row.licence) - ALLOWED
    assert not odd or row.name in EXPLAINED, f"{row.name} is under {row.licence}"


def test_every_explanation_is_needed_and_printed() -> None:
    for name, why in EXPLAINED.items():
        (row,) = (row for row in LISTED if row.name == name)
        assert identifiers(row.licence) - ALLOWED
        assert f"- {name}: {why}\n" in TEXT


@pytest.mark.parametrize(
    ("licence", "odd"),
    [
        ("MIT", set()),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", set()),
        ("Apache-2.0 WITH LLVM-exception", set()),
        ("GPL-3.0-or-later", {"GPL-3.0-or-later"}),
        ("MIT AND AGPL-3.0-only", {"AGPL-3.0-only"}),
        ("unknown", {"unknown"}),
    ],
)
def test_an_odd_licence_would_be_noticed(licence: str, odd: set[str]) -> None:
    assert identifiers(licence) - ALLOWED == odd
