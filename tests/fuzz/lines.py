"""JSON Lines readers: flagged, unscored, rejected, verdicts, labelled rows, scores.

Each line is a record or a complaint with its place; nothing else comes of it. The first byte of
an input says which reader it is for.
"""

import atexit
import io
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import orjson

from fuzz.records import flagged_seeds, verdict_seed
from fuzz.target import Target
from moderator.errors import SourceError
from moderator.evaluation import readers
from moderator.report import flagged
from moderator.report.entries import entries
from moderator.report.inputs import read as read_joined
from moderator.review import strikes_input
from moderator.review.sample import score_lines
from moderator.review.scanned import records
from moderator.review.verdicts import BrokenLine, from_jsonl, parse, to_line


def check(data: bytes) -> None:
    """One reader on `data[1:]`."""
    which, body = (data[0], data[1:]) if data else (0, b"")
    try:
        _READERS[which % len(_READERS)](body)
    except SourceError as error:
        said = str(error)
        assert len(said) < 1000, said
        assert re.search(r", line \d+|holds neither|no whole gzip", said), said


def _flagged(body: bytes) -> None:
    found = list(flagged.read_flagged(io.BytesIO(body), "f.jsonl"))
    assert len(found) == sum(bool(line.strip(b"\xef\xbb\xbf \t\r\n\v\f")) for line in _lines(body))
    joined = read_joined(["-"], io.BytesIO(body))
    assert len(joined.records) + joined.repeats == len(found)
    again = orjson.loads(orjson.dumps([one.record for one in entries(joined)]))
    assert all(isinstance(one["payload"], str | None) for one in again)


def _unscored(body: bytes) -> None:
    for one in flagged.read_unscored(io.BytesIO(body), "f.unscored.jsonl"):
        orjson.dumps(one)


def _rejects(body: bytes) -> None:
    counts = flagged.count_reasons(io.BytesIO(body), "f.rejects.jsonl")
    assert all(count > 0 for count in counts.values())


def _verdicts(body: bytes) -> None:
    read = list(from_jsonl(io.BytesIO(body), "v.jsonl"))
    assert len(read) <= sum(bool(line.strip()) for line in _lines(body))
    for one in read:
        if isinstance(one, BrokenLine):
            assert one.line >= 1
            assert one.reason.isascii(), "nothing of the line is in its reason"
        else:
            line = orjson.dumps(to_line(one))
            assert parse(orjson.loads(line)) == one, "a verdict is written as it is read"


def _labelled(body: bytes) -> None:
    for case in readers.read(_file(body)):
        assert isinstance(case.text, str)
        assert case.expected in (True, False, None)


def _scores(body: bytes) -> None:
    for _ in score_lines(_file(body)):
        pass


def _scanned(body: bytes) -> None:
    for one in records(_file(body)):
        orjson.dumps(one)


def _strikes(body: bytes) -> None:
    given = strikes_input.read([_file(body)])
    for names in given.names.values():
        assert all(name.isprintable() or not name.isascii() for name in names)


_READERS: tuple[Callable[[bytes], None], ...] = (
    _flagged, _unscored, _rejects, _verdicts, _labelled, _scores, _scanned, _strikes,
)  # fmt: skip


def _lines(body: bytes) -> list[bytes]:
    return body.split(b"\n")


@cache
def _path() -> Path:
    shared = Path("/dev/shm")
    folder = tempfile.mkdtemp(prefix="lines-", dir=shared if shared.is_dir() else None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder) / f"{os.getpid()}.jsonl"


def _file(body: bytes) -> Path:
    _path().write_bytes(body)
    return _path()


def _seeds() -> tuple[bytes, ...]:
    flags = b"".join(line + b"\n" for line in flagged_seeds())
    rows = (
        (0, flags), (0, flagged_seeds()[0]), (1, flags), (2,
        b'{"line": 2, "reason": "no id", "raw": "x"}\n'),
        (3, verdict_seed() + b"\n" + verdict_seed()), (3, b"\xef\xbb\xbf" + verdict_seed()),
        (4, b'{"text":"you idiot","flagged":true,"by_model":false}\n{"text":"hi","label":0}\n'),
        (4, b'{"text":"x","labels":{"toxicity":1,"insult":null},"source":"s","group":"g"}\n'),
        (4, b'text,label,insult\r\n"you, idiot",1,\r\nhello,0,0\r\n'),
        (5, b'{"sessionId":"s","id":"1","participantId":"p","flagged":false,"rules":[],'
            b'"scores":{"m":{"toxicity":0.5}}}\n'),
        (6, flags), (7, flags), (7, verdict_seed() + b"\n"),
    )  # fmt: skip
    return tuple(bytes([which]) + body for which, body in rows)


TARGET = Target(
    "line readers",
    check,
    _seeds(),
    words=(
        b'"findings":', b'"context":', b'"payload":null', b'"flagged":true',
        b'"span":[0,3]', b'"span":[9,1]',
        b'"score":1e400', b'"score":-0.0', b'"score":true', b'"recordId":',
        b'"at":"2026-06-10T10:00:00Z"',
        b'"at":"9999-12-31T23:59:59+14:00"', b'"at":"0001-01-01T00:00:00-14:00"',
        b'"label":"yes"', b'"labels":[]',
        b"text,label\n", b"[[[[[[[[", b'{"a":{"a":{"a":', b"\\ud800", b"\\udc00\\ud800",
        b'"severity":"critical"',
        b'"severity":[]', b'"severity":{}', b'"categories":[{}]', b'"label":[]',
        b'"flagged":{}', b'"verdict":[]',
    ),
    share=200,
)  # fmt: skip
