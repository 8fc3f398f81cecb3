"""A real HTTP server on loopback that speaks both back-ends and the host of signed URLs.

In tests it is the fixture `server`; by hand: `python tests/server/app.py --port 0`, which prints
the variables to set and the session ids of all named scenarios.
"""

import argparse
import base64
import hashlib
import hmac
import ssl
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from server.api import ApiHandler
from server.handler import Received
from server.scenario import NAMED, Scenario, session_id
from server.storage import StorageHandler

ORG_ID = "7f1b4a52-0c7c-4ab5-9f3a-2b9a64c2d001"
API_KEY = "d7c1e0f9a2b34c5d6e7f"
ACCOUNT_ID = "0123456789abcdef0123456789abcdef"
APP_ID = "1d2c3b4a-5e6f-4a1b-8c2d-3e4f5a6b7c8d"
TOKEN = "rtk_Zm9vYmFyLXRlc3QtdG9rZW4tMDEyMzQ1Njc4"
SECRET = b"signs the links of this server"


class LoopbackServer:
    """Two ports of 127.0.0.1, one for the API and one for files, until the `with` block ends.

    `sessions` maps ids to scenarios (an unknown id is a 404), `requests` holds all that came in,
    `paging` says where the list's totals stand: "top", "data", "" for
    nowhere, or "page" for a total that counts the page alone. The files are to be had under every
    one of `certificates`, too, at its own port.
    """

    def __init__(
        self,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        certificates: Mapping[str, ssl.SSLContext] | None = None,
    ) -> None:
        self.lock = threading.Lock()
        self.sessions: dict[str, Scenario] = {session_id(n): make() for n, make in NAMED.items()}
        self.participants: list[dict[str, Any]] = []
        self.requests: list[Received] = []
        self.paging = "top"
        self.most_per_page = 100
        self.ignores_pages = False
        self.api_faults: list[Any] = []
        self.link_ttl = timedelta(hours=24)
        self._servers = [_Server(port, ApiHandler, self), _Server(0, StorageHandler, self)]
        self._scheme = "http"
        if tls is not None:
            self._scheme = "https"
            storage = self._servers[1]
            storage.socket = tls.wrap_socket(storage.socket, server_side=True)
        self.api_port, self.storage_port = (s.server_address[1] for s in self._servers)
        self.tls_ports: dict[str, int] = {}
        for name, certificate in (certificates or {}).items():
            host = _Server(0, StorageHandler, self)
            host.socket = certificate.wrap_socket(host.socket, server_side=True)
            self.tls_ports[name] = host.server_address[1]
            self._servers.append(host)

    def __enter__(self) -> "LoopbackServer":
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    @property
    def base_urls(self) -> dict[str, str]:
        """What `--base-url` must be, by back-end."""
        root = f"http://127.0.0.1:{self.api_port}"
        return {"dyte": f"{root}/v2", "realtimekit": f"{root}/client/v4"}

    def environ(self, backend: str) -> dict[str, str]:
        """The variables that hold the right credentials."""
        if backend == "dyte":
            return {"DYTE_ORG_ID": ORG_ID, "DYTE_API_KEY": API_KEY}
        return {
            "REALTIMEKIT_ACCOUNT_ID": ACCOUNT_ID,
            "REALTIMEKIT_APP_ID": APP_ID,
            "REALTIMEKIT_TOKEN": TOKEN,
        }

    def authorizations(self) -> dict[str, str]:
        """The header that each back-end's base path must be asked with."""
        pair = base64.b64encode(f"{ORG_ID}:{API_KEY}".encode()).decode()
        return {
            "/v2": f"Basic {pair}",
            f"/client/v4/accounts/{ACCOUNT_ID}/realtime/kit/{APP_ID}": f"Bearer {TOKEN}",
        }

    def add(self, scenario: Scenario, name: str = "test") -> str:
        """Puts a scenario in and returns its session's id."""
        new = session_id(f"added:{name}")
        self.sessions[new] = scenario
        return new

    def sign(self, path: str, lifetime: timedelta, tls: str = "") -> tuple[str, datetime]:
        """A URL of the file host that is valid for `lifetime`, and until when that is.

        `tls` names the certificate of the port that it leads to.
        """
        expiry = datetime.now(UTC) + lifetime
        stamp = str(int(expiry.timestamp()))
        query = urlencode({"X-Expires": stamp, "X-Signature": self.signature(path, stamp)})
        scheme, port = ("https", self.tls_ports[tls]) if tls else (self._scheme, self.storage_port)
        return f"{scheme}://127.0.0.1:{port}{path}?{query}", expiry

    def signature(self, path: str, stamp: str) -> str:
        """What a link's X-Signature must be."""
        return hmac.new(SECRET, f"{path}?{stamp}".encode(), hashlib.sha256).hexdigest()

    def asked(self, part: str) -> list[Received]:
        """The requests whose path contains `part`, in order."""
        return [request for request in self.requests if part in request.path]

    def files_asked(self) -> list[Received]:
        """The requests that the file host got, in order."""
        return [request for request in self.requests if request.port == self.storage_port]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, handler: Any, shared: LoopbackServer) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.shared = shared

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the tests, and not worth a traceback."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    with LoopbackServer(parser.parse_args().port) as server:
        for backend, url in server.base_urls.items():
            print(f"# --backend {backend} --base-url {url}")
            for name, value in server.environ(backend).items():
                print(f"export {name}={value}")
        for name in NAMED:
            print(f"{session_id(name)}  {name}")
        sys.stdout.flush()
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
