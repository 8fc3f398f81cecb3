"""What a rules file says, as frozen types. `config.load` makes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from moderator.records import Action, Severity

TokenPattern = tuple[Mapping[str, object], ...]
Script = tuple[str, ...]
"""Lines `SECONDS NAME: text`, in order; the name is the participant's id as well."""

Scope = Literal["after", "around", "message"]


@dataclass(frozen=True, slots=True)
class CategoryPolicy:
    """What is done in one category: models' thresholds, and an action, by severity."""

    thresholds: Mapping[Severity, float]
    actions: Mapping[Severity, Action]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as written. `terms` for kind terms, `tokens` or `regexes` for the others.

    `language` is that of the words it lists. What a rule finds may be held back by a guard, but
    for one that is not `guarded`.
    """

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
    language: str = "en"
    guarded: bool = True


@dataclass(frozen=True, slots=True)
class Guard:
    """What holds findings of `categories` back: quoting, negation, a name, a lesson.

    `scope` says which: those after the place where a pattern matches, those around it, or all of
    the message. `hits` are texts in which it holds at least one finding, `misses` texts with
    findings of which it holds none.
    """

    id: str
    categories: tuple[str, ...]
    scope: Scope
    tokens: tuple[TokenPattern, ...]
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class BehaviourRule:
    """A rule over several messages: `count` of something within `window` seconds.

    What `words` and `signs` (token patterns by name) are, a kind says itself; a sign that is
    `strong` counts for two. `hits` are scripts that it finds, `misses` scripts that it does not.
    """

    id: str
    kind: str
    category: str
    severity: Severity
    window: float
    count: int
    signs: Mapping[str, tuple[TokenPattern, ...]]
    words: tuple[str, ...]
    hits: tuple[Script, ...]
    misses: tuple[Script, ...]
    place: str
    strong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All that a rules file asks for, with what it extends. `sha256` is of all that went in.

    `allow` are phrases in which nothing is found; `plain` words that are never read as another.
    """

    path: str
    sha256: str
    categories: Mapping[str, CategoryPolicy]
    allow: tuple[str, ...]
    rules: tuple[Rule, ...]
    plain: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    behaviour: tuple[BehaviourRule, ...] = ()
