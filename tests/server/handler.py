"""What both ports share: recording requests, and sending answers."""

import json
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Received:
    """One request as it came in; header names are lower case."""

    port: int
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]


class Handler(BaseHTTPRequestHandler):
    """Keeps connections alive, logs nothing, writes each request down."""

    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.shared = self.server.shared
        self.route = parts.path
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        port = self.server.server_address[1]
        with self.shared.lock:
            self.shared.requests.append(
                Received(port, self.command, self.route, self.query, headers)
            )
        self.answer()

    def answer(self) -> None:
        raise NotImplementedError

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read `requests` instead."""

    def send(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        """A whole answer; JSON unless the body is bytes."""
        headers = dict(headers or {})
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def pop(self, items: list[Any]) -> Any:
        """The next entry of a list that is used up, or None."""
        with self.shared.lock:
            return items.pop(0) if items else None
