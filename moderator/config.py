"""rules.yaml as typed settings, with the bundled file that it extends.

`load` names file, line and key in every complaint, and lists what is known there.
"""

import hashlib
from pathlib import Path

from moderator import rulefile
from moderator.errors import ConfigError
from moderator.inherit import extended, switched_off
from moderator.records import CATEGORIES, CHILD_SAFETY, Action, Severity
from moderator.resources import data_path
from moderator.ruleset import (
    BehaviourRule,
    CategoryPolicy,
    Guard,
    Rule,
    RuleSet,
    Scope,
    Script,
    TokenPattern,
)
from moderator.yamlnodes import Node, compose

__all__ = [
    "PRESETS",
    "BehaviourRule",
    "CategoryPolicy",
    "Guard",
    "Rule",
    "RuleSet",
    "Scope",
    "Script",
    "TokenPattern",
    "load",
    "rules_file",
]

DEFAULT = "default"
PRESET = "preset:"
PRESETS = ("classroom", "adult", "gaming")
"""The bundled files that change the default for a kind of room."""

_CHILD_SAFETY = CategoryPolicy({}, dict.fromkeys(Severity, Action.escalate))
"""What is done in this category where a file says nothing of it."""

_LISTS = ("allow", "plain", "rules", "guards", "behaviour")
_STATEMENTS = "statements"
"""A section that changes no judgement; `review.mapping` reads it."""

_KEYS = ("version", "extends", "disable", "categories", *_LISTS, _STATEMENTS)


def load(source: Path | None = None) -> RuleSet:
    """The rules file at `source`, or a bundled one: `default` (as for None), `preset:classroom`.

    A file that extends a bundled one has what it names in `disable` taken away first, then its
    own parts added. Raises `ConfigError`.
    """
    name = str(source) if source is not None else DEFAULT
    root, text = compose(rules_file(source))
    keys = root.mapping(_KEYS, ("version",))
    if keys["version"].string() != "1":
        raise keys["version"].error("only version 1 of the format is known")
    base = _base(root, keys)
    own = RuleSet(
        path=name,
        sha256=_sha256(f"{base.sha256}\n{text}" if base is not None else text),
        categories=_categories(keys.get("categories"), base),
        allow=keys["allow"].strings() if "allow" in keys else (),
        plain=keys["plain"].strings() if "plain" in keys else (),
        rules=tuple(map(rulefile.rule, _elements(keys, "rules"))),
        guards=tuple(map(rulefile.guard, _elements(keys, "guards"))),
        behaviour=tuple(map(rulefile.behaviour_rule, _elements(keys, "behaviour"))),
    )
    _check_unique(own)
    if base is None:
        return own
    whole = extended(base, own)
    _check_unique(whole)
    return whole


def rules_file(source: Path | None) -> Path:
    """Where the file lies that `load` takes; `ConfigError` for an unknown preset."""
    name = str(source) if source is not None else DEFAULT
    if name == DEFAULT:
        return data_path("rules.yaml")
    if not name.startswith(PRESET):
        return Path(name)
    preset = name.removeprefix(PRESET)
    if preset not in PRESETS:
        known = ", ".join(PRESET + one for one in PRESETS)
        raise ConfigError(f"{name!r} is not known; bundled rules are {DEFAULT}, {known}.")
    return Path(__file__).parent / "presets" / f"{preset}.yaml"


def _base(root: Node, keys: dict[str, Node]) -> RuleSet | None:
    if "extends" not in keys:
        if "disable" in keys:
            raise keys["disable"].error("only what a file `extends` can be disabled")
        if "categories" not in keys:
            raise root.error("the key categories is missing; a file without `extends` needs it")
        return None
    name = keys["extends"].choice((DEFAULT, *PRESETS))
    base = load(Path(name if name == DEFAULT else PRESET + name))
    return switched_off(base, _elements(keys, "disable"))


def _elements(keys: dict[str, Node], name: str) -> list[Node]:
    return keys[name].sequence() if name in keys else []


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _categories(node: Node | None, base: RuleSet | None) -> dict[str, CategoryPolicy]:
    older = base.categories if base is not None else {CHILD_SAFETY: _CHILD_SAFETY}
    if node is None:
        return dict(older)
    named = node.mapping(CATEGORIES, [name for name in CATEGORIES if name not in older])
    own = {name: rulefile.category_policy(value, older.get(name)) for name, value in named.items()}
    policies = {name: own.get(name) or older[name] for name in CATEGORIES}
    if policies[CHILD_SAFETY].actions[Severity.critical] is not Action.escalate:
        raise node.error(f"the action for what is critical in {CHILD_SAFETY} is escalate")
    return policies


def _check_unique(ruleset: RuleSet) -> None:
    places: dict[str, str] = {}
    parts: tuple[Rule | Guard | BehaviourRule, ...] = (
        *ruleset.rules,
        *ruleset.guards,
        *ruleset.behaviour,
    )
    for part in parts:
        if part.id in places:
            raise ConfigError(f"{part.place}: this id is already used at {places[part.id]}.")
        places[part.id] = part.place
