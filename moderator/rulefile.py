"""The parts of a rules file, from located nodes to types; every complaint says where.

What a rule kind makes of its terms or patterns is the kind's own business (`classifiers/`).
"""

import re
from collections.abc import Mapping
from typing import cast, get_args

from moderator.records import CATEGORIES, CHILD_SAFETY, Action, Severity
from moderator.ruleset import (
    BehaviourRule,
    CategoryPolicy,
    Guard,
    Rule,
    Scope,
    Script,
    TokenPattern,
)
from moderator.yamlnodes import Node

KINDS = ("terms", "tokens", "regex")
SCOPES: tuple[str, ...] = get_args(Scope)

BEHAVIOUR_KINDS: Mapping[str, tuple[str, ...]] = {
    "flood": ("window", "count", "words"),
    "pile-on": ("window", "count", "words"),
    "raid": ("window", "count", "words"),
    "contact-requests": ("window", "count", "signs"),
    "split-word": ("window", "count"),
    "look-alike": ("words",),
    "combination": ("window", "count", "signs", "strong"),
}
"""Each kind of behaviour rule, with the keys that it needs beside those that all have."""

LINE = re.compile(r"(?P<at>\d+(?:\.\d+)?) (?P<name>[^:]+): (?P<text>.+)", re.DOTALL)
"""One line of a script."""

_DAY = 86_400.0
_ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_RULE_KEYS = (
    "id", "kind", "category", "severity", "language", "guarded", "terms", "patterns", "allow",
    "hits", "misses",
)  # fmt: skip
_GUARD_KEYS = ("id", "categories", "scope", "patterns", "hits", "misses")
_BEHAVIOUR_COMMON = ("id", "kind", "category", "severity", "hits", "misses")
_BEHAVIOUR_OWN = ("window", "count", "signs", "strong", "words")
_SEVERITIES = tuple(severity.name for severity in Severity)
_ACTIONS = tuple(action.name for action in Action)


def category_policy(node: Node, base: CategoryPolicy | None = None) -> CategoryPolicy:
    """One category's thresholds and actions; what is not named stays as in `base`."""
    required = ("thresholds", "actions") if base is None else ()
    keys = node.mapping(("thresholds", "actions"), required)
    thresholds = dict(base.thresholds) if base is not None else {}
    actions = dict(base.actions) if base is not None else {}
    if "thresholds" in keys:
        for name, value in keys["thresholds"].mapping(_SEVERITIES).items():
            thresholds[Severity[name]] = value.number(0.0, 1.0)
        ordered = [thresholds[severity] for severity in sorted(thresholds)]
        if ordered != sorted(set(ordered)):
            raise keys["thresholds"].error("thresholds have to rise with severity")
    if "actions" in keys:
        needed = _SEVERITIES if base is None else ()
        for name, value in keys["actions"].mapping(_SEVERITIES, needed).items():
            actions[Severity[name]] = Action[value.choice(_ACTIONS)]
    return CategoryPolicy(dict(sorted(thresholds.items())), dict(sorted(actions.items())))


def rule(node: Node) -> Rule:
    """One element of `rules`."""
    keys = node.mapping(_RULE_KEYS, ("id", "kind", "category", "severity", "hits", "misses"))
    kind = keys["kind"].choice(KINDS)
    body = "terms" if kind == "terms" else "patterns"
    other = "patterns" if kind == "terms" else "terms"
    if other in keys:
        raise keys[other].error(f"a rule of kind {kind} has {body}, not {other}")
    if body not in keys:
        raise node.error(f"a rule of kind {kind} needs the key {body}")
    name = _id(keys["id"])
    category = keys["category"].choice(CATEGORIES)
    return Rule(
        id=name,
        kind=kind,
        category=category,
        severity=_severity(keys["severity"], category),
        terms=keys[body].strings() if kind == "terms" else (),
        tokens=_patterns(keys[body]) if kind == "tokens" else (),
        regexes=keys[body].strings() if kind == "regex" else (),
        allow=keys["allow"].strings() if "allow" in keys else (),
        hits=_samples(keys["hits"]),
        misses=_samples(keys["misses"]),
        place=_place(node, "rule", name),
        language=_language(keys["language"]) if "language" in keys else "en",
        guarded=_guarded(keys.get("guarded"), category),
    )


def guard(node: Node) -> Guard:
    """One element of `guards`."""
    keys = node.mapping(_GUARD_KEYS, _GUARD_KEYS)
    name = _id(keys["id"])
    held = CATEGORIES[: CATEGORIES.index(CHILD_SAFETY)]
    return Guard(
        id=name,
        categories=tuple(item.choice(held) for item in keys["categories"].sequence()),
        scope=cast(Scope, keys["scope"].choice(SCOPES)),
        tokens=_patterns(keys["patterns"]),
        hits=_samples(keys["hits"]),
        misses=_samples(keys["misses"]),
        place=_place(node, "guard", name),
    )


def behaviour_rule(node: Node) -> BehaviourRule:
    """One element of `behaviour`; which keys it has depends on its kind."""
    keys = node.mapping((*_BEHAVIOUR_COMMON, *_BEHAVIOUR_OWN), _BEHAVIOUR_COMMON)
    kind = keys["kind"].choice(BEHAVIOUR_KINDS)
    needed = BEHAVIOUR_KINDS[kind]
    for key in needed:
        if key not in keys:
            raise node.error(f"a behaviour rule of kind {kind} needs the key {key}")
    for key in _BEHAVIOUR_OWN:
        if key in keys and key not in needed:
            raise keys[key].error(
                f"a behaviour rule of kind {kind} has no {key}; it has {', '.join(needed)}"
            )
    name = _id(keys["id"])
    category = keys["category"].choice(CATEGORIES)
    signs = _signs(keys["signs"], 2 if kind == "combination" else 1) if "signs" in keys else {}
    return BehaviourRule(
        id=name,
        kind=kind,
        category=category,
        severity=_severity(keys["severity"], category),
        window=keys["window"].number(0.1, _DAY) if "window" in keys else 0.0,
        count=_count(keys["count"]) if "count" in keys else 0,
        signs=signs,
        words=_samples(keys["words"]) if "words" in keys else (),
        hits=_scripts(keys["hits"]),
        misses=_scripts(keys["misses"]),
        place=_place(node, "behaviour", name),
        strong=_strong(keys["strong"], signs) if "strong" in keys else (),
    )


def _place(node: Node, sort: str, name: str) -> str:
    return f"{node.file}, line {node.line}, {sort} {name}"


def _id(node: Node) -> str:
    name = node.string()
    if not _ID.fullmatch(name):
        raise node.error("an id is lower-case letters and digits, parted by dots or hyphens")
    return name


def _severity(node: Node, category: str) -> Severity:
    severity = Severity[node.choice(_SEVERITIES)]
    if category == CHILD_SAFETY and severity is not Severity.critical:
        raise node.error(f"in the category {CHILD_SAFETY} everything is critical")
    return severity


def _language(node: Node) -> str:
    code = node.string()
    if not _LANGUAGE.fullmatch(code):
        raise node.error("a language is two or three lower-case letters, such as en or es")
    return code


def _guarded(node: Node | None, category: str) -> bool:
    if node is None:
        return category != CHILD_SAFETY
    guarded = node.choice(("true", "false")) == "true"
    if guarded and category == CHILD_SAFETY:
        raise node.error(f"no guard may hold back what is of the category {CHILD_SAFETY}")
    return guarded


def _count(node: Node) -> int:
    count = node.number(1, 1000)
    if count != int(count):
        raise node.error("a whole number is needed here")
    return int(count)


def _signs(node: Node, fewest: int) -> dict[str, tuple[TokenPattern, ...]]:
    signs = {name: _patterns(value) for name, value in node.any_mapping().items()}
    if len(signs) < fewest:
        raise node.error(f"{fewest} signs at least are needed here")
    return signs


def _strong(node: Node, signs: Mapping[str, object]) -> tuple[str, ...]:
    names = tuple(item.choice(signs) for item in node.sequence())
    if not names:
        raise node.error("at least one sign is needed")
    return names


def _scripts(node: Node) -> tuple[Script, ...]:
    scripts = tuple(_script(one) for one in node.sequence())
    if not scripts:
        raise node.error("at least one script is needed")
    return scripts


def _script(node: Node) -> Script:
    last = 0.0
    for line in node.sequence():
        parts = LINE.fullmatch(line.string())
        if parts is None:
            raise line.error("a line of a script is 'SECONDS NAME: text'")
        if float(parts["at"]) < last:
            raise line.error("the lines of a script are in the order of their seconds")
        last = float(parts["at"])
    return node.strings()


def _samples(node: Node) -> tuple[str, ...]:
    samples = node.strings()
    if not samples:
        raise node.error("at least one sample is needed")
    return samples


def _patterns(node: Node) -> tuple[TokenPattern, ...]:
    return tuple(_tokens(pattern) for pattern in node.sequence())


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
