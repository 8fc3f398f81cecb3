"""Reads a YAML file as located nodes, so that every complaint can name file, line and key.

The file is composed, never constructed: no tag is resolved, no object is built, and scalars stay
the strings that were written (`no` and `on` are words here, as a term list needs). Anchors and
aliases share word lists; what they unfold to is bounded, since nested ones can outgrow any memory.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from moderator.errors import ConfigError
from moderator.terminal import printable

MOST_BYTES = 32 * 2**20
MOST_LEVELS = 50
MOST_NODES = 500_000
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Node:
    """One place in a file: its dotted path of keys, and the YAML node that stands there."""

    file: str
    path: str
    raw: yaml.Node

    def error(self, problem: str) -> ConfigError:
        """A `ConfigError` that says where `problem` is."""
        where = f", {self.path}" if self.path else ""
        return ConfigError(f"{self.file}, line {self.line}{where}: {problem}.")

    @property
    def line(self) -> int:
        """The line on which the node begins, from 1."""
        return _line(self.raw)

    def mapping(self, known: Iterable[str], required: Iterable[str] = ()) -> dict[str, "Node"]:
        """The values by key; complains of unknown, repeated and missing keys."""
        if not isinstance(self.raw, yaml.MappingNode):
            raise self.error("a mapping of keys to values is needed here")
        names = dict.fromkeys(known)
        found: dict[str, Node] = {}
        for key, value in self.raw.value:
            name = str(key.value)
            child = Node(self.file, f"{self.path}.{name}" if self.path else name, value)
            place = Node(self.file, child.path, key)
            if name not in names:
                raise place.error(f"unknown key; known are {', '.join(names)}")
            if name in found:
                raise place.error("this key stands here twice")
            found[name] = child
        for name in required:
            if name not in found:
                raise self.error(f"the key {name} is missing")
        return found

    def any_mapping(self) -> dict[str, "Node"]:
        """The values by key, whatever the keys are called."""
        keys = self.raw.value if isinstance(self.raw, yaml.MappingNode) else []
        return self.mapping([str(key.value) for key, _ in keys])

    def sequence(self) -> list["Node"]:
        """The elements of a list."""
        if not isinstance(self.raw, yaml.SequenceNode):
            raise self.error("a list is needed here")
        return [
            Node(self.file, f"{self.path}[{index}]", value)
            for index, value in enumerate(self.raw.value)
        ]

    def string(self) -> str:
        """A scalar as written."""
        if not isinstance(self.raw, yaml.ScalarNode) or not self.raw.value:
            raise self.error("a text is needed here")
        return str(self.raw.value)

    def strings(self) -> tuple[str, ...]:
        """A list of scalars as written."""
        return tuple(node.string() for node in self.sequence())

    def number(self, low: float, high: float) -> float:
        """A number in `[low, high]`."""
        try:
            value = float(self.string())
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise self.error(f"a number from {low:g} to {high:g} is needed here")
        return value

    def choice(self, known: Iterable[str]) -> str:
        """One of the known words."""
        names = tuple(known)
        value = self.string()
        if value not in names:
            shown = printable(value, 80)
            raise self.error(f"{shown!r} is not known here; known are {', '.join(names)}")
        return value

    def plain(self) -> object:
        """The node as dictionaries, lists, numbers, booleans and strings (for token patterns)."""
        if isinstance(self.raw, yaml.MappingNode):
            return {name: node.plain() for name, node in self.any_mapping().items()}
        if isinstance(self.raw, yaml.SequenceNode):
            return [node.plain() for node in self.sequence()]
        return self._scalar()

    def _scalar(self) -> str | int | bool:
        value = str(self.raw.value)
        if isinstance(self.raw, yaml.ScalarNode) and not self.raw.style:
            if value.lower() in {"true", "false"}:
                return value.lower() == "true"
            if value.isdecimal():
                return int(value)
        return value


def compose(path: Path) -> tuple[Node, str]:
    """The root node of the YAML file at `path`, and the text that it was read from."""
    text = _text(path)
    try:
        _check_levels(path, text)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or getattr(error, "reason", None)
        where = _line_of(error, text)
        raise ConfigError(f"{path}, line {where}: {problem or 'it is not YAML'}.") from error
    if root is None:
        raise ConfigError(f"{path}: the file is empty; it needs `version`, `categories`, `rules`.")
    _check_unfolding(path, root, {})
    return Node(str(path), "", root), text


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"The rules file {path} cannot be read: {reason}.") from error
    if len(data) > MOST_BYTES:
        raise ConfigError(f"The rules file {path} cannot be read: it is over {MOST_BYTES} bytes.")
    try:
        return data.decode().replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: it is not UTF-8.") from error


def _check_levels(path: Path, text: str) -> None:
    """Refuses deep nesting before it is composed, which recurs in C and would end the process."""
    level = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            level += 1
            if level > MOST_LEVELS:
                where = f"{path}, line {_line(event)}"
                raise ConfigError(f"{where}: more than {MOST_LEVELS} levels deep.")
        elif isinstance(event, yaml.CollectionEndEvent):
            level -= 1


def _line(part: yaml.Node | yaml.Event) -> int:
    return int(part.start_mark.line) + 1 if part.start_mark is not None else 1


def _line_of(error: yaml.YAMLError, text: str) -> int:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    # A character that YAML does not allow is told by its place among the bytes.
    return text.encode().count(b"\n", 0, getattr(error, "position", 0)) + 1


def _check_unfolding(
    path: Path, node: yaml.Node, known: dict[int, tuple[float, float]]
) -> tuple[float, float]:
    """How many nodes a reader meets below `node`, and on how many levels, aliases unfolded.

    Refuses too many of either, and a node that holds itself.
    """
    if id(node) not in known:
        known[id(node)] = math.inf, math.inf
        children: list[yaml.Node] = []
        if isinstance(node, yaml.SequenceNode):
            children = node.value
        elif isinstance(node, yaml.MappingNode):
            children = [part for pair in node.value for part in pair]
        below = [_check_unfolding(path, child, known) for child in children]
        size = 1 + sum(each for each, _ in below)
        levels = 1 + max((each for _, each in below), default=0)
        if size > MOST_NODES or levels > MOST_LEVELS + 1:
            most = f"{MOST_NODES} nodes or {MOST_LEVELS} levels"
            raise ConfigError(
                f"{path}, line {_line(node)}: aliases unfold to more than {most}, or to no end."
            )
        known[id(node)] = size, levels
    return known[id(node)]
