"""What every form of a report but the page tells in the same words: order, state, why."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from moderator.records import Severity
from moderator.report.entries import Entry
from moderator.report.visible import one_line
from moderator.sources.fields import parse_time

TEXT_REMOVED = "[text removed]"
STATES = {
    "flag": "flagged",
    "held": "held back",
    "sample": "in the sample",
    "unscored": "not judged by a model",
}

_KINDS = list(STATES)
_LATEST = datetime.max.replace(tzinfo=UTC)


def gravest_first(entries: Iterable[Entry]) -> list[Entry]:
    """Flags before what was held, drawn or not judged; the gravest first, then in time order."""
    return sorted(
        entries,
        key=lambda entry: (
            _KINDS.index(entry.kind),
            -severity(entry.record),
            parse_time(entry.record["createdAt"]) or _LATEST,
        ),
    )


def severity(record: Mapping[str, Any]) -> int:
    """How grave a record is, 0 to 4; of one that did not flag, how grave its findings are."""
    if record["severity"] is not None:
        return Severity[record["severity"]]
    return max((Severity[one["severity"]] for one in record["findings"]), default=0)


def categories(record: Mapping[str, Any]) -> list[str]:
    """What flagged a record; of one that did not flag, what its findings are about."""
    found = dict.fromkeys(one["category"] for one in record["findings"])
    return record["categories"] or list(found)


def finding_told(finding: Mapping[str, Any], quote: str | None) -> str:
    """Why a finding is there, in words; `quote` is what stands where it points, if it is shown."""
    if finding.get("rule") is not None:
        told = f"rule {finding['rule']}"
        if quote is not None:
            told += f": {quote}"
    else:
        told = (
            f"{finding['classifier']} {finding.get('label') or ''} {_share(finding['score'])} "
            f"against {finding['threshold']:.2f}"
        )
        if quote is not None:
            told += f", carried by {quote}"
    if finding["field"] == "displayName":
        told += ", in the display name"
    if finding.get("messages"):
        told += f", over {len(finding['messages'])} messages"
    if finding.get("guard") is not None:
        told += f", held back by the guard {finding['guard']}"
    return one_line(told)


def _share(score: float) -> str:
    return "0.99+" if 0.995 <= score < 1 else f"{score:.2f}"
