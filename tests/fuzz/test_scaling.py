"""Time and memory grow with the input, and no faster, on every named shape."""

import gc
import io
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fuzz import shapes
from moderator.config import load
from moderator.errors import ConfigError, SourceError
from moderator.redaction.masking import Masker, Placeholders
from moderator.redaction.names import Names
from moderator.report.markdown import block, code
from moderator.report.spreadsheet import disarmed
from moderator.sources.dump import read_dump
from moderator.terminal import masked, printable
from moderator.text import fold

QUICK = 0.15
"""Seconds within which nobody asks how time grows."""

MOST = 7.0
"""Four times the input takes four times the time, not sixteen times; the rest is noise."""

ATTEMPTS = 4

SECONDS = 10.0
"""For the largest input of anything here."""

DUMPS, TEXTS, FILES = dict(shapes.dumps()), dict(shapes.texts()), dict(shapes.rule_files())


def grows(work: Callable[[Any], object], make: Callable[[int], Any], size: int = 2**18) -> None:
    """Asserts that `work` takes linear time on what `make` makes, up to `size`."""
    large = _seconds(work, make(size))
    assert large < SECONDS
    if large > QUICK:
        # Other work disturbs now this time, now that: what is linear shows it in one of a few.
        growth = (
            _seconds(work, make(size)) / _seconds(work, make(size // 4)) for _ in range(ATTEMPTS)
        )
        assert any(each < MOST for each in growth)


def _seconds(work: Callable[[Any], object], given: Any) -> float:
    """Of the processor, without the collector, which walks through all that other tests left."""
    gc.disable()
    try:
        began = time.process_time()
        work(given)
        return time.process_time() - began
    finally:
        gc.enable()


def read(data: bytes) -> int:
    """How many rows come of the bytes, read as a file is."""
    rows = 0
    try:
        for _ in read_dump(io.BytesIO(data)):
            rows += 1
    except SourceError:
        pass
    return rows


@pytest.mark.parametrize(("name", "make"), DUMPS.items(), ids=DUMPS)
def test_dumps_are_read_in_linear_time(name: str, make: shapes.Make) -> None:
    grows(read, make)


@pytest.mark.parametrize(
    "name",
    ["csv of rows", "csv of lines in a quote", "array of objects", "array of blanks",
     "gzip of zeros", "gzip of empty members", "lines of objects"],
)  # fmt: skip
def test_dumps_are_read_in_flat_memory(name: str) -> None:
    make = DUMPS[name]
    peaks = []
    for size in (2**20, 2**22):
        stream = io.BytesIO(make(size))
        tracemalloc.start()
        try:
            for _ in read_dump(stream, max_payload=2**16):
                pass
        except SourceError:
            pass
        finally:
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] + 2**20, "four times the dump takes no more memory"


@pytest.mark.parametrize(("name", "make"), TEXTS.items(), ids=TEXTS)
def test_texts_take_linear_time(name: str, make: Callable[[int], str]) -> None:
    def work(text: str) -> None:
        folded = fold(text)
        assert folded.starts is None or len(folded.starts) == len(folded.text)
        printable(text)
        masked(text)
        disarmed(text)
        code(text)
        block(text.split("\n"))

    grows(work, make)


@pytest.mark.parametrize(("name", "make"), TEXTS.items(), ids=TEXTS)
def test_redaction_takes_linear_time(name: str, make: Callable[[int], str]) -> None:
    def work(text: str) -> None:
        names = Names()
        names.add_name("p1", text[: len(text) // 2])
        names.add_id("p1", text[: len(text) // 2])
        Masker(names, Placeholders()).masked(text)

    # Whether a number is a card or an account is asked of libraries that take their time.
    grows(work, make, 2**16)


@pytest.mark.parametrize(("name", "make"), FILES.items(), ids=FILES)
def test_rules_files_take_linear_time(name: str, make: shapes.Make, tmp_path: Path) -> None:
    def work(data: bytes) -> None:
        path = tmp_path / "rules.yaml"
        path.write_bytes(data)
        with pytest.raises(ConfigError):
            load(path)

    grows(work, make)
