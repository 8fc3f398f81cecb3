"""The records of one session as Parquet tables, from the JSON Lines that a scan wrote."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 10_000
"""Records that are held at a time."""

COUNTS = ("read", "rejected", "repeats", "judged", "unscored", "flagged", "heldBack")
"""What of a summary has a column of its own; the whole stands beside it as JSON."""


@cache
def schemas() -> "Mapping[str, pa.Schema]":
    """The columns of the tables `flagged`, `unscored`, `rejects` and `summary`, by name.

    They are those of the JSON records; what is an object with any keys there is a map here.
    """
    import pyarrow as pa

    text, number, whole = pa.string(), pa.float64(), pa.int64()
    texts = pa.list_(text)
    neighbour = [(name, text) for name in _NEIGHBOUR]
    identity = [("sessionId", text), ("meetingId", text), *neighbour]
    unscored = pa.list_(pa.struct([("classifier", text), ("reason", text)]))
    finding = pa.struct(
        [
            *((name, text) for name in _SEEN_BY),
            ("score", number),
            ("threshold", number),
            ("field", text),
            ("span", pa.list_(whole)),
            ("match", text),
            ("words", texts),
            ("guard", text),
            ("messages", texts),
        ]
    )
    around = pa.list_(pa.struct(neighbour))
    return {
        "flagged": pa.schema(
            [
                *identity,
                ("isEdited", pa.bool_()),
                ("pinned", pa.bool_()),
                ("flagged", pa.bool_()),
                ("severity", text),
                ("action", text),
                ("categories", texts),
                ("findings", pa.list_(finding)),
                ("scores", pa.map_(text, pa.map_(text, number))),
                ("context", pa.struct([("before", around), ("after", around)])),
                ("unscored", unscored),
            ]
        ),
        "unscored": pa.schema([*identity, ("flagged", pa.bool_()), ("unscored", unscored)]),
        "rejects": pa.schema([("line", whole), ("reason", text), ("raw", text)]),
        "summary": pa.schema(
            [("source", text), *((name, whole) for name in COUNTS), ("summary", text)]
        ),
    }


_NEIGHBOUR = ("id", "participantId", "displayName", "createdAt", "payload")
_SEEN_BY = ("classifier", "version", "rule", "label", "category", "severity")


def write_table(name: str, records: Path, to: Path) -> None:
    """The Parquet file `to` of the records in a JSON Lines file, or of a summary's JSON."""
    import pyarrow as pa
    from pyarrow import parquet

    schema = schemas()[name]
    rows = _summary(records) if name == "summary" else _records(records)
    with parquet.ParquetWriter(to, schema, compression="zstd") as writer:
        while some := list(islice(rows, ROWS)):
            writer.write_table(pa.Table.from_pylist(some, schema=schema))


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            record = orjson.loads(line)
            if "scores" in record:
                record["scores"] = [(key, [*of.items()]) for key, of in record["scores"].items()]
            yield record


def _summary(path: Path) -> Iterator[dict[str, Any]]:
    summary = orjson.loads(path.read_bytes())
    counts = {name: summary[name] for name in COUNTS}
    yield {"source": summary["source"], **counts, "summary": orjson.dumps(summary).decode()}
