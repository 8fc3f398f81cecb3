"""Hostile text for files that show text as it stands: nothing in it steers, hides or piles up."""

import re
import unicodedata

MOST_MARKS = 4

# Controls, what is private or half a character, line separators, directions, invisible formats.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff"
    "\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)
_JOINER = re.compile(r"(?<=[a-zA-Z0-9])[\u200c\u200d]")
_BREAK = re.compile("\r\n?")
_PLAIN = re.compile(r"[ -~\n\t]*")


def visible(text: str) -> str:
    """`text` with what steers or hides as escapes, line breaks as line feeds, few marks stacked.

    Joiners stay where they spell, in emoji and in writing that has them.
    """
    if _PLAIN.fullmatch(text):
        return text
    shown = _HIDDEN.sub(_escaped, _JOINER.sub(_escaped, _BREAK.sub("\n", text)))
    return shown if shown.isascii() else _few_marks(shown)


def one_line(text: str) -> str:
    """`visible`, and on a single line."""
    return " ".join(visible(text).split())


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _few_marks(text: str) -> str:
    shown: list[str] = []
    marks = 0
    for sign in text:
        if unicodedata.category(sign) in ("Mn", "Me"):
            marks += 1
            if marks <= MOST_MARKS:
                shown.append(sign)
            continue
        if marks > MOST_MARKS:
            shown.append(_more(marks))
        marks = 0
        shown.append(sign)
    if marks > MOST_MARKS:
        shown.append(_more(marks))
    return "".join(shown)


def _more(marks: int) -> str:
    return f"[+{marks - MOST_MARKS} marks]"
