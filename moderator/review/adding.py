"""A verdict that is given on the command line: on a flagged record, or on one in the ledger."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from moderator.errors import ConfigError
from moderator.review.fields import NotAVerdict
from moderator.review.ledger import Ledger
from moderator.review.records import commitment, facts, new_salt, record_id
from moderator.review.scanned import records
from moderator.review.verdicts import Verdict, parse, stamp, to_line


def on_flagged(path: Path, wanted: str, said: Mapping[str, str | None]) -> Verdict:
    """A verdict on the record of a file by `scan` that has this message id or record id.

    `said` holds reviewer, verdict, action and note. Raises `SourceError` where the file cannot be
    read, `ConfigError` where no record is meant, or more than one.
    """
    found = {
        record_id(record): record
        for record in records(path)
        if wanted in (record["id"], record_id(record))
    }
    if not found:
        raise ConfigError(f"{path} has no record {wanted!r}; give a message id or a record id.")
    if len(found) > 1:
        raise ConfigError(
            f"{path} has {len(found)} records with the message id {wanted!r}; give the record id: "
            f"{', '.join(found)}."
        )
    (record,) = found.values()
    salt = new_salt()
    return _given(
        {
            "recordId": record_id(record),
            "recordHash": commitment(record, salt),
            "salt": salt.hex(),
            "sessionId": record["sessionId"],
            "messageId": record["id"],
            "participantId": record["participantId"],
            "createdAt": record["createdAt"],
            "record": facts(record),
        },
        said,
    )


def on_known(ledger: Ledger, wanted: str, said: Mapping[str, str | None]) -> Verdict:
    """A verdict on a record that the ledger has one on already, by how its id begins."""
    known = {
        entry.content.record_id: entry.content
        for entry in ledger.entries()
        if isinstance(entry.content, Verdict) and entry.content.record_id.startswith(wanted)
    }
    if len(known) != 1:
        raise ConfigError(
            f"The ledger has {len(known) or 'no'} records whose id begins with {wanted!r}; give "
            "a whole record id, or the file that has the record with --in."
        )
    (other,) = known.values()
    return _given(to_line(replace(other, note=None)), said)


def _given(about: Mapping[str, Any], said: Mapping[str, str | None]) -> Verdict:
    try:
        return parse({**about, **said, "at": stamp(datetime.now(UTC))})
    except NotAVerdict as error:
        raise ConfigError(f"This verdict cannot be kept: {error}.") from None
