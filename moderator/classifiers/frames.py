"""What a classifier in a process of its own and its owner say to each other: JSON in frames.

A frame is its length in four bytes, the highest first, and as many bytes of JSON. Nothing in it can
run code, as a pickle could. A request is `["classify", texts]`, `["screened", texts, keep]` or
`["explain", text, label, limit]`; a reply is an object with one key:

    hello    name, version, screen (its version and limits, or null): said once, when it can judge
    refused  kind, sentence: it cannot be built, or cannot judge even a plain word
    results  one of each text: its scores, true where it was cleared, or why it is unscored
    words    those that carried a label
    failed   why it could not be done, without quoting any text
"""

import json
import struct
from collections.abc import Sequence
from typing import Any

from moderator.classifiers.base import Result
from moderator.records import Assessment, Unscored

HEAD = struct.Struct(">I")
LONGEST = 1 << 28
"""Bytes of a frame; the largest batch takes a tenth of it."""


def packed(value: Any) -> bytes:
    """A frame of `value`. Lone surrogates stand as they are: escaped, two could become one."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    encoded = body.encode("utf-8", "surrogatepass")
    return HEAD.pack(len(encoded)) + encoded


def unpacked(body: bytes) -> Any:
    """The value of a frame without its head; `ValueError` where it is none."""
    try:
        return json.loads(body.decode("utf-8", "surrogatepass"))
    except RecursionError:
        raise ValueError("nested too deep") from None


def plain(results: Sequence[Result]) -> list[Any]:
    """Results as JSON can hold them; `ValueError` for findings, which only rules have."""
    return [_plain(result) for result in results]


def _plain(result: Result) -> Any:
    if isinstance(result, Unscored):
        return result.reason
    if result.findings:
        raise ValueError("a model gives no findings")
    return True if result.cleared else dict(result.scores)


def results_of(values: Any, name: str) -> list[Result]:
    """Results of the classifier `name` from what `plain` made of them; `ValueError` otherwise."""
    if not isinstance(values, list):
        raise ValueError("no list of results")  # noqa: TRY004
    return [_result(value, name) for value in values]


def _result(value: Any, name: str) -> Result:
    if isinstance(value, str):
        return Unscored(name, value)
    if value is True:
        return Assessment(cleared=True)
    if isinstance(value, dict) and all(isinstance(one, int | float) for one in value.values()):
        return Assessment(scores=value)
    raise ValueError("no result")
