"""Refuses token patterns that a message could make expensive.

The matcher follows every way to read a message at once, and reports each end of a match: twenty
optional tokens are a million ways, `a+ a+ a+` reads sixty times "a" in thirty thousand, and `a+`
alone ends everywhere in a long run. What is left after these checks takes time that grows with the
square of a window of tokens at most.
"""

from collections.abc import Iterable, Mapping, Sequence

from moderator.config import TokenPattern

MOST_OPTIONAL = 4
"""Tokens with the operator `?` in a pattern: each doubles the ways to read a message."""

_REPEATS = ("+", "*")
_FRESH = ""
"""Stands for every word that no token names."""

_Token = Mapping[str, object]


def problem(pattern: TokenPattern, *, whole_messages: bool) -> str | None:
    """What is wrong with a pattern whose attributes have been checked, as the end of a sentence.

    Guards read sentences of bounded length; what reads `whole_messages` may not match at every
    place of a long run of words.
    """
    if sum(token.get("OP") == "?" for token in pattern) > MOST_OPTIONAL:
        return f"a pattern has at most {MOST_OPTIONAL} optional tokens"
    repeats = [index for index, token in enumerate(pattern) if token.get("OP") in _REPEATS]
    for index in repeats:
        if whole_messages and all(_meet([pattern[index], token]) for token in _needed(pattern)):
            return (
                "its repeated token matches everywhere within a run of its own words; "
                "leave the repeat out, which finds as much"
            )
    for place, first in enumerate(repeats):
        for second in repeats[place + 1 :]:
            both = [pattern[first], pattern[second]]
            between = _needed(pattern[first + 1 : second])
            if _meet(both) and all(_meet([*both, token]) for token in between):
                return "two repeated tokens could share a run of words in very many ways"
    return None


def _needed(tokens: Sequence[_Token]) -> list[_Token]:
    return [token for token in tokens if token.get("OP") not in {"?", "*"}]


def _meet(tokens: Sequence[_Token]) -> bool:
    """Whether one word could match all of the tokens; where in doubt, it could."""
    words = {word for token in tokens for word in _named(token)} | {_FRESH}
    return any(all(_may_match(token, word) for token in tokens) for word in words)


def _named(token: _Token) -> Iterable[str]:
    for attribute in ("LOWER", "TEXT"):
        value = token.get(attribute, ())
        lists = value.values() if isinstance(value, Mapping) else [[value] if value != () else []]
        yield from (str(word).lower() for words in lists for word in words)


def _may_match(token: _Token, word: str) -> bool:
    if token.get("OP") == "!":
        return True
    for attribute in ("LOWER", "TEXT"):
        value = token.get(attribute)
        if isinstance(value, Mapping):
            if "IN" in value and word not in {str(one).lower() for one in value["IN"]}:
                return False
            if attribute == "LOWER" and word in {str(one) for one in value.get("NOT_IN", ())}:
                return False
        elif value is not None and word != str(value).lower():
            return False
    return True
