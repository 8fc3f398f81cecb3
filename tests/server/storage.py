"""The host of signed URLs, strict like S3: it checks the signature and refuses Authorization."""

import re
import time

from server.faults import Act
from server.handler import Handler
from server.scenario import Cut, Fault, Scenario


class StorageHandler(Handler):
    """Files under `/dumps/{session id}.csv`, whole or from an offset on."""

    def answer(self) -> None:
        if self.headers.get("Authorization") is not None:
            self._error(400, "InvalidArgument", "Only one auth mechanism allowed")
            return
        stamp = self.query.get("X-Expires", "")
        if self.query.get("X-Signature") != self.shared.signature(self.route, stamp):
            self._error(403, "SignatureDoesNotMatch", "The signature is not the one expected")
            return
        if int(stamp) < time.time():
            self._error(403, "AccessDenied", "Request has expired")
            return
        found = re.fullmatch(r"/dumps/([^/]+)\.csv", self.route)
        scenario = self.shared.sessions.get(found[1]) if found else None
        if scenario is None:
            self._error(404, "NoSuchKey", "The specified key does not exist")
            return
        location = self.pop(scenario.redirects)
        if location is not None:
            self.send(302, b"", {"Location": location.rstrip("?") or self.path})
            return
        time.sleep(scenario.delay)
        fault = self.pop(scenario.file_faults)
        if isinstance(fault, Fault):
            self.send(fault.status, fault.body, fault.headers)
            return
        if isinstance(fault, Act):
            fault(self, scenario.body)
            return
        with self.shared.lock:
            empty, scenario.empty_files = scenario.empty_files > 0, scenario.empty_files - 1
        self._file(scenario, b"" if empty else scenario.body, fault)

    def _file(self, scenario: Scenario, body: bytes, cut: Cut | None) -> None:
        etag, start = scenario.etag, self._start(scenario)
        if scenario.next_body is not None:
            scenario.body, scenario.etag = scenario.next_body, scenario.next_etag
            scenario.next_body = None
        if start is not None and start >= len(body):
            self._error(416, "InvalidRange", "", {"Content-Range": f"bytes */{len(body)}"})
            return
        self.send_response(200 if start is None else 206)
        self.send_header("Content-Type", scenario.content_type)
        told = scenario.strict or start is None
        if etag is not None and told:
            self.send_header("ETag", etag)
        if scenario.modified is not None and told:
            self.send_header("Last-Modified", scenario.modified)
        if scenario.content_encoding is not None:
            self.send_header("Content-Encoding", scenario.content_encoding)
        if start is not None:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        rest = body[start or 0 :]
        if scenario.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif not scenario.no_length:
            self.send_header("Content-Length", str(len(rest)))
        if cut is not None or scenario.no_length:
            self.send_header("Connection", "close")
        self.end_headers()
        self._body(rest if cut is None else rest[: cut.at], scenario.chunked)
        if scenario.chunked and cut is None:
            self.wfile.write(b"0\r\n\r\n")

    def _body(self, data: bytes, chunked: bool) -> None:
        for at in range(0, len(data), 65536):
            part = data[at : at + 65536]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
        self.wfile.flush()

    def _start(self, scenario: Scenario) -> int | None:
        """Where a Range begins that is to be honoured, else None."""
        wanted = re.fullmatch(r"bytes=([0-9]+)-", self.headers.get("Range", ""))
        if wanted is None or not scenario.ranges:
            return None
        condition = self.headers.get("If-Range")
        fits = condition in (None, scenario.etag, scenario.modified) or not scenario.strict
        return int(wanted[1]) if fits else None

    def _error(
        self, status: int, code: str, text: str, headers: dict[str, str] | None = None
    ) -> None:
        body = f"<Error><Code>{code}</Code><Message>{text}</Message></Error>".encode()
        self.send(status, body, {"Content-Type": "application/xml", **(headers or {})})
