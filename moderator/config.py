"""rules.yaml as typed settings, with the bundled file that it extends.

`load` names file, line and key in every complaint, and lists what is known there.
"""

import hashlib
from pathlib import Path

from moderator import rulefile
from moderator.errors import ConfigError
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
    "BehaviourRule",
    "CategoryPolicy",
    "Guard",
    "Rule",
    "RuleSet",
    "Scope",
    "Script",
    "TokenPattern",
    "load",
]

_KEYS = ("version", "categories", "allow", "plain", "rules", "guards", "behaviour")


def load(path: Path | None = None) -> RuleSet:
    """The rules file at `path`, or the default that comes with the package."""
    root, text = compose(path if path is not None else data_path("rules.yaml"))
    keys = root.mapping(_KEYS, ("version", "categories"))
    if keys["version"].string() != "1":
        raise keys["version"].error("only version 1 of the format is known")

    def parts(key: str) -> list[Node]:
        return keys[key].sequence() if key in keys else []

    def words(key: str) -> tuple[str, ...]:
        return keys[key].strings() if key in keys else ()

    ruleset = RuleSet(
        path=str(path) if path is not None else "default",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        categories=_categories(keys["categories"]),
        allow=words("allow"),
        rules=tuple(map(rulefile.rule, parts("rules"))),
        plain=words("plain"),
        guards=tuple(map(rulefile.guard, parts("guards"))),
        behaviour=tuple(map(rulefile.behaviour_rule, parts("behaviour"))),
    )
    _unique(ruleset)
    return ruleset


def _categories(node: Node) -> dict[str, CategoryPolicy]:
    policies = {
        name: rulefile.category_policy(value)
        for name, value in node.mapping(CATEGORIES, CATEGORIES).items()
    }
    if policies[CHILD_SAFETY].actions[Severity.critical] is not Action.escalate:
        raise node.error(f"the action for what is critical in {CHILD_SAFETY} is escalate")
    return {name: policies[name] for name in CATEGORIES}


def _unique(ruleset: RuleSet) -> None:
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
