"""The files of one or several scans, joined: what was flagged, and what is known around it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from moderator.errors import SourceError
from moderator.report.flagged import (
    Flagged,
    Unscored,
    count_reasons,
    read_flagged,
    read_unscored,
)
from moderator.scan import Destinations

STANDARD_INPUT = "standard input"
_ASIDE = (".unscored.jsonl", ".rejects.jsonl")


@dataclass(frozen=True, slots=True)
class Source:
    """One flagged file and its companions.

    `flagged` is how many flags it holds. `summary` and `rejects` (rows by reason) are None where
    the file is not there; `unscored_known` says whether that of unscored messages is. `is_sample`
    says that all of it was drawn by `moderator sample`, which writes no companions.
    """

    name: str
    flagged: int
    summary: Mapping[str, Any] | None
    rejects: Mapping[str, int] | None
    unscored_known: bool
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """All records of all files, in the files' order, each once.

    `unscored` holds messages that have no line in `records`. `repeats` counts records that stood
    in more than one line.
    """

    sources: tuple[Source, ...]
    records: tuple[Flagged, ...]
    unscored: tuple[Unscored, ...]
    repeats: int

    def title(self) -> str:
        """What to call a report of them: the files' names without endings, the first three."""
        names = [source.name.removesuffix(".jsonl") for source in self.sources]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return ", ".join(names[:3]) + more


@dataclass(slots=True)
class _Gathered:
    records: dict[tuple[object, ...], Flagged] = field(default_factory=dict)
    unscored: dict[tuple[object, ...], Unscored] = field(default_factory=dict)
    repeats: int = 0


def read(paths: Sequence[str], stdin: BinaryIO) -> Joined:
    """Reads each flagged file of `paths` (`-` is `stdin`) with the companions beside it.

    Companions that are named themselves, as by `*.jsonl`, are not taken for flagged files.
    Raises `SourceError` with file and line.
    """
    gathered = _Gathered()
    sources = [_read_one(path, stdin, gathered) for path in _without_companions(paths)]
    unscored = [one for key, one in gathered.unscored.items() if key not in gathered.records]
    return Joined(
        tuple(sources), tuple(gathered.records.values()), tuple(unscored), gathered.repeats
    )


def _without_companions(paths: Sequence[str]) -> list[str]:
    given = list(dict.fromkeys(paths))
    known = set(given)

    def is_companion(path: str) -> bool:
        stems = [path.removesuffix(end) for end in _ASIDE if path.endswith(end)]
        return any(stem + end in known for stem in stems for end in ("", ".jsonl", ".json"))

    return [path for path in given if not is_companion(path)]


def _read_one(path: str, stdin: BinaryIO, gathered: _Gathered) -> Source:
    if path == "-":
        records = list(read_flagged(stdin, STANDARD_INPUT))
        flagged = _gather(records, gathered)
        return Source(STANDARD_INPUT, flagged, None, None, False, _is_sample(records))
    with _opened(Path(path)) as stream:
        records = list(read_flagged(stream, path))
    flagged = _gather(records, gathered)
    beside = Destinations.beside(Path(path))
    summary = rejects = None
    if beside.summary is not None and beside.summary.is_file():
        summary = _summary(beside.summary)
    if beside.rejects is not None and beside.rejects.is_file():
        with _opened(beside.rejects) as stream:
            rejects = count_reasons(stream, str(beside.rejects))
    unscored_known = beside.unscored is not None and beside.unscored.is_file()
    if beside.unscored is not None and unscored_known:
        with _opened(beside.unscored) as stream:
            for one in read_unscored(stream, str(beside.unscored)):
                gathered.unscored.setdefault(_identity(one), one)
    return Source(Path(path).name, flagged, summary, rejects, unscored_known, _is_sample(records))


def _is_sample(records: Sequence[Flagged]) -> bool:
    return bool(records) and all("sample" in record for record in records)


def _gather(records: Sequence[Flagged], gathered: _Gathered) -> int:
    """Takes the records in; returns how many of them flag."""
    flagged = 0
    for record in records:
        flagged += record["flagged"]
        key = _identity(record)
        if key in gathered.records:
            gathered.repeats += 1
        else:
            gathered.records[key] = record
    return flagged


def _identity(record: Unscored) -> tuple[object, ...]:
    # The text belongs to it: one id can stand for two versions of a message.
    return (
        record["sessionId"], record["id"], record["participantId"], record["createdAt"],
        record["payload"],
    )  # fmt: skip


def _summary(path: Path) -> Mapping[str, Any]:
    with _opened(path) as stream:
        try:
            summary = orjson.loads(stream.read())
        except orjson.JSONDecodeError as error:
            raise SourceError(f"{path} is not JSON; scan again, or move it away.") from error
    if not isinstance(summary, dict):
        raise SourceError(f"{path} is no summary of `moderator scan`; move it away.")
    return summary


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceError(f"{path} cannot be read: {reason}.") from error
