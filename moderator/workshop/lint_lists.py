"""Allowed phrases and plain words that do nothing."""

from collections.abc import Iterator, Sequence

from moderator.config import RuleSet
from moderator.text import fold
from moderator.workshop.evidence import Evidence, Hit
from moderator.workshop.problems import Places, Problem

_Site = tuple[str, int, str]
"""An entry, the line on which it stands, and how to call that place."""


def lint_lists(ruleset: RuleSet, bare: Evidence, places: Places) -> Iterator[Problem]:
    """Problems of `allow`, of the file and of each rule, and of `plain`."""
    yield from _lint(_sites("allow", ruleset.allow, places), ruleset.allow, bare, None)
    for rule in ruleset.rules:
        lines = [places.line("allow", rule.id, index) for index in range(len(rule.allow))]
        sites = [
            (entry, line, f"rule {rule.id}, allow")
            for entry, line in zip(rule.allow, lines, strict=True)
            if line is not None
        ]
        yield from _lint(sites, (*ruleset.allow, *rule.allow), bare, rule.id)
    yield from _lint_plain(_sites("plain", ruleset.plain, places), bare)


def _sites(name: str, entries: Sequence[str], places: Places) -> list[_Site]:
    lines = ((entry, places.line(name, entry)) for entry in entries)
    return [(entry, line, name) for entry, line in lines if line is not None]


def _lint(
    sites: Sequence[_Site],
    entries: Sequence[str],
    bare: Evidence,
    rule: str | None,
) -> Iterator[Problem]:
    for (entry, line, where), hits in zip(
        sites, bare.hits([entry for entry, _, _ in sites]), strict=True
    ):
        found = [hit for hit in hits if rule in (None, hit.part.rule.id)]
        if not found:
            yield Problem(
                "warning", "idle-allow", line, where,
                "nothing is found in '{}', so that allowing it does nothing; take it out",
                (entry,),
            )  # fmt: skip
            continue
        others = [other for other in entries if other != entry]
        if covering := _covering(entry, found, others):
            yield Problem(
                "warning", "redundant-allow", line, where,
                "'{}' is allowed already, and covers what is found in '{}'; take the latter out",
                (covering, entry),
            )  # fmt: skip
        elif [fold(other).text for other in entries].count(fold(entry).text) > 1:
            yield Problem(
                "warning", "repeated-allow", line, where,
                "'{}' is allowed twice; take one out", (entry,),
            )  # fmt: skip


def _covering(entry: str, hits: Sequence[Hit], others: Sequence[str]) -> str | None:
    """Another entry that alone covers every hit in `entry`, if there is one."""
    folded = fold(entry)
    for other in others:
        inner = fold(other).text
        at = f" {folded.text} ".find(f" {inner} ")
        if at < 0 or inner == folded.text:
            continue
        start, end = folded.span(at, at + len(inner))
        if all(start <= hit.start and hit.end <= end for hit in hits):
            return other
    return None


def _lint_plain(sites: Sequence[_Site], bare: Evidence) -> Iterator[Problem]:
    for (word, line, where), hits in zip(
        sites, bare.hits([word for word, _, _ in sites]), strict=True
    ):
        if not hits:
            yield Problem(
                "warning", "idle-plain", line, where,
                "'{}' is read as no other word anyway; take it out", (word,),
            )  # fmt: skip
