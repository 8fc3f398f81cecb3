"""What stands on top of a report: how much was read and flagged, and what was not covered."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moderator.report.flagged import Flagged, Unscored, kind_of
from moderator.report.inputs import Joined, Source
from moderator.sources.fields import parse_time

MOST_REASONS = 20
MOST_SESSIONS = 12
"""How many sessions are named on top; the page lists the others where they are filtered."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session as far as the files show it: first and last moment of any message named."""

    id: str
    first: datetime | None
    last: datetime | None
    flagged: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """Counts over all files; None where a summary is missing, so that nobody knows.

    `held` counts records that were found and held back, `sampled` those drawn from what did not
    flag, `participants` those flagged, `doubles` lines of the files that repeat a record. `gaps`
    are sentences on what was not covered; `made_by` says what judged.
    """

    sessions: tuple[Session, ...]
    read: int | None
    judged: int | None
    repeats: int | None
    other_types: int | None
    rejected: int | None
    unscored: int | None
    flagged: int
    held: int
    sampled: int
    participants: int
    doubles: int
    gaps: tuple[str, ...]
    made_by: tuple[str, ...]


def numbers(joined: Joined) -> Numbers:
    """The numbers of a report over `joined`."""
    sources = [source for source in joined.sources if not source.is_sample]
    flags = [record for record in joined.records if record["flagged"]]
    kinds = Counter(map(kind_of, joined.records))
    rejects: Counter[str] = Counter()
    for source in sources:
        rejects.update(_rejects(source))
    unscored = _sum(sources, "unscored")
    if unscored is None and all(source.unscored_known for source in sources):
        unscored = len(joined.unscored) + sum(bool(record["unscored"]) for record in joined.records)
    return Numbers(
        sessions=_sessions(joined),
        read=_sum(sources, "read"),
        judged=_sum(sources, "judged"),
        repeats=_sum(sources, "repeats"),
        other_types=_other_types(sources),
        rejected=_sum(sources, "rejected"),
        unscored=unscored,
        flagged=len(flags),
        held=kinds["held"],
        sampled=kinds["sample"],
        participants=len({record["participantId"] for record in flags}),
        doubles=joined.repeats,
        gaps=tuple(_gaps(joined, sources, rejects)),
        made_by=_made_by(sources),
    )


def _sessions(joined: Joined) -> tuple[Session, ...]:
    spans: dict[str, list[datetime]] = {}
    flagged: Counter[str] = Counter()
    everything: list[Flagged | Unscored] = [*joined.records, *joined.unscored]
    for record in everything:
        moment = parse_time(record["createdAt"])
        spans.setdefault(record["sessionId"], []).extend([moment] if moment else [])
    for flag in joined.records:
        flagged[flag["sessionId"]] += flag["flagged"]
        around = (*flag["context"]["before"], *flag["context"]["after"])
        moments = (parse_time(each["createdAt"]) for each in around)
        spans[flag["sessionId"]].extend(moment for moment in moments if moment)
    found = (
        Session(name, min(times, default=None), max(times, default=None), flagged[name])
        for name, times in spans.items()
    )
    return tuple(sorted(found, key=lambda one: (one.first is None, str(one.first), one.id)))


def _number(source: Source, name: str) -> int | None:
    value = (source.summary or {}).get(name)
    return value if isinstance(value, int) else None


def _sum(sources: Iterable[Source], name: str) -> int | None:
    values = [_number(source, name) for source in sources]
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def _other_types(sources: Iterable[Source]) -> int | None:
    parts = [
        _sum(sources, name) for name in ("read", "judged", "repeats", "rejected")
    ]  # read = judged + repeats + rejected + other payload types
    if any(part is None for part in parts):
        return None
    read, *rest = (part or 0 for part in parts)
    return read - sum(rest)


def _rejects(source: Source) -> Mapping[str, int]:
    reasons = (source.summary or {}).get("rejectReasons")
    return source.rejects or (reasons if isinstance(reasons, dict) else {})


def _gaps(joined: Joined, sources: Iterable[Source], rejects: Mapping[str, int]) -> Iterable[str]:
    for source in sources:
        if source.summary is None:
            yield (
                f"No summary beside {source.name}: how many messages were read, judged and "
                "rejected is not known."
            )
        if not source.unscored_known:
            yield (
                f"No list of unscored messages beside {source.name}: which messages no model "
                "could judge is not known."
            )
        said = _number(source, "flagged")
        if said is not None and said != source.flagged:
            yield (
                f"{source.name} holds {source.flagged:,} flags, but its summary counts {said:,}: "
                "the file was changed or cut."
            )
    for classifier, reasons in _unscored_reasons(joined).items():
        count = reasons.total()
        yield (
            f"{classifier} could not judge {count:,} {'message' if count == 1 else 'messages'}: "
            f"{_by_count(reasons)}."
        )
    if rejects:
        count = sum(rejects.values())
        yield (
            f"{count:,} {'row' if count == 1 else 'rows'} could not be read: "
            f"{_by_count(Counter(rejects))}."
        )


def _unscored_reasons(joined: Joined) -> Mapping[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    everything: list[Flagged | Unscored] = [*joined.records, *joined.unscored]
    for record in everything:
        for one in record["unscored"]:
            counts.setdefault(one["classifier"], Counter())[one["reason"]] += 1
    return counts


def _by_count(reasons: Counter[str]) -> str:
    """The reasons, most frequent first; what several begin with is said once ("language: es")."""
    groups: dict[str, list[str]] = {}
    for reason, count in reasons.most_common(MOST_REASONS):
        head, colon, rest = reason.partition(": ")
        groups.setdefault(head if colon else "", []).append(f"{rest or head} {count:,}")
    parts = [f"{head} {', '.join(each)}".lstrip() for head, each in groups.items()]
    left = len(reasons) - MOST_REASONS
    return "; ".join(parts) + (f"; and {left:,} more reasons" if left > 0 else "")


def _made_by(sources: Iterable[Source]) -> tuple[str, ...]:
    lines: dict[str, None] = {}
    for source in sources:
        summary: Mapping[str, Any] = source.summary or {}
        program, rules = summary.get("program"), summary.get("rules")
        parts = []
        if isinstance(program, dict):
            parts.append(f"{program.get('name')} {program.get('version')}")
        if isinstance(rules, dict):
            parts.append(f"rules {rules.get('path')} {str(rules.get('sha256'))[:12]}")
        models = summary.get("models")
        parts += [
            f"model {model.get('name')} {model.get('version')}"
            for model in (models if isinstance(models, list) else ())
            if isinstance(model, dict)
        ]
        if parts:
            lines[" · ".join(parts)] = None
    return tuple(lines)
