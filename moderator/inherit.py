"""What a rules file makes of the bundled one that it extends: parts off, parts added, replaced."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Protocol, TypeVar

from moderator.ruleset import RuleSet
from moderator.yamlnodes import Node


class _Named(Protocol):
    @property
    def id(self) -> str: ...


Part = TypeVar("Part", bound=_Named)


def switched_off(base: RuleSet, names: Sequence[Node]) -> RuleSet:
    """`base` without what `disable` names: `category:spam`, `rule:insult.suck`, `language:es`.

    `rule` stands for guards and behaviour rules too. A category without rules has no thresholds
    either, so that models flag nothing in it. Raises `ConfigError` for a name that is not there.
    """
    for node in names:
        sort, _, name = node.string().partition(":")
        if sort not in _SORTS:
            raise node.error(f"write what to disable as {', '.join(f'{s}:NAME' for s in _SORTS)}")
        names_of, without = _SORTS[sort]
        known = names_of(base)
        if name not in known:
            raise node.error(f"no {sort} is called {name!r}; {_hint(name, known)}")
        base = without(base, name)
    return base


def extended(base: RuleSet, own: RuleSet) -> RuleSet:
    """`own` on top of `base`: a part of the same id takes the older one's place."""
    return replace(
        own,
        allow=tuple(dict.fromkeys((*base.allow, *own.allow))),
        plain=tuple(dict.fromkeys((*base.plain, *own.plain))),
        rules=_merged(base.rules, own.rules),
        guards=_merged(base.guards, own.guards),
        behaviour=_merged(base.behaviour, own.behaviour),
    )


def _merged(base: tuple[Part, ...], own: tuple[Part, ...]) -> tuple[Part, ...]:
    added = {part.id: part for part in own}
    kept = [added.pop(part.id, part) for part in base]
    return (*kept, *added.values())


def _hint(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=5, cutoff=0.4)
    return f"the nearest are {', '.join(near)}" if near else f"known are {', '.join(known)}"


def _categories(base: RuleSet) -> list[str]:
    return list(base.categories)


def _without_category(base: RuleSet, name: str) -> RuleSet:
    policy = replace(base.categories[name], thresholds={})
    return replace(
        base,
        categories={**base.categories, name: policy},
        rules=tuple(rule for rule in base.rules if rule.category != name),
        behaviour=tuple(rule for rule in base.behaviour if rule.category != name),
    )


def _ids(base: RuleSet) -> list[str]:
    parts: tuple[_Named, ...] = (*base.rules, *base.guards, *base.behaviour)
    return [part.id for part in parts]


def _without_id(base: RuleSet, name: str) -> RuleSet:
    return replace(
        base,
        rules=tuple(rule for rule in base.rules if rule.id != name),
        guards=tuple(guard for guard in base.guards if guard.id != name),
        behaviour=tuple(rule for rule in base.behaviour if rule.id != name),
    )


def _languages(base: RuleSet) -> list[str]:
    return sorted({rule.language for rule in base.rules})


def _without_language(base: RuleSet, name: str) -> RuleSet:
    return replace(base, rules=tuple(rule for rule in base.rules if rule.language != name))


_SORTS: dict[str, tuple[Callable[[RuleSet], list[str]], Callable[[RuleSet, str], RuleSet]]] = {
    "category": (_categories, _without_category),
    "rule": (_ids, _without_id),
    "language": (_languages, _without_language),
}
