"""Text from strangers, made safe to show on a terminal or in a log line."""

import re
import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)
"""What is drawn as nothing, whatever Unicode calls it: two names would look the same."""


def printable(text: str, limit: int = 200) -> str:
    """`text` on one line, what steers, hides or is invisible shown as escapes, cut short.

    Combining marks beyond two on one character are dropped, since stacks of them overrun lines.
    """
    shown: list[str] = []
    marks = 0
    for character in text[: limit * 4]:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > 2:
            continue
        if category in _HIDDEN or _BLANK.match(character):
            shown.append(_escape(ord(character)))
        else:
            shown.append(character)
    line = "".join(shown)
    return line if len(line) <= limit and len(text) <= limit * 4 else line[: limit - 1] + "…"


def masked(text: str) -> str:
    """A rude word for the screen: first letter kept, the rest of each word as asterisks."""
    return " ".join(word[:1] + "*" * (len(word) - 1) for word in printable(text).split(" "))


def _escape(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
