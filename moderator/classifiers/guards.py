"""Guards: what is said around abuse that makes it no abuse, such as quoting or denying it.

A guard is a list of token patterns, written like those of rule kind `tokens`, and a scope. A
pattern is looked for within one sentence at a time.

    - id: guard.reporting
      categories: [insult, identity_attack]
      scope: after
      patterns:
        - [{LOWER: {IN: [he, she, they]}}, {LOWER: called}, {LOWER: me}]

Scope `around` is what the pattern itself spans, `message` the whole message. `after` begins behind
the pattern: with a quotation, if one stands there, or else it lasts to the end of the sentence,
but only as long as nobody is spoken to: in "he called me a … and you …" it ends before the "and".
Behind a colon it may speak to somebody, since it quotes.

Guards are taken away from a message whose writer agrees with what is quoted or denied.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from moderator.classifiers.sentences import quotations, sentences
from moderator.classifiers.tokeniser import split
from moderator.classifiers.tokens import Tokens
from moderator.ruleset import RuleSet
from moderator.text import Folded, fold

MOST_OF_A_GUARD = 20
"""Stretches of one guard in one message; one that has more is made to pass, and has none."""

_YOU = r"(?:you|u|ya|yall|y'all|ye|ur|your|yours|youre)\b"
_LEAD = re.compile(r"[\s\u2013\u2014-]*")
_NO_REPORT = re.compile(r"(?:,|just\b|only\b|merely\b|simply\b|even\b)")
"""What stands behind a guard's words where they report or deny nothing: "not just a …"."""
_TURN = re.compile(
    rf"\b(?:but|however|although|though|whereas|just|rather|instead|{_YOU})"
    r"|\b(?:and|so|cause|because|cuz|cos|bc|then|which|plus|also)"
    r" (?:i|we|he|she|they|it|that|this|these|those|all|every\w*|some\w*|stop|go|shut)\b"
    r"|\b(?:i|we|he|she|it|they|this|that|these|those)(?:'s|'re|'m| is| are| was| am| were)\b"
)
"""Where the talk turns to somebody present, or from the report to the writer's own words."""
_VOID = re.compile(
    # He called her a …, and i agree; they say … are …, which is true.
    r"\bi (?:\w+ )?(?:agree|concur|second that)\b"
    r"|\b(?:he|she|they|it|that|this|which)(?:'s| is| was|'re| are| were)? (?:(?!not )\w+ )?"
    r"(?:right|correct|true|spot on|accurate)\b"
    r"|\b(?:rightly|rightfully|deservedly|no lies? detected|where'?s the lie)\b"
    r"|\bnot a (?:myth|stereotype)\b"
    # not all … are …, but most are.
    r"|\bbut (?:most|many|some|you|they|these)(?:'re| are| do)\b"
    # … and you are one too; you should be called …; nobody is as … as you.
    rf"|\b(?:you|u|ur|youre)(?:'re| are| r| is)? (?:just )?"
    r"(?:one|too|also|no better|the same|worse|another one|as well|should|deserve)\b"
    rf"|\b(?:as|than|like|except|besides|unlike|apart from|other than) {_YOU}"
)
"""What takes a message's guards away: the writer agrees, or turns it on somebody present."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one guard covers: `[start, end)` in code points of the text, for some categories.

    `words` is where the guard's own words stand.
    """

    guard: str
    categories: tuple[str, ...]
    start: int
    end: int
    words: tuple[int, int]


class Guards:
    """All guards of a rule set. Raises `ConfigError` for a pattern that cannot be used."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._guards = {guard.id: guard for guard in ruleset.guards}
        self._tokens = Tokens(ruleset.guards)

    def find(self, text: str) -> list[Stretch]:
        """What the guards cover in `text`, in the file's order; nothing where the writer agrees."""
        if not self._guards or _VOID.search(_unquoted(fold(text).text)):
            return []
        found: list[Stretch] = []
        counts: Counter[str] = Counter()
        for start, end in sentences(text):
            stretches = self._in_sentence(fold(text[start:end]), start, len(text))
            for stretch in _widest(stretches):
                counts[stretch.guard] += 1
                if counts[stretch.guard] > MOST_OF_A_GUARD:
                    return []
                found.append(stretch)
        order = list(self._guards)
        return sorted(found, key=lambda one: (order.index(one.guard), one.start, -one.end))

    def _in_sentence(self, folded: Folded, offset: int, length: int) -> Iterator[Stretch]:
        if not folded.text:
            return
        for name, first, last in self._tokens.find(split(folded.text)):
            guard = self._guards[name]
            begin, stop = folded.span(first, last)
            words = (offset + begin, offset + stop)
            if guard.scope == "message":
                yield Stretch(name, guard.categories, 0, length, words)
            elif guard.scope == "around":
                yield Stretch(name, guard.categories, *words, words)
            elif (after := _after(folded.text, last)) is not None:
                begin, stop = folded.span(*after)
                yield Stretch(name, guard.categories, offset + begin, offset + stop, words)


def _widest(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Without those that lie within another of the same guard."""
    reach: dict[str, int] = {}
    for one in sorted(stretches, key=lambda one: (one.start, -one.end, one.words)):
        if one.end > reach.get(one.guard, -1):
            reach[one.guard] = one.end
            yield one


def _after(sentence: str, position: int) -> tuple[int, int] | None:
    """The stretch of a folded sentence that scope `after` covers from `position` on, if any."""
    lead = _LEAD.match(sentence, position)
    start, end = lead.end() if lead is not None else position, len(sentence)
    for opened, closed in quotations(sentence):
        if opened <= start < closed:
            return start, closed
    if _NO_REPORT.match(sentence, start):
        return None
    if not sentence[:start].rstrip().endswith(":"):
        turn = _TURN.search(_unquoted(sentence), start)
        end = turn.start() if turn is not None else end
    return (start, end) if start < end else None


def _unquoted(text: str) -> str:
    """`text` with blanks for what is in quote marks, of the same length."""
    parts: list[str] = []
    done = 0
    for start, end in quotations(text):
        parts += [text[done:start], " " * (end - start)]
        done = end
    return "".join([*parts, text[done:]])
