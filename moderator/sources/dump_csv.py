"""CSV to messages, by the `csv` module, and on past whatever is broken.

A row that is well formed is what it says, even where a line of its text looks like a row
of its own: otherwise anybody could put words into another's mouth by posting them. Only
where the file contradicts itself (text after a closing quote, a quote that never closes, a
wrong number of columns, a time that is none) is the damage rejected, from its first line to
the next that looks like a row, where reading goes on.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import NamedTuple

from moderator.errors import SourceError
from moderator.records import BadRow, Message
from moderator.sources.dump_lines import line_blocks
from moderator.sources.fields import (
    COLUMNS,
    NOT_UTF8,
    REQUIRED,
    bad_row,
    canonical,
    parse_time,
    to_message,
    unreadable,
)

_UNCLOSED = "unexpected end of data"
_FAULTS = {
    _UNCLOSED: "a quote that is never closed",
    "',' expected after '\"'": "a quote left open, or text after a closing one",
}
_TORN = "a quote that is closed only among later rows"
_UUID = re.compile(r'"?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"?,', re.IGNORECASE)

# The csv module takes any bare CR for the end of a row, so it goes through it in the guise of
# a lone surrogate that no decoding yields.
_CR = "\udc0d"


class _Layout(NamedTuple):
    header: list[str]
    places: tuple[int, ...]
    """Where each of `COLUMNS` stands; one past the last cell for an absent one."""

    def starts_row(self, line: str) -> bool:
        """Whether a line looks like the start of a row: by its id, or by enough commas."""
        lead = self.places[COLUMNS.index("payload")]
        return line.count(",") >= lead or _UUID.match(line) is not None


def read_csv(chunks: Iterable[bytes], max_payload: int) -> Iterator[Message | BadRow]:
    """Every row of UTF-8 CSV bytes with a header, in order; blank lines are no rows.

    Memory is bounded by `max_payload` (code points), not by the file. Raises `SourceError`
    where the header lacks a required column or has one twice.
    """
    # The module has one limit for the whole process, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), max_payload))
    return _Reader(chunks, max_payload).rows()


class _Reader:
    """The lines that are at hand, and what was learnt of the file so far."""

    def __init__(self, chunks: Iterable[bytes], max_payload: int) -> None:
        self._max_payload = max_payload
        self._reach = 2 * max_payload + 64 * 1024  # every character may be a doubled quote
        self._blocks = line_blocks(chunks, self._reach)
        self._lines: list[str] = []
        self._first = 1  # the number of the first of them
        self._size = 0
        self._odd = self._cut = self._ended = False
        # Text that may be read in vain before rows of several lines are given up until the
        # next block: it keeps a file of nothing but stray quotes from taking quadratic time.
        self._patience = 2 * self._reach
        self._knows_times: bool | None = None

    def rows(self) -> Iterator[Message | BadRow]:
        self._fill()
        layout = self._layout()
        while self._lines or not self._ended:
            yield from self._parse(layout)
            if self._cut:
                reason = f"a line longer than {self._reach:,} bytes"
                yield bad_row(self._first, reason, self._lines[-1])
                self._drop(1)
                self._cut = False
            self._fill()

    def _fill(self) -> None:
        """At least doubles what is at hand, so that a long row is not read over too often."""
        wanted = 2 * self._size
        self._odd = self._odd and bool(self._lines)
        while not self._ended and self._size <= wanted:
            block = next(self._blocks, None)
            if block is None:
                self._ended = True
                return
            size = sum(map(len, block.lines))
            self._lines += map(_mask, block.lines) if block.bare else block.lines
            self._size += size
            self._patience += 2 * size
            self._odd |= block.dirty or block.bare
            self._cut = block.cut
            if block.cut:
                return

    def _drop(self, count: int) -> None:
        del self._lines[:count]
        self._first += count
        self._size = sum(map(len, self._lines))

    def _layout(self) -> _Layout:
        """What the header says; takes it off the lines."""
        at = next((n for n, line in enumerate(self._lines) if line.strip()), 0)
        header: list[str] = []
        try:
            if at + self._cut < len(self._lines):
                header = next(csv.reader([self._lines[at].lstrip()], strict=True))
        except csv.Error:
            pass  # then every column is missing, as the message says
        names = [canonical(cell) for cell in header]
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise SourceError(
                f"this is no chat dump: its first line lacks {', '.join(missing)}; a dump is CSV "
                f"with the header {','.join(COLUMNS)}, or JSON with these fields"
            )
        if twice := [name for name in COLUMNS if names.count(name) > 1]:
            raise SourceError(
                f"the dump's header names {', '.join(twice)} twice, so it cannot be told which "
                "column counts: remove or rename one"
            )
        self._drop(at + 1)
        places = [names.index(name) if name in names else len(names) for name in COLUMNS]
        return _Layout(header, tuple(places))

    def _parse(self, layout: _Layout) -> Iterator[Message | BadRow]:
        """The rows of the lines at hand, but for one that may go on after them."""
        lines, first, max_payload = self._lines, self._first, self._max_payload
        header, width = layout.header, len(layout.header)
        absent = width in layout.places
        pick = itemgetter(*layout.places)
        stop = len(lines) - self._cut
        start = 0
        while start < stop:
            base, until = start, (stop if self._patience > 0 else start + 1)
            reader = csv.reader(map(lines.__getitem__, range(base, until)), strict=True)
            fault, bound = "", stop
            try:
                for row in reader:
                    end = base + reader.line_num
                    if len(row) == width:
                        if absent:
                            row.append("")
                        if self._odd:
                            row = [_unmask(cell) for cell in row]
                        values = pick(row)
                        if end - start > 1 and self._torn(values[-1], layout, start, end):
                            fault, bound = _TORN, end
                            break
                        made = to_message(values, first + start, max_payload)
                        if isinstance(made, str):
                            yield self._rejected(made, start, end)
                        elif self._odd and unreadable("".join(row)):
                            yield self._rejected(NOT_UTF8, start, end)
                        elif row[0] == header[0] and row[:width] == header:
                            yield self._rejected("the header again", start, end)
                        else:
                            if self._knows_times is None:
                                self._knows_times = parse_time(made.created_at) is not None
                            yield made
                    elif row:
                        fault, bound = f"{len(row)} columns instead of {width}", end
                        break
                    start = end
            except csv.Error as error:
                fault = str(error)
            if fault:
                seen = base + reader.line_num
                size = sum(map(len, lines[start:seen]))
                if fault == _UNCLOSED and until == stop and self._may_go_on(size):
                    break
                if bound - start > 1:
                    self._patience -= size
                    bound = self._next_row(layout, start + 1, bound)
                yield self._rejected(_FAULTS.get(fault, fault), start, bound)
                start = bound
        self._drop(start)

    def _may_go_on(self, size: int) -> bool:
        return not self._ended and not self._cut and size <= self._reach

    def _rejected(self, reason: str, start: int, end: int) -> BadRow:
        raw = "".join(self._lines[start:end])
        return bad_row(self._first + start, reason, _unmask(raw) if self._odd else raw)

    def _torn(self, created: str, layout: _Layout, start: int, end: int) -> bool:
        """Whether a row of several lines is rather some, held together by a stray quote."""
        if not self._knows_times or parse_time(created) is not None:
            return False
        return self._next_row(layout, start + 1, end) < end

    def _next_row(self, layout: _Layout, start: int, end: int) -> int:
        lines = self._lines
        return next((n for n in range(start, end) if layout.starts_row(lines[n])), end)


def _mask(line: str) -> str:
    body = line.removesuffix("\n").removesuffix("\r")
    return body.replace("\r", _CR) + line[len(body) :]


def _unmask(text: str) -> str:
    return text.replace(_CR, "\r")
