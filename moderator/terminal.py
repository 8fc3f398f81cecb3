"""Text from strangers, made safe to show on a terminal or in a log line."""

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def printable(text: str, limit: int = 200) -> str:
    """`text` on one line, with control, format and bidi characters shown as escapes, cut short.

    Combining marks beyond two on one character are dropped, since stacks of them overrun lines.
    """
    shown: list[str] = []
    marks = 0
    for character in text[: limit * 4]:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > 2:
            continue
        if category in _HIDDEN:
            code = ord(character)
            shown.append(f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
        else:
            shown.append(character)
    line = "".join(shown)
    return line if len(line) <= limit and len(text) <= limit * 4 else line[: limit - 1] + "…"


def masked(text: str) -> str:
    """A rude word for the screen: first letter kept, the rest of each word as asterisks."""
    return " ".join(word[:1] + "*" * (len(word) - 1) for word in printable(text).split(" "))
