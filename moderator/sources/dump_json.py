"""JSON to messages: one array, element by element, or JSON Lines.

The standard decoder reads one element at a time from wherever the last one ended, so that
neither the array nor more of its text than its longest element is ever held; unlike faster
parsers it keeps lone surrogates and long numbers, which are then rejected or kept exactly.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator

from moderator.errors import SourceError
from moderator.records import BadRow, Message
from moderator.sources.dump_lines import line_blocks
from moderator.sources.fields import (
    COLUMNS,
    NOT_UTF8,
    RAW_LIMIT,
    bad_row,
    canonical,
    to_message,
    unreadable,
    values_of,
)

_DECODER = json.JSONDecoder(strict=False)  # a bare NUL or line break in a string is let through
_BLANK = re.compile(r"[ \t\r\n]*")
_PIECE = 256 * 1024
_HALF = "half of a surrogate pair, which is no character"


def read_lines(chunks: Iterable[bytes], max_payload: int) -> Iterator[Message | BadRow]:
    """Every non-blank line of UTF-8 JSON Lines, in order; a broken line is a `BadRow`.

    Raises `SourceError` at the end where no line held any field of a dump.
    """
    limit = _limit(max_payload)
    rows = _Rows(max_payload)
    number = 0
    for block in line_blocks(chunks, limit):
        for line in block.lines:
            number += 1
            if block.cut:  # then this is its only line
                yield rows.bad(number, f"a line longer than {limit:,} bytes", line)
                continue
            if line.isspace():
                continue
            try:
                item = _DECODER.decode(line)
            except (ValueError, RecursionError):
                yield rows.bad(number, "not valid JSON", line)
            else:
                yield rows.read(item, number, line, dirty=block.dirty)
    rows.check()


def read_array(chunks: Iterable[bytes], max_payload: int) -> Iterator[Message | BadRow]:
    """Every element of a UTF-8 JSON array, in order, wherever its line breaks are.

    An element that is no message is a `BadRow`. Where the array breaks or stops early, what
    is left is one last `BadRow` and then a `SourceError`, for the dump is not whole; a
    `SourceError` also says where no element held any field of a dump.
    """
    text = _Text(chunks, _limit(max_payload))
    rows = _Rows(max_payload)
    text.take("[")
    mark = "" if text.take("]") else ","
    while mark == ",":
        text.skip_blanks()
        line = text.line
        element = text.element()
        if element is None:
            where = f"element {rows.count + 1}, on line {line}"
            yield rows.bad(line, "not valid JSON, nor can anything after it be read", text.rest())
            raise SourceError(
                f"the dump's JSON breaks or stops in {where}, so it is not whole: fetch it again"
            )
        item, raw, mark = element
        yield rows.read(item, line, raw, dirty=text.dirty)
    text.skip_blanks()
    if rest := text.rest():
        yield rows.bad(text.line, "text after the end of the JSON array", rest)
        raise SourceError("the dump goes on after the end of its JSON array: fetch it again")
    rows.check()


def _limit(max_payload: int) -> int:
    return 2 * max_payload + 64 * 1024


class _Rows:
    """Makes rows of JSON values, and knows whether any of them looked like a dump's."""

    def __init__(self, max_payload: int) -> None:
        self.count = 0
        self._max_payload = max_payload
        self._known = False

    def read(self, item: object, line: int, raw: str, *, dirty: bool) -> Message | BadRow:
        if not isinstance(item, dict):
            return self.bad(line, "not a JSON object", raw)
        self._known = self._known or any(map(canonical, item))
        values = values_of(item)
        if isinstance(values, str):
            return self.bad(line, values, raw)
        # A lone surrogate comes from bytes, or is written as an escape.
        if (dirty or "\\u" in raw) and unreadable("".join(values)):
            return self.bad(line, NOT_UTF8 if dirty and unreadable(raw) else _HALF, raw)
        made = to_message(values, line, self._max_payload)
        if isinstance(made, str):
            return self.bad(line, made, raw)
        self.count += 1
        return made

    def bad(self, line: int, reason: str, raw: str) -> BadRow:
        self.count += 1
        return bad_row(line, reason, raw)

    def check(self) -> None:
        if self.count and not self._known:
            raise SourceError(
                f"this is no chat dump: it is JSON, but none of its {self.count:,} rows has any of "
                f"the fields {', '.join(COLUMNS)}"
            )


class _Text:
    """The text at hand, and where in it reading stands."""

    def __init__(self, chunks: Iterable[bytes], limit: int) -> None:
        self.line = 1
        self.dirty = False
        self._chunks = iter(chunks)
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._limit = limit
        self._buffer = ""
        self._at = 0
        self._ended = False

    def element(self) -> tuple[object, str, str] | None:
        """The next value, its text, and the comma or bracket after it; None where it breaks."""
        while True:
            try:
                item, end = _DECODER.raw_decode(self._buffer, self._at)
            except RecursionError:
                return None
            except ValueError:  # broken, or not all of it is here
                after, mark = self._at, ""
            else:
                after = _blanks_end(self._buffer, end)
                mark = self._buffer[after : after + 1]
            if mark in (",", "]"):
                raw = self._buffer[self._at : end]
                self._advance(after + 1)
                return item, raw, mark
            if mark or len(self._buffer) - self._at > self._limit or not self._more():
                return None

    def take(self, mark: str) -> bool:
        """Goes past blanks and this character, if it comes next."""
        self.skip_blanks()
        found = self._buffer.startswith(mark, self._at)
        self._at += found
        return found

    def skip_blanks(self) -> None:
        while True:
            self._advance(_blanks_end(self._buffer, self._at))
            if self._at < len(self._buffer) or not self._more():
                return

    def rest(self) -> str:
        """As much of what is left as a bad row can show."""
        while len(self._buffer) - self._at <= RAW_LIMIT and self._more():
            pass
        return self._buffer[self._at : self._at + RAW_LIMIT + 1]

    def _advance(self, to: int) -> None:
        self.line += self._buffer.count("\n", self._at, to)
        self._at = to

    def _more(self) -> bool:
        """At least doubles what is at hand, so that a long element is not read over too often."""
        if self._ended:
            return False
        parts = [self._buffer[self._at :]]
        size, wanted = 0, max(_PIECE, len(parts[0]))
        while size < wanted and not self._ended:
            chunk = next(self._chunks, None)
            self._ended = chunk is None
            text = self._decode(chunk or b"", self._ended)
            self.dirty = self.dirty or unreadable(text)
            parts.append(text)
            size += len(text)
        self._buffer, self._at = "".join(parts), 0
        return size > 0


def _blanks_end(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    assert found  # the pattern matches nothing as well
    return found.end()
