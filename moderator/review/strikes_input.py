"""The files that strikes are counted from: ledgers, lines of verdicts, and flagged messages."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from moderator.errors import SourceError
from moderator.review.ledger import Ledger
from moderator.review.outcomes import Outcome, settled
from moderator.review.scanned import records
from moderator.review.store import is_ledger
from moderator.review.textless import form_of
from moderator.review.verdicts import BrokenLine, Verdict, from_jsonl
from moderator.terminal import masked, printable

_FLAG = ("sessionId", "id", "participantId", "createdAt", "flagged", "severity", "categories")


@dataclass
class Given:
    """What the files hold. `flagged` has no text; `names` are fit for the screen, by person."""

    outcomes: list[Outcome] = field(default_factory=list)
    flagged: list[Mapping[str, Any]] = field(default_factory=list)
    names: defaultdict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    broken: list[BrokenLine] = field(default_factory=list)


def read(paths: Iterable[Path]) -> Given:
    """All files, each of whatever kind it is; `SourceError` where one is of none."""
    given = Given()
    verdicts: list[Verdict] = []
    for path in paths:
        kind = _kind(path)
        if kind == "flagged":
            for record in records(path):
                given.flagged.append({name: record.get(name) for name in _FLAG})
                for name in _shown_names(record):
                    given.names[record["participantId"]][name] = None
            continue
        for line in _ledger(path) if kind == "ledger" else _lines(path):
            if isinstance(line, Verdict):
                verdicts.append(line)
            else:
                given.broken.append(line)
    given.outcomes = settled(verdicts)
    return given


def _shown_names(record: Mapping[str, Any]) -> Iterator[str]:
    """A sender's display name, masked where it was itself found to be rude."""
    name = record.get("displayName")
    if isinstance(name, str) and name:
        rude = any(one.get("field") == "displayName" for one in record["findings"])
        yield masked(name) if rude else printable(name, 40)


def _kind(path: Path) -> str:
    try:
        if is_ledger(path):
            return "ledger"
        with path.open("rb") as file:
            first = next((raw for raw in file if raw.strip()), b"{}")
        form = form_of(orjson.loads(first.removeprefix(b"\xef\xbb\xbf")))
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error
    except orjson.JSONDecodeError:
        form = None
    if form is not None and form.kind in ("verdicts", "flagged"):
        return form.kind
    raise SourceError(f"{path} is no ledger, and holds neither verdicts nor flagged messages.")


def _ledger(path: Path) -> Iterator[Verdict]:
    with Ledger.open(path) as ledger:
        for entry in ledger.verdicts():
            yield entry.content


def _lines(path: Path) -> Iterator[Verdict | BrokenLine]:
    with path.open("rb") as file:
        yield from from_jsonl(file, str(path))
