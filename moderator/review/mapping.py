"""The section `statements` of rules.yaml: how our categories and actions are told to others.

Names are those of the EU's transparency database without their prefixes; which there are is
written in `schemas/statement.schema.json`. A rules file says only what it wants otherwise, action
by action and category by category; all else is the default's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from moderator.config import rules_file
from moderator.records import CATEGORIES
from moderator.review.verdicts import ACTIONS
from moderator.yamlnodes import Node, compose

LONGEST = 120
"""Characters of a text, so that a statement of several categories keeps its bounds."""

_KINDS = ("visibility", "provision", "account")


@dataclass(frozen=True, slots=True)
class Restriction:
    """What an action restricts: fields of a statement, and the same in words."""

    fields: Mapping[str, Any]
    words: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What a category is called: the database's names, and words; `terms` it goes against."""

    category: str
    keywords: tuple[str, ...]
    other: str | None
    words: str
    terms: str


@dataclass(frozen=True, slots=True)
class Telling:
    """All of the section. Actions without an entry restrict nothing.

    `grounds` are in the order of the default, in which the more telling category comes first.
    """

    restrictions: Mapping[str, Restriction]
    grounds: Mapping[str, Ground]


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of a statement."""
    path = Path(__file__).parents[1] / "schemas" / "statement.schema.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def load(source: Path | None = None) -> Telling:
    """The section of the rules file, over the default's; `ConfigError` names line and key."""
    default = _section(None)
    assert default is not None
    own = _section(source) if source is not None else None
    terms = [
        section["terms"].string() for section in (own, default) if section and "terms" in section
    ]
    restrictions: dict[str, Restriction] = {}
    grounds: dict[str, Ground] = {}
    for section in (default, own or {}):
        if "actions" in section:
            for action, node in section["actions"].mapping(ACTIONS).items():
                restrictions[action] = _restriction(node)
        if "categories" in section:
            for category, node in section["categories"].mapping(CATEGORIES).items():
                grounds[category] = _ground(node, terms[0])
    return Telling(restrictions, grounds)


def _section(source: Path | None) -> dict[str, Node] | None:
    root, _ = compose(rules_file(source))
    keys = root.mapping(str(key.value) for key, _ in root.raw.value)
    if "statements" not in keys:
        return None
    return keys["statements"].mapping(("terms", "actions", "categories"))


def _restriction(node: Node) -> Restriction:
    keys = node.mapping((*_KINDS, "words"), ("words",))
    fields: dict[str, Any] = {}
    for kind in _KINDS:
        if kind in keys:
            field = f"decision_{kind}"
            value = _named(keys[kind], _enum(field), f"{field.upper()}_")
            fields[field] = [value] if kind == "visibility" else value
    if not fields:
        raise node.error(f"one of {', '.join(_KINDS)} is needed here")
    return Restriction(fields, _text(keys["words"]))


def _ground(node: Node, terms: str) -> Ground:
    keys = node.mapping(("category", "keywords", "other", "words", "terms"), ("category", "words"))
    keywords = tuple(
        _named(each, schema()["$defs"]["keyword"]["enum"], "KEYWORD_")
        for each in (keys["keywords"].sequence() if "keywords" in keys else ())
    )
    if ("KEYWORD_OTHER" in keywords) != ("other" in keys):
        raise node.error("the keyword OTHER and the text `other` go together")
    categories = schema()["$defs"]["category"]["enum"]
    return Ground(
        category=_named(keys["category"], categories, "STATEMENT_CATEGORY_"),
        keywords=keywords,
        other=_text(keys["other"]) if "other" in keys else None,
        words=_text(keys["words"]),
        terms=_text(keys["terms"]) if "terms" in keys else terms,
    )


def _named(node: Node, known: list[str], prefix: str) -> str:
    return prefix + node.choice(
        name.removeprefix(prefix) for name in known if not _needs_text(name)
    )


def _needs_text(name: str) -> bool:
    """Whether the database wants free text beside it for which there is no place here."""
    return name in {"DECISION_VISIBILITY_OTHER"}


def _enum(field: str) -> list[str]:
    found = schema()["properties"][field]
    names: list[str] = found["items"]["enum"] if found.get("type") == "array" else found["enum"]
    return names


def _text(node: Node) -> str:
    text = " ".join(node.string().split())
    if len(text) > LONGEST:
        raise node.error(f"this text has more than {LONGEST} characters")
    return text
