"""Rule kind `regex`: RE2 expressions over the folded text, in time linear in the text.

    - id: contact.email
      kind: regex
      patterns: ['[a-z0-9._%+-]+@[a-z0-9-]+\\.[a-z]{2,}']

The text is folded first, so patterns are written in lower case. RE2 has no look-around and no
back-references, and in exchange no pattern can make it hang.
"""

from collections.abc import Iterator, Sequence

import re2

from moderator.config import Rule
from moderator.errors import ConfigError


class Regexes:
    """All rules of kind `regex` behind one filter, which knows what text each expression needs.

    One automaton for all would have the product of their states, and outgrow RE2's memory.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._expressions: list[tuple[str, re2._Regexp[str]]] = []
        self._filter = re2.Filter()
        for rule in rules:
            for pattern in rule.regexes:
                self._expressions.append((rule.id, _compile(rule, pattern)))
                self._filter.Add(pattern)
        if self._expressions:
            self._filter.Compile()

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Rule id, start and end (characters of the folded text) of every match."""
        if not self._expressions:
            return
        for index in sorted(self._filter.Match(text) or ()):
            name, expression = self._expressions[index]
            for match in expression.finditer(text):
                yield name, match.start(), match.end()


def _compile(rule: Rule, pattern: str) -> "re2._Regexp[str]":
    options = re2.Options()
    options.log_errors = False
    try:
        expression = re2.compile(pattern, options)
    except re2.error as error:
        raise ConfigError(f"{rule.place}: RE2 refuses the pattern: {_reason(error)}.") from error
    if expression.search("") is not None:
        raise ConfigError(f"{rule.place}: a pattern matches the empty text.")
    return expression


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else error
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
