"""What can go wrong between a request and its whole answer: one named act for each.

An act is called with the handler of a request and the body that an honest server would send, and
misbehaves on the raw connection. `passing` says that whoever asks again gets over it, so that the
right bytes have to arrive in the end; of the others one clear error is to come.
"""

import gzip
import socket
import struct
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

Deed = Callable[[BaseHTTPRequestHandler, bytes], None]

LONG = 30.0
"""Seconds after which even the most stubborn act ends."""


@dataclass(frozen=True)
class Act:
    """One misbehaviour; `api` and `file` say which host it can be met at."""

    name: str
    deed: Deed = field(repr=False)
    passing: bool
    api: bool = True
    file: bool = True

    def __call__(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.close_connection = True
        with suppress(OSError):  # whoever asked has had enough
            self.deed(handler, body)


def head(status: int = 200, **headers: Any) -> bytes:
    """The head of an answer; header names with underscores for hyphens."""
    lines = [f"HTTP/1.1 {status} Whatever"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def answer(status: int, body: bytes = b"", **headers: Any) -> Deed:
    """A proper answer, with a status of its own."""
    whole = head(status, Content_Length=len(body), **headers) + body
    return lambda handler, _: _send(handler, whole)


def _send(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    handler.wfile.write(data)
    handler.wfile.flush()


def _drip(handler: BaseHTTPRequestHandler, data: bytes, pause: float = 0.05) -> None:
    end = time.monotonic() + LONG
    for byte in data:
        if time.monotonic() > end:
            break
        _send(handler, bytes([byte]))
        time.sleep(pause)


def _for_ever(begin: bytes, piece: bytes) -> Deed:
    def deed(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        _send(handler, begin)
        end = time.monotonic() + LONG
        while time.monotonic() < end:
            handler.wfile.write(piece)

    return deed


def _reset(handler: BaseHTTPRequestHandler) -> None:
    """Closes so that the other side gets RST."""
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def _reset_at(part: float) -> Deed:
    def deed(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        _send(handler, _honest(body)[: int(len(_honest(body)) * part)])
        _reset(handler)

    return deed


def _half_close(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    _send(handler, _honest(body)[: len(body) // 2])
    handler.connection.shutdown(socket.SHUT_WR)
    time.sleep(0.05)


def _honest(body: bytes, **headers: Any) -> bytes:
    return head(Content_Length=len(body), Content_Type="text/csv", **headers) + body


def _chunked(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    half = body[: len(body) // 2]
    _send(handler, head(Transfer_Encoding="chunked") + b"%x\r\n%s\r\n" % (len(half), half))


def _bad_chunk(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    _send(handler, head(Transfer_Encoding="chunked") + b"what?\r\n" + body)


def _short_gzip(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    packed = gzip.compress(body)
    half = packed[: len(packed) // 2]
    _send(handler, head(Content_Length=len(half), Content_Encoding="gzip") + half)


def _spoilt_gzip(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    packed = bytearray(gzip.compress(body))
    packed[len(packed) // 2] ^= 0xFF
    _send(handler, head(Content_Length=len(packed), Content_Encoding="gzip") + packed)


_LAYER = gzip.compress(b"\n" * (8 * 2**20), 9)
BOMB = gzip.compress(b"id,participantId,payloadType,payload\n") + _LAYER * 16
"""128 MiB of blank lines in 130 KiB, as gzip members one after another."""
NESTED = gzip.compress(gzip.compress(BOMB, 9), 9)


def _dates(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def _location(url: str) -> Deed:
    return answer(302, Location=url)


def _acts() -> Mapping[str, Act]:
    acts: list[Act] = []

    def add(name: str, deed: Deed, *, passing: bool, api: bool = True, file: bool = True) -> None:
        acts.append(Act(name, deed, passing, api, file))

    page = b"<!doctype html><title>Sign in</title>"
    for status in (408, 425, 429, 500, 502, 503, 504, 599):
        add(f"status {status}", answer(status), passing=True)
    for status in (409, 418, 204):
        add(f"status {status}", answer(status), passing=False)
    for status in (401, 403):
        add(f"status {status} of the API", answer(status, b"{}"), passing=False, file=False)
        add(f"status {status} of the host", answer(status), passing=True, api=False)
    add("status 404", answer(404), passing=False)
    for name, value, passing in (
        ("seconds", "2", True),
        ("a date", _dates(3), True),
        ("a past date", _dates(-9000), True),
        ("less than none", "-5", True),
        ("nonsense", "in a while", True),
        ("an hour", "3600", False),
        ("an age", "9" * 30, False),
        ("a far date", _dates(900_000), False),
    ):
        add(f"Retry-After: {name}", answer(429, Retry_After=value), passing=passing)
    add("web page", answer(200, page, Content_Type="text/html"), passing=False)
    add("web page, unnamed", answer(200, page), passing=False)
    add("empty", answer(200), passing=False)
    add("endless body", _for_ever(head(Transfer_Encoding="chunked"),
        b"%x\r\n%s\r\n" % (65536, b"[" * 65536)), passing=False)  # fmt: skip
    add("endless head", _for_ever(b"HTTP/1.1 200 OK\r\n", b"X-More: more\r\n" * 99), passing=True)
    add("endless line", _for_ever(b"HTTP/1.1 200 ", b"O" * 9999), passing=True)
    add("endless preludes", _for_ever(b"", b"HTTP/1.1 103 Hints\r\n\r\n" * 99), passing=True)
    add("slow head", lambda h, b: _drip(h, _honest(b)), passing=True)
    add("slow body", lambda h, b: (_send(h, head(Content_Length=len(b))), _drip(h, b))[0],
        passing=True)  # fmt: skip
    add("silence", lambda h, _: time.sleep(3), passing=True)
    add("reset at once", _reset_at(0), passing=True)
    add("reset in the head", _reset_at(0.01), passing=True)
    add("reset in the body", _reset_at(0.6), passing=True)
    add("half-closed at once", lambda h, _: _half_close(h, b""), passing=True)
    add("half-closed", _half_close, passing=True)
    add("too little", lambda h, b: _send(h, head(Content_Length=len(b) + 9) + b), passing=True)
    add("too much", lambda h, b: _send(h, head(Content_Length=len(b) // 2) + b), passing=True)
    add("a little too much", lambda h, b: _send(h, head(Content_Length=len(b) - 1) + b),
        passing=True)  # fmt: skip
    add("chunks cut short", _chunked, passing=True)
    add("chunks that are none", _bad_chunk, passing=True)
    add("no head", lambda h, b: _send(h, b.partition(b"\n")[2] or b), passing=True)
    add("no HTTP", lambda h, _: _send(h, b"\x16\x03\x01\x02\x00" * 9), passing=True)
    add("length of 5,000 digits", lambda h, b: _send(h, head(Content_Length="9" * 5000) + b),
        passing=True)  # fmt: skip
    add("length below none", lambda h, b: _send(h, head(Content_Length="-5") + b), passing=True)
    add("two lengths", lambda h, b: _send(h, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
        b"Content-Length: 6\r\n\r\n" + b), passing=True)  # fmt: skip
    add("foreign coding", answer(200, b"x", Content_Encoding="br"), passing=False)

    for name, body in (
        ("deep", b"[" * 200_000 + b"]" * 200_000),
        ("deep objects", b'{"data":' * 5000 + b"1" + b"}" * 5000),
        ("huge number", b'{"data": {"chat_download_url": 1' + b"0" * 5000 + b"}}"),
        ("list", b"[]"),
        ("text", b'"yes"'),
        ("cut short", b'{"success": true, "data": {"chat_download_url": "https://'),
        ("odd error", b'{"success":false,"errors":[{"code":1e300,"message":7,"error_chain":5}]}'),
        ("odd link", b'{"data": {"chat_download_url": ["https://x.example/"]}}'),
        ("odd data", b'{"success": true, "data": 5}'),
        ("no link", b'{"success": true, "data": {"chat_download_url": ""}}'),
        ("surrogates", b'{"data": {"chat_download_url": "\\ud800"}}'),
        ("not UTF-8", b'{"data": "\xff\xfe"}'),
        ("link to nowhere", b'{"data": {"chat_download_url": "https://a\\tb/"}}'),
        ("link of another kind", b'{"data": {"chat_download_url": "file:///etc/passwd"}}'),
        ("link inside", b'{"data": {"chat_download_url": "http://10.0.0.1/x"}}'),
    ):
        add(f"JSON: {name}", answer(200, body), passing=False, file=False)
    big = gzip.compress(b"[" * (8 * 2**20), 9)
    add("gzip bomb of the API", answer(200, big, Content_Encoding="gzip"),
        passing=False, file=False)  # fmt: skip
    add("gzip in gzip of the API", answer(200, gzip.compress(big), Content_Encoding="gzip, gzip"),
        passing=False, file=False)  # fmt: skip
    add("redirect of the API", _location("https://127.0.0.1/elsewhere"), passing=False, file=False)
    add("gzip of the API cut short", _short_gzip, passing=True, file=False)
    add("gzip of the API damaged", _spoilt_gzip, passing=True, file=False)

    for name, deed in (
        ("gzip cut short", _short_gzip),
        ("gzip damaged", _spoilt_gzip),
        ("gzip bomb", answer(200, BOMB)),
        ("gzip bomb in gzip", answer(200, NESTED, Content_Encoding="gzip")),
        ("gzip bomb, encoded", answer(200, BOMB, Content_Encoding="gzip")),
        ("part unasked", answer(206, b"x", Content_Range="bytes 0-0/9999")),
        ("length of a world", lambda h, b: _send(h, head(Content_Length="9" * 18) + b)),
        ("redirect inside", _location("http://10.0.0.1/x?Signature=1")),
        ("redirect to metadata", _location("http://169.254.169.254/latest/meta-data")),
        ("redirect inside, mapped", _location("http://[::ffff:10.0.0.1]/x")),
        ("redirect to FTP", _location("ftp://127.0.0.1/x")),
        ("redirect to a file", _location("file:///etc/passwd")),
        ("redirect with a user", _location("https://user:pass@127.0.0.1/x")),
        ("redirect to nowhere", answer(302)),
        ("no length", lambda h, b: _send(h, head() + b)),
    ):
        add(name, deed, passing=False, api=False)
    add("redirect that is no URL", _location("http://127.0.0.1:x?Signature=1"),
        passing=True, api=False)  # fmt: skip
    return {act.name: act for act in acts}


ACTS = _acts()
"""All acts that need one request, by name."""


def misfits(body: bytes) -> list[tuple[str, Deed]]:
    """Answers to a request for the rest that do not fit what has arrived; each is got over."""
    size, rest = len(body), b"x" * 300

    def part(status: int = 206, **headers: Any) -> Deed:
        misfit = answer(status, rest, Content_Type="text/csv", **headers)
        whole = answer(200, body)
        return lambda handler, _: (misfit if "Range" in handler.headers else whole)(handler, body)

    return [
        ("part of another version", part(Content_Range=f"bytes 1-300/{size}", ETag='"v9"')),
        ("part from elsewhere", part(Content_Range=f"bytes 0-299/{size}", ETag='"v1"')),
        ("part of nothing", part()),
        ("part in lines", part(Content_Range=f"lines 1-300/{size}", ETag='"v1"')),
        ("part of a shorter one", part(Content_Range="bytes 1-300/301", ETag='"v1"')),
        ("part of a huge one", part(Content_Range=f"bytes {'9' * 5000}-1/2", ETag='"v1"')),
        ("nothing left", part(416, Content_Range="bytes */10")),
    ]
