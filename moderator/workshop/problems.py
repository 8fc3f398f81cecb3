"""What a linter says of a rules file, and where in the file it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from moderator.terminal import masked, printable
from moderator.yamlnodes import Node

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `text` has a `{}` for each of `quoted`, which are words of the rules."""

    level: Level
    code: str
    line: int
    where: str
    text: str
    quoted: tuple[str, ...] = ()

    def sentence(self, *, show: bool) -> str:
        """What is wrong and what to do; words of the rules are masked unless `show`."""
        shown: Callable[[str], str] = printable if show else masked
        return self.text.format(*(shown(word) for word in self.quoted))


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of one file stand; what a file extends has no place in it."""

    lines: dict[tuple[object, ...], int] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Node) -> "Places":
        """The lines of every list's elements, by what they say; of a file that loads."""
        places = cls()
        keys = root.any_mapping()
        for name in ("allow", "plain"):
            if name in keys:
                places._add(name, keys[name])
        if "categories" in keys:
            for name, node in keys["categories"].any_mapping().items():
                places.lines["category", name] = node.line
        for section in ("rules", "guards", "behaviour"):
            for node in keys[section].sequence() if section in keys else ():
                places._add_part(node)
        return places

    def line(self, *what: object) -> int | None:
        """The line of a part; None where it stands in another file."""
        return self.lines.get(what)

    def _add(self, name: str, node: Node) -> None:
        for child in node.sequence():
            self.lines.setdefault((name, child.string()), child.line)

    def _add_part(self, node: Node) -> None:
        keys = node.any_mapping()
        owner = keys["id"].string()
        self.lines["id", owner] = keys["id"].line
        for name in ("terms", "patterns", "allow", "hits", "misses"):
            if name in keys:
                for index, child in enumerate(keys[name].sequence()):
                    self.lines[name, owner, index] = child.line
