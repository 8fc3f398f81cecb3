"""The report as Markdown, to be pasted into an issue: numbers first, then the gravest messages.

Whatever comes from a chat stands in code, fenced or inline, with more backticks than it holds.
There no markup, link, image, mention or reference of it acts, on any tracker; escapes by
backslash would not keep all of them from calling people.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from moderator import __version__
from moderator.records import Severity
from moderator.report.entries import Entry
from moderator.report.numbers import MOST_SESSIONS, Numbers
from moderator.report.rude import CATEGORIES, PLAIN_WORD, Rude, masked
from moderator.report.telling import (
    STATES,
    TEXT_REMOVED,
    categories,
    finding_told,
    gravest_first,
    severity,
)
from moderator.report.visible import one_line, visible
from moderator.sources.fields import parse_time

LONGEST_TEXT = 2000
"""Code points of a message; of what is longer, the beginning."""

_SAFE = re.compile(r"[^\W_][\w ,;:.()'?%…-]*")
_ACTING = re.compile(r"www\.|__|\b_|_\b|^\d+[.)]", re.I)
_FIGURES = (
    ("flagged", "flagged"),
    ("participants", "participants flagged"),
    ("held", "held back"),
    ("sampled", "in the sample"),
    ("read", "rows read"),
    ("judged", "judged"),
    ("unscored", "not judged by a model"),
    ("rejected", "rejected"),
    ("other_types", "not text"),
    ("repeats", "sent twice"),
)
_HEADS = {"held": "Held back", "sample": "In the sample", "unscored": "Not judged by a model"}


def markdown(
    entries: Sequence[Entry], figures: Numbers, *, title: str, now: datetime, show: bool = False
) -> bytes:
    """The file's bytes; with `show`, rude words stand unmasked. Child-safety text must have been
    withheld."""
    lines = [*_head(entries, figures, title, now), *_Queue(entries, show=show).lines()]
    return ("\n".join(lines) + "\n").encode()


def code(text: str) -> str:
    """`text` as inline code on one line, whatever backticks it has."""
    line = one_line(text) or " "
    fence = _fence(line, 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def block(lines: Iterable[str]) -> list[str]:
    """The lines as a fenced block that none of them closes."""
    inside = list(lines)
    fence = _fence("\n".join(inside), 3)
    return [f"{fence}text", *inside, fence]


def _fence(text: str, least: int) -> str:
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)


def _said(text: str) -> str:
    """A sentence of ours, as code where a name in it could act."""
    return text if _SAFE.fullmatch(text) and not _ACTING.search(text) else code(text)


def _head(entries: Sequence[Entry], figures: Numbers, title: str, now: datetime) -> Iterator[str]:
    yield f"# {_said(one_line(title))}"
    yield ""
    yield _marks(figures)
    yield ""
    yield "| | |"
    yield "|---|---:|"
    for name, words in _FIGURES:
        value = getattr(figures, name)
        if value or name in ("flagged", "read", "judged"):
            yield f"| {words} | {'not known' if value is None else f'{value:,}'} |"
    flags = [entry for entry in entries if entry.kind == "flag"]
    if flags:
        yield ""
        yield _counted("By severity", (entry.record["severity"] or "none" for entry in flags))
        about = (one for entry in flags for one in categories(entry.record))
        yield _counted("By category", (one.replace("_", " ") for one in about))
    else:
        yield ""
    for session in figures.sessions[:MOST_SESSIONS]:
        first = _moment(session.first)
        yield f"- Session {code(session.id)}, {first}, {session.flagged:,} flagged"
    if len(figures.sessions) > MOST_SESSIONS:
        yield f"- and {len(figures.sessions) - MOST_SESSIONS:,} more sessions"
    if figures.gaps:
        yield from ("", "**Not covered**", "")
        yield from (f"- {_said(gap)}" for gap in figures.gaps)
    made = "; ".join(map(one_line, figures.made_by))
    yield ""
    yield f"Made {_moment(now)}" + (f" from what {code(made)} found." if made else ".")


def _marks(figures: Numbers) -> str:
    """The page's marks by which purge knows a report and its oldest text, as a comment."""
    oldest = min((session.first for session in figures.sessions if session.first), default=None)
    aged = f'<meta name="moderator-oldest" content="{oldest.isoformat()}">' if oldest else ""
    return f'<!-- <meta name="generator" content="moderator {__version__}">{aged} -->'


def _counted(name: str, values: Iterable[str]) -> str:
    ranks = {severity.name: -severity for severity in Severity}
    counts = sorted(Counter(values).items(), key=lambda one: (ranks.get(one[0], 0), -one[1], one))
    return f"- {name}: " + ", ".join(f"{_said(name)} {count:,}" for name, count in counts)


class _Queue:
    """The records under headings by state and severity."""

    def __init__(self, entries: Sequence[Entry], *, show: bool) -> None:
        self._entries = gravest_first(entries)
        self._rude = Rude(() if show else entries)
        self._show = show
        self._called: dict[str, set[str]] = {}
        for record in (entry.record for entry in entries):
            for one in (*record["context"]["before"], record, *record["context"]["after"]):
                self._called.setdefault(one["displayName"], set()).add(one["participantId"])

    def lines(self) -> Iterator[str]:
        head = None
        for number, entry in enumerate(self._entries, start=1):
            grave = severity(entry.record)
            name = _HEADS.get(entry.kind, Severity(grave).name.capitalize() if grave else "None")
            if name != head:
                head = name
                yield from ("", f"## {name}")
            yield from ("", *self._entry(number, entry))

    def _entry(self, number: int, entry: Entry) -> Iterator[str]:
        record = entry.record
        about = ", ".join(one.replace("_", " ") for one in categories(record))
        yield f"### {number}. {_said(one_line(about or STATES[entry.kind]))}"
        yield ""
        yield f"- Who: {self._who(record)}"
        yield f"- When: {_moment(parse_time(record['createdAt']))}, session " + code(
            record["sessionId"]
        )
        yield f"- Message: {code(record['id'])}"
        if record["action"] is not None:
            yield f"- Action: {record['action']}"
        for finding in record["findings"]:
            told = finding_told(finding, self._quoted(finding))
            yield f"- Why: {finding['severity']}, {code(told)}"
        for one in record["unscored"]:
            yield f"- Not judged: {code(f'''{one['classifier']}: {one['reason']}''')}"
        yield ""
        yield from block(self._talk(record))

    def _talk(self, record: Mapping[str, Any]) -> Iterator[str]:
        around = record["context"]
        for message in around["before"]:
            yield self._spoken(message, " ")
        yield self._spoken(record, ">")
        for message in around["after"]:
            yield self._spoken(message, " ")

    def _spoken(self, message: Mapping[str, Any], mark: str) -> str:
        sent = parse_time(message["createdAt"])
        when = f"{sent:%H:%M:%S}" if sent is not None else "--:--:--"
        who = message["participantId"]
        name = one_line(self._rude.name(message["displayName"]))[:60]
        if not name or len(self._called[message["displayName"]]) > 1:
            name = f"{name} ({one_line(who)[:60]})".lstrip()
        text = message["payload"]
        said = TEXT_REMOVED if text is None else visible(self._rude.text(text))
        if len(said) > LONGEST_TEXT:
            said = f"{said[:LONGEST_TEXT]}… [{len(said) - LONGEST_TEXT:,} more characters]"
        # Further lines are set in, so that none of them passes for a message of its own.
        said = said.replace("\n", "\n      | ")
        return f"{mark} {when} {name}: {said}"

    def _who(self, record: Mapping[str, Any]) -> str:
        name = self._rude.name(record["displayName"])
        named = f"{code(name[:200])}, " if name.strip() else ""
        return f"{named}participantId {code(record['participantId'])}"

    def _quoted(self, finding: Mapping[str, Any]) -> str | None:
        rude = finding["category"] in CATEGORIES and not self._show
        if finding.get("match") is not None:
            match = finding["match"]
            return f'"{masked(match) if rude else match}"'
        words = finding.get("words") or ()
        shown = [masked(one) if rude and len(one) > PLAIN_WORD else one for one in words]
        return ", ".join(shown) or None


def _moment(moment: datetime | None) -> str:
    return f"{moment:%d %b %Y, %H:%M:%S} UTC" if moment is not None else "time unknown"
