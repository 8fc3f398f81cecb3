"""No module runs text as code, unpickles, starts a shell, or guesses a temporary name."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import moderator

PACKAGE = Path(moderator.__file__).parent
MODULES = {
    str(path.relative_to(PACKAGE)): path.read_text("utf-8") for path in PACKAGE.rglob("*.py")
}

MODULES_REFUSED = {
    "pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "cloudpickle", "code", "pty",
    "telnetlib", "xmlrpc",
}  # fmt: skip
CALLS_REFUSED = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
ATTRIBUTES_REFUSED = {
    ("os", "system"), ("os", "popen"), ("tempfile", "mktemp"), ("yaml", "load"),
    ("yaml", "load_all"), ("yaml", "unsafe_load"), ("yaml", "full_load"), ("torch", "hub"),
    ("ssl", "_create_unverified_context"), ("jsonpickle", "decode"), ("np", "loads"),
    ("subprocess", "getoutput"), ("subprocess", "getstatusoutput"),
}  # fmt: skip
KEYWORDS_REFUSED = {
    "shell": True, "allow_pickle": True, "weights_only": False, "verify": False,
    "trust_remote_code": True, "autoescape": False,
}  # fmt: skip
KEYWORDS_NEEDED = {("torch", "load"): "weights_only", ("np", "load"): "allow_pickle"}

ALLOWED = {
    ("classifiers/detoxify_weights.py", "torch.hub"): "asks where the cache lies; loads nothing",
    ("__init__.py", "import_module"): "names out of a table of its own",
}
"""What is refused in general, where it stands all the same, and why that is in order."""


def findings(source: str) -> Iterator[str]:
    """What in a module's source is refused."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            names = [module or ""] if module else [alias.name for alias in node.names]
            yield from (name for name in names if name.partition(".")[0] in MODULES_REFUSED)
            if module:
                pairs = ((module, alias.name) for alias in node.names)
                yield from (".".join(pair) for pair in pairs if pair in ATTRIBUTES_REFUSED)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            pair = (node.value.id, node.attr)
            if pair in ATTRIBUTES_REFUSED:
                yield ".".join(pair)
        elif isinstance(node, ast.Call):
            yield from _call(node)


def _call(node: ast.Call) -> Iterator[str]:
    if isinstance(node.func, ast.Name) and node.func.id in {*CALLS_REFUSED, "import_module"}:
        yield node.func.id
    given = {word.arg: getattr(word.value, "value", None) for word in node.keywords}
    for name, value in KEYWORDS_REFUSED.items():
        if name in given and given[name] is value:
            yield f"{name}={value}"
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        called = (node.func.value.id, node.func.attr)
        if called in KEYWORDS_NEEDED and KEYWORDS_NEEDED[called] not in given:
            yield f"{'.'.join(called)} without {KEYWORDS_NEEDED[called]}"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_nothing_refused_stands_in_a_module(name: str) -> None:
    found = {one for one in findings(MODULES[name]) if (name, one) not in ALLOWED}
    assert not found


def test_every_exception_is_in_use() -> None:
    used = {(name, one) for name, source in MODULES.items() for one in findings(source)}
    assert used == ALLOWED.keys()


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import cloudpickle as c",
        "eval('1')",
        "exec(text)",
        "compile(text, 'x', 'exec')",
        "import os\nos.system('x')",
        "from os import system",
        "import yaml\nyaml.load(text)",
        "subprocess.run('x', shell=True)",
        "tempfile.mktemp()",
        "np.load(path, allow_pickle=True)",
        "np.load(path)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "httpx.Client(verify=False)",
        "importlib.import_module(name) or import_module(name)",
    ],
)
def test_each_of_them_would_be_noticed(source: str) -> None:
    assert list(findings(source))


def test_what_is_harmless_is_let_through() -> None:
    source = "model.eval()\nre.compile(x)\nyaml.compose(x)\ntorch.load(p, weights_only=True)"
    assert not list(findings(source))
