"""What in an output could act: on a terminal, in a spreadsheet, on a tracker, in a browser.

Each function lists what it found, so that an empty list is the proof.
"""

import csv
import io
import re
from html.parser import HTMLParser

from markdown_it import MarkdownIt

STEERING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What steers a terminal, turns text around, or stands unseen; line ends and tabs apart."""

STYLE = re.compile(r"\x1b\[[0-9;]*m")
"""Colours, which are ours: whatever is a stranger's has no escape left."""

_FORMULA = re.compile(r"[\s\"'`´‘’‚‛“”„‟«»＂＇]*(?<!')[=+\-@＝＋－＠﹦﹢﹣]|[\t\r\n]")
"""What becomes a formula, unless an apostrophe right before makes it a text."""
_OURS = re.compile(r"<!-- <meta [^\n]* -->")


def acting_text(text: str) -> list[str]:
    """Characters that steer where a text is shown as it stands."""
    return [f"U+{ord(sign):04X}" for sign in dict.fromkeys(STEERING.findall(text))]


def acting_cells(table: str) -> list[str]:
    """Cells of a CSV that a spreadsheet would run, however it parts the columns."""
    rows = csv.reader(io.StringIO(table, newline=""), strict=True)
    cells = [cell for row in rows for cell in row]
    # A spreadsheet set to semicolons or tabs parts texts at them, and at line breaks.
    parts = [part for cell in cells for part in re.split(r"[;\t\n]", cell)]
    found = [each for each in (*cells, *parts) if each[:1] != "'" and _FORMULA.match(each)]
    return [*found, *acting_text(table.removeprefix("\ufeff"))]


def acting_markdown(text: str) -> list[str]:
    """Markup of a stranger's that would be rendered: links, images, HTML, tables."""
    found = acting_text(text)
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False}).disable("linkify")
    tables = 0
    for block in parser.parse(text):
        tables += block.type == "table_open"
        for token in (block, *(block.children or ())):
            if token.type in ("link_open", "image", "html_inline"):
                found.append(f"{token.type}: {token.content[:80]}")
            if token.type == "html_block" and not _OURS.fullmatch(token.content.strip()):
                found.append(f"html: {token.content[:80]}")
    return found if tables <= 1 else [*found, f"{tables} tables"]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        for name, value in attrs:
            if name.startswith("on") or name in ("srcdoc", "src", "action", "formaction", "style"):
                self.found.append(f"<{tag} {name}={value}>")
            if name in ("href", "xlink:href") and not (value or "").startswith("#"):
                self.found.append(f"<{tag} {name}={value}>")
        if tag in ("iframe", "object", "embed", "base", "link", "img", "video", "audio"):
            self.found.append(f"<{tag}>")


def acting_page(page: str) -> list[str]:
    """Tags and attributes of a report that run or fetch anything but its own two scripts."""
    parser = _Page()
    parser.feed(page)
    parser.close()
    return parser.found if parser.scripts == 2 else [*parser.found, f"{parser.scripts} scripts"]
