"""The shape of the package: imports go one way, heavy ones come late, all is documented."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import click
import pytest
import typer.main

import moderator
from moderator.cli.main import app

PACKAGE = Path(moderator.__file__).parent
README = Path(__file__).parents[1] / "README.md"

LAYERS: list[list[str]] = [
    ["errors", "records", "resources"],
    ["terminal", "text", "yamlnodes", "ruleset"],
    ["rulefile", "parts", "files", "journal", "continued", "evasions"],
    ["inherit"],
    ["config"],
    ["sources", "classifiers"],
    ["isolation", "policy"],
    ["behaviour", "guarding", "panel", "words"],
    ["judging"],
    ["resumption"],
    ["pipeline"],
    ["api", "output", "summary", "scoring"],
    ["comparison", "results", "checkpoints", "scan", "explanation", "samples"],
    ["sweep", "training", "cluster"],
    ["evaluation"],
    ["redaction", "review"],
    ["report"],
    ["workshop"],
    ["cli"],
]
"""From the ground up; a part may import those of its own line and of the lines above it here."""

HEAVY = {
    "anyascii", "confusable_homoglyphs", "detoxify", "fasttext", "httpcore", "httpx", "jinja2",
    "jsonschema", "numpy", "onnxruntime", "phonenumbers", "publicsuffixlist", "pyarrow",
    "rapidfuzz", "ray", "re2", "rich.progress", "rich.table", "spacy", "spellchecker", "sqlite3",
    "stdnum", "tokenizers", "torch", "transformers",
}  # fmt: skip


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ("moderator", *path.relative_to(PACKAGE).with_suffix("").parts)
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


MODULES = modules()


def imports(name: str) -> Iterator[str]:
    """The modules of the package that a module imports, wherever in it; not for types alone."""
    tree = ast.parse(MODULES[name].read_text("utf-8"))
    for node in _at_run_time(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} has a relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in MODULES:
                    yield inner
                elif node.module in MODULES:
                    yield node.module


def _at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from _at_run_time(child)


GRAPH = {name: set(imports(name)) - {name, "moderator"} for name in MODULES}


def test_no_import_goes_round_in_a_circle() -> None:
    TopologicalSorter(GRAPH).prepare()


@pytest.mark.parametrize("name", sorted(MODULES.keys() - {"moderator"}))
def test_imports_go_down_only(name: str) -> None:
    rank = {part: number for number, layer in enumerate(LAYERS) for part in layer}
    part = name.split(".")[1]
    assert part in rank, f"{part} is in no layer"
    for imported in GRAPH[name]:
        assert rank[imported.split(".")[1]] <= rank[part], f"{name} imports {imported}"


def test_sources_and_classifiers_know_nothing_of_each_other() -> None:
    for name in MODULES:
        for one, other in (("sources", "classifiers"), ("classifiers", "sources")):
            if name.startswith(f"moderator.{one}."):
                assert not any(i.startswith(f"moderator.{other}") for i in GRAPH[name]), name


def test_only_the_command_line_prints() -> None:
    for name, path in MODULES.items():
        if name.startswith(("moderator.cli", "moderator.training")):
            continue
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        calls = (node for node in nodes if isinstance(node, ast.Call))
        called = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
        assert "print" not in called, name


def test_sub_packages_have_empty_inits() -> None:
    inits = [path for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE]
    assert inits
    assert all(path.read_bytes() == b"" for path in inits)
    folders = {path.parent for path in PACKAGE.rglob("*.py")} - {PACKAGE}
    assert folders == {path.parent for path in inits}


# The command line


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group below, by the words that call it."""
    for name, command in group.commands.items():
        yield (*path, name)
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


ROOT = typer.main.get_command(app)
COMMANDS = sorted(commands(ROOT))


def start(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-c", code], capture_output=True, text=True, timeout=60,
        check=True,
    )  # fmt: skip


def loaded(report: str) -> set[str]:
    """The modules that `-X importtime` lists."""
    return {line.rpartition("|")[2].strip() for line in report.splitlines() if "|" in line}


def test_help_loads_nothing_heavy() -> None:
    """`--help` is to answer in a fifth of a second; what it loads decides that."""
    code = "import sys; sys.argv = ['moderator', *sys.argv[1:]]; from moderator.cli.main import run"
    for words in [(), *COMMANDS]:
        arguments = [*words, "--help"]
        run = f"{code}; sys.argv[1:] = {arguments!r}; run()"
        done = start(run, "-X", "importtime")
        assert "Usage: moderator" in done.stdout
        names = loaded(done.stderr)
        assert "moderator.cli.main" in names
        assert not names & HEAVY, f"{' '.join(arguments)} loads {sorted(names & HEAVY)}"
        assert len(names) < 400


def test_import_loads_nothing_at_all() -> None:
    names = loaded(start("import moderator", "-X", "importtime").stderr)
    assert not names & (HEAVY | {"typer", "yaml", "orjson", "moderator.pipeline"})


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_is_in_the_readme(words: tuple[str, ...]) -> None:
    assert re.search(rf"\bmoderator {' '.join(words)}\b", README.read_text("utf-8"))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_and_option_says_what_it_does(words: tuple[str, ...]) -> None:
    command = ROOT
    for word in words:
        command = command.commands[word]
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option) or hasattr(parameter, "help"):
            assert getattr(parameter, "help", None), f"{' '.join(words)}: {parameter.name}"


def test_the_readme_names_no_command_that_is_none() -> None:
    known = {words[0] for words in COMMANDS}
    blocks = re.findall(r"```(?:sh|console)?\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    named = re.findall(r"(?:^|[|&/ ])moderator ([a-z]+)\b", "\n".join(blocks), re.MULTILINE)
    assert set(named) <= known


def test_every_exit_code_is_in_the_readme() -> None:
    from moderator.cli.main import EXIT_CODES

    text = README.read_text("utf-8")
    for code in re.findall(r"\b\d+\b", EXIT_CODES):
        assert re.search(rf"\b{code}\b", text), code
