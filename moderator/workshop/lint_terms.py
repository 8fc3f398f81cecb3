"""Terms that can never count, and terms that something else finds anyway."""

from collections.abc import Iterator, Sequence

from moderator.config import Rule
from moderator.workshop.evidence import Evidence, Hit, Part
from moderator.workshop.problems import Places, Problem

_Key = tuple[str, int]


def lint_terms(bare: Evidence, full: Evidence, places: Places) -> Iterator[Problem]:
    """At most one problem a term. `bare` is the evidence without the lists, `full` with them."""
    parts = [part for part in bare.parts if part.rule.kind == "terms"]
    texts = [part.rule.terms[part.index] for part in parts]
    found = [_by_part(hits) for hits in bare.hits(texts)]
    kept = [_by_part(hits) for hits in full.hits(texts)]
    finds = {_key(part): set(hits) for part, hits in zip(parts, kept, strict=True)}
    for part, text, without, hits in zip(parts, texts, found, kept, strict=True):
        line = places.line("terms", part.rule.id, part.index)
        if line is None:
            continue
        where = f"rule {part.rule.id}"
        if _key(part) not in without:
            yield Problem(
                "error", "unreachable-term", line, where,
                "the term '{}' does not even match itself; write it as people type it", (text,),
            )  # fmt: skip
        elif _key(part) not in hits:
            yield Problem(
                "error", "allowed-term", line, where,
                "`allow` or `plain` holds the term '{}', which therefore never counts; "
                "take it out of one of the two", (text,),
            )  # fmt: skip
        else:
            others = _doubles(part, hits, finds)
            if other := next((one for one in others if _anywhere(full, one, text)), None):
                yield _doubled(part.rule, text, other, line)


def _doubles(part: Part, hits: dict[_Key, Hit], finds: dict[_Key, set[_Key]]) -> Iterator[Part]:
    """Other terms that find this one; of two that find each other, the later one is double."""
    for key, hit in hits.items():
        other = hit.part
        if key == _key(part) or other.rule.kind != "terms":
            continue
        mutual = _key(part) in finds.get(key, ())
        same_rule = other.rule.id == part.rule.id
        equal = same_rule or other.rule.severity == part.rule.severity
        if mutual and equal and not _earlier(key, part, finds):
            continue
        if same_rule or (_as_grave(other.rule, part.rule) and _whole(hit, hits[_key(part)])):
            yield other


def _anywhere(full: Evidence, other: Part, text: str) -> bool:
    """Whether `other` finds the term, and no more, between its own first and last word too.

    Letters that look turned over, of which the dotless i is one, are read together with what is
    turned beside them: "mal misin" finds "mal mısın", and not "mal mısın artık".
    """
    words = text.split()
    start = len(words[0]) + 1
    (hits,) = full.hits([f"{words[0]} {text} {words[-1]}"])
    return any(
        hit.part == other and start <= hit.start and hit.end <= start + len(text) for hit in hits
    )


def _doubled(rule: Rule, text: str, other: Part, line: int) -> Problem:
    term = other.rule.terms[other.index]
    if other.rule.id == rule.id:
        sentence = "the term '{}' of this rule finds all that '{}' finds; take the latter out"
        return Problem("warning", "redundant-term", line, f"rule {rule.id}", sentence, (term, text))
    sentence = (
        f"rule {other.rule.id} ({other.rule.severity.name}) has the term '{{}}' already, "
        "which finds all that '{}' finds; keep it in one of them"
    )
    return Problem("warning", "shadowed-term", line, f"rule {rule.id}", sentence, (term, text))


def _as_grave(one: Rule, other: Rule) -> bool:
    """Whether `one` says all that `other` says: so, and under no other switch."""
    return (
        one.category == other.category
        and one.language == other.language
        and one.severity >= other.severity
        and one.guarded <= other.guarded
    )


def _whole(hit: Hit, mine: Hit) -> bool:
    return hit.start <= mine.start and hit.end >= mine.end


def _earlier(key: _Key, part: Part, order: dict[_Key, set[_Key]]) -> bool:
    places = {one: number for number, one in enumerate(order)}
    return places[key] < places[_key(part)]


def _by_part(hits: Sequence[Hit]) -> dict[_Key, Hit]:
    return {_key(hit.part): hit for hit in hits}


def _key(part: Part) -> _Key:
    return part.rule.id, part.index
