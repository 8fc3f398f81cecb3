"""Labelled rows from JSON Lines or CSV, plain or gzipped, one at a time.

A row holds a text and what is known of it:

    {"text", "flagged": true, "by_model": false}     a case: the verdict, and the model's own
    {"text", "labels": {"toxicity": 1}, "source"}    a data row: what is not named is unknown
    text,label                                       a table; further columns may be named like
                                                     labels (an empty cell is unknown)

The truth about the verdict is `flagged`, else the label `toxicity`, else `label`. A row that is
not to be flagged is known not to be any kind of toxicity either.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from moderator.errors import SourceError
from moderator.records import CATEGORIES
from moderator.training.labels import IMPLIED_BY_CLEAN

VERDICT = "verdict"

_NEVER_LONGER = 64 * 2**20
_WORDS: Mapping[str, int] = {"0": 0, "false": 0, "no": 0, "1": 1, "true": 1, "yes": 1}


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled text. `expected` is None where the truth is unknown.

    `answers` says what the truth is about: `VERDICT`, or the label that it was read from.
    `by_model` is what is expected of models alone. `source` and `group` are "" if not given.
    """

    text: str
    expected: bool | None
    by_model: bool | None
    answers: str
    labels: Mapping[str, bool]
    source: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """Where text and truth stand; with `label` None the truth is looked for as described."""

    text: str = "text"
    label: str | None = None


def read(path: Path, fields: Fields | None = None) -> Iterator[Case]:
    """The rows of the file, in order. Raises `SourceError` with file and line for a bad one."""
    fields = fields or Fields()
    try:
        with path.open("rb") as raw:
            stream = raw
            if raw.peek(2).startswith(b"\x1f\x8b"):
                stream = io.BufferedReader(gzip.GzipFile(fileobj=raw))
            start = stream.peek(1).removeprefix(b"\xef\xbb\xbf").lstrip()
            rows = (_json_rows if start.startswith(b"{") else _csv_rows)(stream, path)
            for line, row in rows:
                yield _case(row, fields, f"{path}, line {line}")
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "it is no whole gzip file"
        raise SourceError(f"{path} cannot be read: {reason}.") from error


def name_of(path: Path) -> str:
    """The file's name without its endings: a suite keeps one function a file."""
    return path.name.partition(".")[0] or path.name


def _json_rows(stream: BinaryIO, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    # By line feeds alone: texts may hold U+2028, which str.splitlines would break at.
    for number, raw in enumerate(stream, start=1):
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if not raw.strip():
            continue
        try:
            row = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise SourceError(f"{path}, line {number}: this is not JSON.") from error
        if not isinstance(row, dict):
            raise SourceError(f"{path}, line {number}: a JSON object is needed here.")
        yield number, row


def _csv_rows(stream: BinaryIO, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    csv.field_size_limit(max(csv.field_size_limit(), _NEVER_LONGER))
    line = 1
    try:
        with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, strict=True)
            header = next(reader, [])
            line = reader.line_num + 1
            for cells in reader:
                if cells and len(cells) != len(header):
                    raise SourceError(
                        f"{path}, line {line}: {len(cells)} cells where the header has "
                        f"{len(header)}."
                    )
                if cells:
                    yield line, dict(zip(header, cells, strict=True))
                line = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(f"{path}, line {line}: this is not CSV: {error}.") from error
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path}, line {line} or soon after: this is not UTF-8; convert it first."
        ) from error


def _case(row: Mapping[str, Any], fields: Fields, place: str) -> Case:
    text = row.get(fields.text)
    if not isinstance(text, str):
        raise SourceError(f"{place}: the field {fields.text!r} is missing or not a text.")
    labels = _labels(row, place)
    expected, answers = _truth(row, labels, fields, place)
    if expected is False and (fields.label is None or answers == "toxicity"):
        labels = {**dict.fromkeys(("toxicity", *IMPLIED_BY_CLEAN), False), **labels}
    by_model = _known(row, "by_model", place)
    source, group = (str(row.get(name) or "") for name in ("source", "group"))
    return Case(text, expected, by_model, answers, labels, source, group)


def _labels(row: Mapping[str, Any], place: str) -> dict[str, bool]:
    given = row.get("labels")
    if given is None:
        given = {name: row[name] for name in CATEGORIES if name in row}
    if not isinstance(given, dict):
        raise SourceError(f"{place}: 'labels' is not an object of names and 0 or 1.")
    values = ((name, _known(given, name, place)) for name in given)
    return {name: value for name, value in values if value is not None}


def _truth(
    row: Mapping[str, Any], labels: Mapping[str, bool], fields: Fields, place: str
) -> tuple[bool | None, str]:
    if fields.label is not None:
        if fields.label in labels:
            return labels[fields.label], fields.label
        if fields.label not in row and "labels" not in row:
            raise SourceError(f"{place}: there is no field {fields.label!r}; see --label-field.")
        answers = fields.label if fields.label in CATEGORIES else VERDICT
        return _known(row, fields.label, place), answers
    if "flagged" in row:
        return _known(row, "flagged", place), VERDICT
    if "toxicity" in labels:
        return labels["toxicity"], "toxicity"
    if "label" in row:
        return _known(row, "label", place), VERDICT
    if labels or "labels" in row:
        return None, "toxicity"
    raise SourceError(
        f"{place}: no 'flagged', 'labels' or 'label' says what is true; name it by --label-field."
    )


def _known(row: Mapping[str, Any], name: str, place: str) -> bool | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    number = _WORDS.get(value.strip().lower()) if isinstance(value, str) else value
    if number not in (0, 1):
        raise SourceError(f"{place}: {name!r} is neither 0 nor 1, true nor false.")
    return bool(number)
