"""SECURITY.md names tests that exist, and one page of it."""

import ast
import re

from supply.lock import ROOT

TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
TABLE = TEXT.partition("the test that shows it\n")[2].partition("\n## ")[0]
NAMED = re.findall(r"`(tests/[a-z_/]+\.py)::(test_\w+)`", TEXT)


def test_every_test_named_exists() -> None:
    assert len(NAMED) > 20
    for path, name in NAMED:
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert name in functions, f"{path}::{name}"


def test_every_threat_has_a_test() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("|")][2:]
    assert len(rows) > 15
    for row in rows:
        threat, holds, tests = (cell.strip() for cell in row.strip("|").split("|"))
        assert threat
        assert holds
        assert re.fullmatch(r"(`tests/\S+::test_\w+`(, )?)+", tests), row


def test_it_is_a_page() -> None:
    assert len(TEXT.splitlines()) < 100
