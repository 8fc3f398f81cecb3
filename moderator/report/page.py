"""The report as one self-contained page, whose script may reach nothing but the page itself.

Chat is hostile: the template escapes, the data stands as JSON in which no `<` is left, the script
makes text of it and never markup, and a Content-Security-Policy allows this style and this
script by their hashes and nothing else.
"""

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from moderator import __version__
from moderator.records import CATEGORIES, Severity
from moderator.report.entries import Entry, content_hash
from moderator.report.numbers import MOST_SESSIONS, Numbers
from moderator.report.pack import pack
from moderator.review.verdicts import ACTIONS, LONGEST_NAME, LONGEST_NOTE

_HERE = Path(__file__).parent
_SCRIPTS = (
    "dom", "text", "data", "names", "storage", "verdicts", "filters", "cover", "messages",
    "charts", "timeline", "list", "why", "detail", "judging", "people", "transfer", "printing",
    "dialogs", "keys", "app",
)  # fmt: skip
"""Parts of one script, in the order in which they build on each other."""

_ESCAPES = (
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
)


def build(
    entries: Sequence[Entry], figures: Numbers, *, title: str, now: datetime | None = None
) -> bytes:
    """The page of `entries` under `figures`; `now` is when it was made."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["number"] = lambda count: f"{count:,}"
    templates.filters["moment"] = _moment
    style = (_HERE / "assets" / "report.css").read_text("utf-8")
    script = "\n".join(
        (_HERE / "assets" / f"{name}.js").read_text("utf-8").rstrip() for name in _SCRIPTS
    )
    made = now or datetime.now(UTC)
    data = {
        "key": content_hash(entries)[:20],
        "title": title,
        "categories": CATEGORIES,
        "severities": [severity.name for severity in Severity],
        "actions": ACTIONS,
        "longestName": LONGEST_NAME,
        "longestNote": LONGEST_NOTE,
        **pack(entries),
    }
    page = templates.get_template("report.html.j2").render(
        title=title,
        # By these two, purge knows a report and how old its oldest text is.
        version=__version__,
        oldest=min((session.first for session in figures.sessions if session.first), default=None),
        made=made,
        policy=_policy(style, script),
        style=style,
        script=script,
        data=_inert(data),
        figures=figures,
        shown_sessions=figures.sessions[:MOST_SESSIONS],
    )
    return page.encode("utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "img-src 'none'; connect-src 'none'; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _inert(data: dict[str, Any]) -> str:
    """`data` as JSON that means nothing to an HTML parser."""
    text = orjson.dumps(data)
    for raw, escaped in _ESCAPES:
        text = text.replace(raw, escaped)
    return text.decode()


def _moment(moment: datetime | None) -> str:
    return f"{moment:%d %b %Y, %H:%M} UTC" if moment is not None else "time unknown"
