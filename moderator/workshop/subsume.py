"""Whether one token pattern finds all that another one finds, told from the patterns alone."""

from collections.abc import Mapping

from moderator.config import TokenPattern

_OPTIONAL = {"?", "*"}
_REPEATED = {"*", "+"}
_COVERS = {"1": "1?+*", "?": "?*", "+": "+*", "*": "*", "!": "!"}
"""By the operator of a token: those which accept at least as many tokens."""

_Token = Mapping[str, object]


def subsumes(wide: TokenPattern, narrow: TokenPattern) -> bool:
    """Whether each match of `narrow` holds a match of `wide`. False where it cannot be told."""
    return any(_aligned(wide, narrow, 0, start) for start in range(len(narrow)))


def _aligned(wide: TokenPattern, narrow: TokenPattern, i: int, j: int) -> bool:
    if i == len(wide):
        return True
    operator = wide[i].get("OP", "1")
    if operator in _OPTIONAL and _aligned(wide, narrow, i + 1, j):
        return True
    if j == len(narrow) or not _covers(wide[i], narrow[j]):
        return False
    if _aligned(wide, narrow, i + 1, j + 1):
        return True
    return operator in _REPEATED and _aligned(wide, narrow, i, j + 1)


def _covers(wide: _Token, narrow: _Token) -> bool:
    if str(wide.get("OP", "1")) not in _COVERS[str(narrow.get("OP", "1"))]:
        return False
    mine, other = _attributes(wide), _attributes(narrow)
    if set(mine) - set(other):
        return False
    return all(_accepts(mine[name], other[name]) for name in mine)


def _attributes(token: _Token) -> dict[str, object]:
    # In a folded text a token is its own lower case.
    return {
        "LOWER" if name == "TEXT" else name: value for name, value in token.items() if name != "OP"
    }


def _accepts(wide: object, narrow: object) -> bool:
    if wide == narrow:
        return True
    allowed, other = words(wide), words(narrow)
    refused, others = words(wide, "NOT_IN"), words(narrow, "NOT_IN")
    if other is not None:
        if allowed is not None:
            return other <= allowed
        return refused is not None and not other & refused
    return others is not None and refused is not None and refused <= others


def words(value: object, key: str = "IN") -> frozenset[str] | None:
    """The words that an attribute's value lists under `key`; None where it lists none."""
    if isinstance(value, Mapping):
        listed = value.get(key)
        alone = set(value) == {key}
        return frozenset(map(str, listed)) if alone and isinstance(listed, list) else None
    if key == "IN" and isinstance(value, str):
        return frozenset({value})
    return None
