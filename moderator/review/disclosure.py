"""Statements and notices of a whole ledger: made, checked, and written."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from moderator.config import RuleSet
from moderator.errors import SourceError
from moderator.files import Sink, WrittenAside, cannot_write
from moderator.output import line
from moderator.review.mapping import Telling, load
from moderator.review.notice import Sender, notice
from moderator.review.outcomes import Outcome
from moderator.review.personal import Persons
from moderator.review.statements import FIXED, Checks, Terms, decisions, statement


@dataclass
class Disclosed:
    """How many statements were written; records without one, by reason; statements refused.

    A refused one is named by its puid, with what of a person would have been in it.
    """

    written: int = 0
    passed: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, str]] = field(default_factory=list)


def disclose(
    outcomes: Sequence[Outcome],
    flagged: Sequence[Path],
    ruleset: RuleSet,
    telling: Telling,
    terms: Terms,
    out: Sink,
    notices: Path | None = None,
    sender: Sender | None = None,
) -> Disclosed:
    """Writes a statement for each decision that restricts somebody, and a notice where asked for.

    `flagged` are files of flagged messages, whose names and texts no statement may hold. Raises
    `SourceError`, `OutputError`, and `ConfigError` where a statement would not be valid.
    """
    checks = Checks(_persons(outcomes, flagged, telling, terms), ruleset)
    done = Disclosed()
    today = datetime.now(UTC)
    for decision in decisions(outcomes, telling, done.passed):
        found = statement(decision, ruleset, terms)
        refusal = checks.refusal(found)
        if refusal is not None:
            done.refused.append((decision.puid, refusal))
            continue
        checks.validate(found)
        if notices is not None and sender is not None:
            _write(notices, f"{decision.puid}.txt", notice(decision, terms, sender, today))
        out.write(line(found))
        done.written += 1
    return done


def _persons(
    outcomes: Sequence[Outcome], flagged: Sequence[Path], telling: Telling, terms: Terms
) -> Persons:
    said = [*_texts(telling), terms.name or "", terms.url or ""]
    persons = Persons([*FIXED, *_texts(load())], said)
    for outcome in outcomes:
        for verdict in outcome.verdicts:
            persons.add_verdict(verdict)
    for path in flagged:
        for record in _records(path):
            persons.add_record(record)
    return persons


def _texts(telling: Telling) -> Iterator[str]:
    for restriction in telling.restrictions.values():
        yield restriction.words
    for ground in telling.grounds.values():
        yield from (ground.words, ground.other or "", ground.terms)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                try:
                    record = orjson.loads(raw)
                except orjson.JSONDecodeError:
                    record = None
                if not isinstance(record, dict) or "payload" not in record:
                    raise SourceError(f"{path}, line {number}: this is no flagged message.")
                yield record
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error


def _write(folder: Path, name: str, text: str) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    with WrittenAside(folder / name) as out:
        out.write(text.encode())
