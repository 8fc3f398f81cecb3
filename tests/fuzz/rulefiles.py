"""The rules file: whatever it holds, it is a rule set or a complaint that says where.

Loading one opens no file but itself and the bundled one that it extends, runs no code, starts
nothing and connects to nothing; an audit hook of the interpreter listens.
"""

import atexit
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from fuzz.target import Target
from moderator.classifiers.rules import RulesClassifier
from moderator.config import RuleSet, load
from moderator.errors import ConfigError
from moderator.records import CATEGORIES

WITHOUT_A_LINE = re.compile(r"the file is empty|cannot be read: (?!it is not UTF-8)")
FORBIDDEN = ("exec", "compile", "import", "os.", "subprocess.", "socket.", "ctypes.", "pickle.")


def check(data: bytes) -> None:
    """Loading `data` as a rules file, and building what judges by it."""
    path = _path()
    path.write_bytes(data)
    try:
        with _watched(path):
            ruleset = load(path)
            classifier = RulesClassifier(ruleset) if _is_small(ruleset) else None
    except ConfigError as error:
        said = str(error)
        assert str(path) in said, said
        assert "\n" not in said.replace("\\n", "")
        assert len(said) < 2000, len(said)
        assert re.search(r", line \d+", said) or WITHOUT_A_LINE.search(said), said
        return
    assert ruleset.sha256
    if classifier is not None:
        classifier.classify(["you are an idiot", "hello 10:15"])


def _is_small(ruleset: RuleSet) -> bool:
    """What extends the bundled rules takes a second to build, and is tested elsewhere."""
    return len(ruleset.rules) < 50


@cache
def _path() -> Path:
    shared = Path("/dev/shm")
    folder = tempfile.mkdtemp(prefix="rules-", dir=shared if shared.is_dir() else None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder) / f"{os.getpid()}.yaml"


_seen: list[str] | None = None


@contextmanager
def _watched(path: Path) -> Iterator[None]:
    """Fails where anything else is opened, run or started meanwhile."""
    global _seen
    _listen()
    _seen = []
    try:
        yield
    finally:
        seen, _seen = _seen, None
        strange = [event for event in seen if event != f"open {path}"]
        assert not strange, strange


@cache
def _listen() -> None:
    # What is imported when it is first needed is to be here already.
    load()
    for body in (b"rules: []", *_seeds()):
        path = _path()
        path.write_bytes(body)
        try:
            RulesClassifier(load(path)).classify(["idiot"])
        except ConfigError:
            continue
    sys.addaudithook(_heard)


def _heard(event: str, arguments: tuple[object, ...]) -> None:
    if _seen is None:
        return
    if event == "open":
        name = os.fspath(arguments[0]) if isinstance(arguments[0], str | Path) else "?"
        if "/moderator/" not in name and not name.endswith("/rules.yaml"):
            _seen.append(f"open {name}")
    elif event.startswith(FORBIDDEN) and event not in ("os.listdir", "os.scandir"):
        _seen.append(event)


_HEAD = "version: 1\ncategories:\n" + "".join(
    f"  {name}: {{thresholds: {{medium: 0.6, high: 0.9}}, "
    "actions: {low: record, medium: review, high: hide, critical: escalate}}\n"
    for name in CATEGORIES
)
_RULE = (
    "  - id: house.one\n    kind: %s\n    category: insult\n    severity: medium\n    %s\n"
    "    hits: [idiot]\n    misses: [hello]\n"
)
_BODIES = (
    "rules:\n" + _RULE % ("terms", "terms: [idiot, dumb ass]"),
    "rules:\n" + _RULE % ("regex", "patterns: [\"id[i1]ot+\", '\\bk\\.?y\\.?s\\b']"),
    "rules:\n" + _RULE % ("tokens", "patterns: [[{LOWER: {IN: [idiot, fool]}}, {OP: '?'}]]"),
    "allow: [idiot's guide]\nplain: [house]\nrules: []\nguards:\n  - id: g.one\n    scope: clause\n"
    "    categories: [insult]\n    patterns: [[{LOWER: not}]]\n    hits: [x]\n    misses: [y]\n",
    "behaviour:\n  - id: b.one\n    kind: flood\n    category: spam\n    severity: low\n"
    "    window: 10\n    count: 5\n    words: [hi]\n    hits: [['0 Ann: hi', '1 Ann: hi']]\n"
    "    misses: [['0 Ann: hi']]\n",
)


def _seeds() -> tuple[bytes, ...]:
    odd = (
        "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: &d [*c,*c]\nrules: *d\n",
        "rules: &loop [*loop]\n",
        "rules: !!python/object/apply:os.system ['true']\n",
        "rules: !include /etc/passwd\n",
        "<<: {version: 1}\n? [complex, key]\n: value\n",
        "version: 1\n---\nversion: 1\n",
        "%YAML 1.1\n%TAG ! tag:x,2026:\n---\n!x version: 1\n",
        "version: 99999999999999999999999\n",
        "version: 1\nextends: ../../etc/passwd\n",
        "version: 1\ndisable: [rule:none]\n",
        "",
    )
    return tuple((_HEAD + body).encode() for body in _BODIES) + tuple(one.encode() for one in odd)


TARGET = Target(
    "rules file",
    check,
    _seeds(),
    words=(
        b"&a ", b"*a", b"<<: *a", b"!!python/name:os.system", b"!!binary ", b"!!int ",
        b"[[[[[[[[[[", b"{{{{{{{{",
        b"- - - - - - ", b"? ", b": ", b"|\n", b">-\n", b"%TAG ", b"---\n", b"...\n", b"\t",
        b"#", b"\xef\xbb\xbf",
        b"(a+)+$", b"[", b"(?P<x>", b"(?{1})", b"\\1", b"(?=a)", b"a{1000}{1000}", b"\\C",
        b"(?i)", b"\\p{Foo}", b".*",
        b"{OP: '+'}", b"{OP: '{1,99999999}'}", b"{REGEX: '('}", b"{LOWER: {IN: 7}}",
        b"{LENGTH: {'>=': 1}}", b"{FOO: x}",
        b"{LOWER: {REGEX: '(a+)+$'}}", b"{_: {x: 1}}", b"{ENT_TYPE: X}",
        b"{LOWER: {FUZZY: idiot}}", b"{IS_ALPHA: 7}",
        b"id: ", b"kind: tokens", b"kind: regex", b"kind: terms", b"extends: default",
        b"terms: ", b"severity: critical",
        b"category: child_safety", b"guarded: false", b"language: xx", b"1e999", b"-.inf",
        b".nan", b"0x10", b"1_000",
    ),
    share=40,
)  # fmt: skip
