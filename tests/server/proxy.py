"""A real HTTP proxy on loopback that tunnels with CONNECT, and knows names of its own."""

import base64
import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class TunnelProxy:
    """One port of 127.0.0.1 until the `with` block ends.

    `hosts` maps names to ports of this machine; others are answered with 502. `asked` holds what
    was asked for. With `password`, a `Proxy-Authorization` of user:password is demanded; `refusal`
    is a status to answer everything with.
    """

    def __init__(self, hosts: dict[str, int], password: str = "", refusal: int = 0) -> None:
        self.hosts = hosts
        self.refusal = refusal
        self.wanted = password and "Basic " + base64.b64encode(password.encode()).decode()
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.proxy = self  # type: ignore[attr-defined]
        self.port = self._server.server_address[1]

    def __enter__(self) -> "TunnelProxy":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_CONNECT(self) -> None:
        proxy: TunnelProxy = self.server.proxy  # type: ignore[attr-defined]
        proxy.asked.append(self.path)
        self.close_connection = True
        if proxy.refusal:
            self.send_error(proxy.refusal)
        elif proxy.wanted and self.headers.get("Proxy-Authorization") != proxy.wanted:
            self.send_error(407)
        elif (port := proxy.hosts.get(self.path.rpartition(":")[0])) is None:
            self.send_error(502)
        else:
            self.send_response(200)
            self.end_headers()
            with socket.create_connection(("127.0.0.1", port)) as far:
                back = threading.Thread(target=_copy, args=(far, self.connection), daemon=True)
                back.start()
                _copy(self.connection, far)
                back.join(10)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read `asked` instead."""


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
