"""Whom a message is aimed at, told from what stands in it and from who spoke before.

In this order: an @mention; the display name, or its first word; a word that points at the
message before ("^", "this guy", "you"). Names collide, so that the answer is a set: everybody
who bears the name, unless a whole name in the text says which. The sender is never in it.
"""

import re
from collections.abc import Iterator

from moderator.behaviour.people import SHORTEST_NAME, People

REPLY = 30.0
"""Seconds after which "you" no longer points at the message before."""

_MENTION = re.compile(r"@ ?([^\W\d_][\w.-]*\w)")
_WORD = re.compile(r"[^\W\d_]+")
_POINTS = re.compile(
    r"\^|\b(?:you|u|ya|ur|your|youre|yourself|urself)\b"
    r"|\b(?:this|that) (?:guy|dude|man|girl|woman|kid|one|person)\b"
)


def targets(folded: str, sender: str, now: float, people: People) -> tuple[str, ...]:
    """Participants' ids, or "@name" for a mention of somebody who has not spoken; maybe nobody."""
    found = (
        _narrowed(folded, people, _mentioned(folded, people))
        or _narrowed(folded, people, _named(folded, people))
        or _pointed_at(folded, sender, now, people)
    )
    return tuple(sorted(found - {sender}))


def _mentioned(folded: str, people: People) -> set[str]:
    found: set[str] = set()
    for handle in _MENTION.findall(folded):
        first = _WORD.findall(handle)[0]
        found |= people.called(handle) or people.called(first) or {f"@{handle}"}
    return found


def _named(folded: str, people: People) -> set[str]:
    found: set[str] = set()
    for word, is_set_off in _words(folded):
        if len(word) >= SHORTEST_NAME and (is_set_off or word not in people.ambiguous):
            found |= people.called(word)
    return found


def _words(folded: str) -> Iterator[tuple[str, bool]]:
    """Each word, and whether commas and the text's ends set it off: "shut up, will"."""
    for match in _WORD.finditer(folded):
        before, after = folded[: match.start()].rstrip(), folded[match.end() :].lstrip()
        comma_before, comma_after = before.endswith(","), after.startswith(",")
        is_last = not _WORD.search(after)
        yield match[0], (comma_before and (comma_after or is_last)) or (not before and comma_after)


def _narrowed(folded: str, people: People, found: set[str]) -> set[str]:
    """Of several who share a name, those whose whole name is there."""
    if len(found) < 2:
        return found
    return {who for who in found if _is_named_whole(folded, people.full_name(who))} or found


def _is_named_whole(folded: str, name: str) -> bool:
    return " " in name and re.search(rf"\b{re.escape(name)}\b", folded) is not None


def _pointed_at(folded: str, sender: str, now: float, people: People) -> set[str]:
    if not _POINTS.search(folded):
        return set()
    for turn in reversed(people.turns):
        if turn.who != sender and now - turn.at <= REPLY:
            # Abuse upon abuse is aimed at the same person.
            return set(turn.targets or (turn.who,))
    return set()
