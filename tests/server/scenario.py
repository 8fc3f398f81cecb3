"""What the loopback server does for one session: by default it works; each knob breaks one thing.

`NAMED` are the scenarios that the server has from the start, under the ids of `session_id`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from server.faults import Act

HEADER = (
    b"id,participantId,sessionId,meetingId,displayName,pinned,isEdited,"
    b"payloadType,payload,createdAt"
)


def dump(rows: int = 40, text: str = "hello there") -> bytes:
    """A small CSV dump of `rows` text messages."""
    lines = [
        b"m%d,p%d,s1,r1,Sam,false,false,TEXT_MESSAGE,%s,2026-06-10T10:00:00.000Z"
        % (number, number % 7, text.encode())
        for number in range(rows)
    ]
    return b"\r\n".join([HEADER, *lines, b""])


@dataclass
class Fault:
    """One answer in place of the real one. A body that is a dict or list goes out as JSON."""

    status: int
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Cut:
    """One download that breaks off: after `at` bytes of the body, which may then close cleanly."""

    at: int


@dataclass
class Scenario:
    """One session's behaviour. Lists are used up from the front, then all is well."""

    body: bytes = field(default_factory=dump)
    etag: str | None = '"v1"'
    modified: str | None = None
    content_type: str = "text/csv"
    content_encoding: str | None = None
    ranges: bool = True
    chunked: bool = False
    no_length: bool = False
    delay: float = 0.0
    style: str = "data"  # or "result"
    camel: bool = False
    blank_expiry: bool = False  # 2026-06-10 10:30:00.000000Z
    link: str | None = None  # an URL to give out in place of the signed one
    expired_links: int = 0  # so many links are expired when they are given out
    empty_links: int = 0
    empty_files: int = 0
    chat_faults: list[Fault | Act] = field(default_factory=list)
    file_faults: list[Fault | Cut | Act] = field(default_factory=list)
    strict: bool = True  # If-Range is heeded, and a part says of which version it is
    tls: str = ""  # the certificate of the host: "good", "self-signed", "other host", "expired"
    redirects: list[str] = field(default_factory=list)  # Location of each hop; "" is the real end
    next_body: bytes | None = None  # what the file becomes after its first (broken) download
    next_etag: str | None = None
    listed: dict[str, Any] = field(default_factory=dict)  # fields of the session's list entry
    people: list[dict[str, Any]] | None = None  # its participants, if not those of the server
    people_faults: list[Fault] = field(default_factory=list)


ERROR_FORMS: dict[str, Callable[[int, str], Any]] = {
    "error": lambda code, text: {"success": False, "error": {"code": code, "message": text}},
    "errors": lambda code, text: {
        "success": False,
        "errors": [{"code": code, "message": text}],
        "result": None,
    },
    "message": lambda code, text: {"message": text},
}
"""The three forms of an error."""

HTML = b"<!doctype html><html><body><h1>Sign in</h1></body></html>"
S3_NOT_FOUND = b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>"


def refused(status: int, form: str = "error") -> Fault:
    """A refusal in one of the three forms."""
    return Fault(status, ERROR_FORMS[form](status, "Error: resource not found"))


NAMED: dict[str, Callable[[], Scenario]] = {
    "ok": Scenario,
    "result_wrapper": lambda: Scenario(style="result", blank_expiry=True),
    "camel_case": lambda: Scenario(camel=True),
    "never_there_404": lambda: Scenario(chat_faults=[refused(404)] * 10_000),
    "never_there_403": lambda: Scenario(chat_faults=[refused(403, "errors")] * 10_000),
    "late_404": lambda: Scenario(chat_faults=[refused(404)] * 2),
    "late_empty_link": lambda: Scenario(empty_links=2),
    "late_empty_file": lambda: Scenario(empty_files=2),
    "html": lambda: Scenario(chat_faults=[Fault(200, HTML, {"Content-Type": "text/html"})] * 99),
    "rate_limited": lambda: Scenario(chat_faults=[Fault(429, {}, {"Retry-After": "1"})]),
    "broken_twice": lambda: Scenario(chat_faults=[Fault(502), Fault(500)]),
    "expired_link": lambda: Scenario(expired_links=1),
    "always_expired": lambda: Scenario(expired_links=10_000),
    "truncated": lambda: Scenario(file_faults=[Cut(500)]),
    "truncated_chunked": lambda: Scenario(chunked=True, file_faults=[Cut(500)]),
    "truncated_no_range": lambda: Scenario(ranges=False, file_faults=[Cut(500)]),
    "always_truncated": lambda: Scenario(file_faults=[Cut(500)] * 10_000, ranges=False),
    "redirected": lambda: Scenario(redirects=[""]),
    "redirect_loop": lambda: Scenario(redirects=["?"] * 99),
    "redirect_private": lambda: Scenario(redirects=["http://10.0.0.1/dump.csv"]),
    "slow": lambda: Scenario(delay=2.0),
}


def session_id(name: str) -> str:
    """The id of a named scenario; the same in every process."""
    return str(uuid5(NAMESPACE_URL, f"moderator-test:{name}"))
