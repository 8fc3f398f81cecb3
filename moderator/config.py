"""rules.yaml as typed settings: categories with thresholds and actions, and the rules.

`load` names file, line and key in every complaint, and lists what is known there. What a rule
kind makes of its terms or patterns is the kind's own business (`classifiers/`).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from moderator.errors import ConfigError
from moderator.records import CATEGORIES, Action, Severity
from moderator.resources import data_path
from moderator.yamlnodes import Node, compose

KINDS = ("terms", "tokens", "regex")
TokenPattern = tuple[Mapping[str, object], ...]

_ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_RULE_KEYS = ("id", "kind", "category", "severity", "terms", "patterns", "allow", "hits", "misses")
_SEVERITIES = tuple(severity.name for severity in Severity)
_ACTIONS = tuple(action.name for action in Action)


@dataclass(frozen=True, slots=True)
class CategoryPolicy:
    """What is done in one category: models' thresholds, and an action, by severity."""

    thresholds: Mapping[Severity, float]
    actions: Mapping[Severity, Action]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as written. `terms` for kind terms, `tokens` or `regexes` for the others."""

    id: str
    kind: str
    category: str
    severity: Severity
    terms: tuple[str, ...]
    tokens: tuple[TokenPattern, ...]
    regexes: tuple[str, ...]
    allow: tuple[str, ...]
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A whole rules file. `sha256` is of the file's bytes and names it in every output."""

    path: str
    sha256: str
    categories: Mapping[str, CategoryPolicy]
    allow: tuple[str, ...]
    rules: tuple[Rule, ...]


def load(path: Path | None = None) -> RuleSet:
    """The rules file at `path`, or the default that comes with the package."""
    root, text = compose(path if path is not None else data_path("rules.yaml"))
    keys = root.mapping(("version", "categories", "allow", "rules"), ("version", "categories"))
    if keys["version"].string() != "1":
        raise keys["version"].error("only version 1 of the format is known")
    rules = tuple(_rule(node) for node in keys["rules"].sequence()) if "rules" in keys else ()
    _unique(rules)
    return RuleSet(
        path=str(path) if path is not None else "default",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        categories=_categories(keys["categories"]),
        allow=keys["allow"].strings() if "allow" in keys else (),
        rules=rules,
    )


def _categories(node: Node) -> dict[str, CategoryPolicy]:
    policies = {
        name: _category(value) for name, value in node.mapping(CATEGORIES, CATEGORIES).items()
    }
    return {name: policies[name] for name in CATEGORIES}


def _category(node: Node) -> CategoryPolicy:
    keys = node.mapping(("thresholds", "actions"), ("thresholds", "actions"))
    thresholds = {
        Severity[name]: value.number(0.0, 1.0)
        for name, value in keys["thresholds"].mapping(_SEVERITIES).items()
    }
    ordered = [thresholds[severity] for severity in sorted(thresholds)]
    if ordered != sorted(set(ordered)):
        raise keys["thresholds"].error("thresholds have to rise with severity")
    actions = {
        Severity[name]: Action[value.choice(_ACTIONS)]
        for name, value in keys["actions"].mapping(_SEVERITIES, _SEVERITIES).items()
    }
    return CategoryPolicy(thresholds, actions)


def _rule(node: Node) -> Rule:
    keys = node.mapping(_RULE_KEYS, ("id", "kind", "category", "severity", "hits", "misses"))
    kind = keys["kind"].choice(KINDS)
    body = "terms" if kind == "terms" else "patterns"
    other = "patterns" if kind == "terms" else "terms"
    if other in keys:
        raise keys[other].error(f"a rule of kind {kind} has {body}, not {other}")
    if body not in keys:
        raise node.error(f"a rule of kind {kind} needs the key {body}")
    name = keys["id"].string()
    if not _ID.fullmatch(name):
        raise keys["id"].error("an id is lower-case letters and digits, parted by dots or hyphens")
    return Rule(
        id=name,
        kind=kind,
        category=keys["category"].choice(CATEGORIES),
        severity=Severity[keys["severity"].choice(_SEVERITIES)],
        terms=keys[body].strings() if kind == "terms" else (),
        tokens=tuple(map(_tokens, keys[body].sequence())) if kind == "tokens" else (),
        regexes=keys[body].strings() if kind == "regex" else (),
        allow=keys["allow"].strings() if "allow" in keys else (),
        hits=_samples(keys["hits"]),
        misses=_samples(keys["misses"]),
        place=f"{node.file}, line {node.line}, rule {name}",
    )


def _samples(node: Node) -> tuple[str, ...]:
    samples = node.strings()
    if not samples:
        raise node.error("at least one sample is needed")
    return samples


def _tokens(node: Node) -> TokenPattern:
    pattern = []
    for token in node.sequence():
        plain = token.plain()
        if not isinstance(plain, dict) or not plain:
            raise token.error("a token is a mapping of attributes, such as {LOWER: word}")
        pattern.append(plain)
    if not pattern:
        raise node.error("a pattern needs at least one token")
    return tuple(pattern)


def _unique(rules: tuple[Rule, ...]) -> None:
    places: dict[str, str] = {}
    for rule in rules:
        if rule.id in places:
            raise ConfigError(f"{rule.place}: this id is already used at {places[rule.id]}.")
        places[rule.id] = rule.place
