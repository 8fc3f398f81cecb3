"""Template grammars: text files read into functions, each a list of templates with its labels.

A grammar file holds sections: a head `== name | label=1 label=? | weight`, then one template a
line. In a template `{slot}` stands for a line of `slots.txt` and `[a|b|]` for one of its parts;
both may nest. A label not named is 0; `?` leaves it unknown; obscene follows from the words.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from moderator.errors import ConfigError
from moderator.training.labels import LABELS, UNKNOWN

FOLDER = Path(__file__).parent / "grammar"
INNER = re.compile(r"\[([^\[\]]*)\]|\{(\w+)\}")
HEAD = re.compile(r"== (\w+) \| ([\w=? ]+) \| (\d+)")
LEVEL = {"0": 0, "1": 1, "?": UNKNOWN}


@dataclass(frozen=True, slots=True)
class Function:
    """One function of a grammar: what its messages do, their labels, its share of the rows."""

    name: str
    labels: Mapping[str, int]
    weight: int
    templates: tuple[str, ...]


@cache
def slots() -> Mapping[str, tuple[str, ...]]:
    """The alternatives of each slot, as written."""
    table: dict[str, tuple[str, ...]] = {}
    for line in (FOLDER / "slots.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, values = line.partition(" = ")
            table[name] = tuple(part.strip() for part in values.split(" | "))
    return table


@cache
def functions() -> tuple[Function, ...]:
    """All functions of all grammar files, in order. Raises `ConfigError` on a malformed head."""
    found: list[Function] = []
    for path in sorted(FOLDER.glob("*.txt")):
        if path.name != "slots.txt":
            found += _sections(path)
    return tuple(found)


def _sections(path: Path) -> list[Function]:
    found: list[Function] = []
    for block in re.split(r"^(?===)", path.read_text("utf-8"), flags=re.M):
        lines = [line for line in block.splitlines() if line.strip()]
        if not lines:
            continue
        head = HEAD.fullmatch(lines[0].strip())
        if head is None:
            raise ConfigError(f"{path.name}: cannot read the head {lines[0]!r}; see grammar.py.")
        labels = dict.fromkeys(LABELS, 0) | {
            name: LEVEL[value] for name, _, value in (p.partition("=") for p in head[2].split())
        }
        if "obscene=" not in head[2]:
            labels.pop("obscene")
        found.append(Function(head[1], labels, int(head[3]), tuple(lines[1:])))
    return found


def expand(template: str, rng: random.Random) -> str:
    """One sentence of a template: innermost parts first, until no slot is left.

    A brace or bracket that code in a template needs is left alone if it names no slot.
    """
    table = slots()

    def choose(found: re.Match[str]) -> str:
        if found[1] is not None:
            parts: list[str] = found[1].split("|")
            return rng.choice(parts)
        if found[2] not in table:
            raise ConfigError(f"The grammar names an unknown slot {found[2]!r}.")
        slot: str = found[2]
        return rng.choice(table[slot])

    text = template
    while INNER.search(text):
        text = INNER.sub(choose, text, count=1)
    return re.sub(r"\s+([,?!.])", r"\1", re.sub(r"\s+", " ", text)).strip()


def skeletons() -> list[str]:
    """Every template with `_` for each slot and each choice: what is fixed in its sentences."""
    found = []
    for function in functions():
        for template in function.templates:
            text = template
            while INNER.search(text):
                text = INNER.sub("_", text)
            found.append(re.sub(r"[_\s]*_[_\s]*", " _ ", text).strip())
    return found
