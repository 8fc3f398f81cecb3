"""HTTP/1.1 over the network, with an end to every wait and to every answer.

httpx bounds the silence between two reads, so that one byte now and then holds it for ever; and
it believes a length that is too short. Here an answer has to come on, its head has to end, and
what follows after its announced end is an error, since a part would pass for the whole. Each
request has a connection of its own, which the server is asked to close: nothing of one answer
can be taken for the next.
"""

import re
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from moderator.sources.limits import Limits
from moderator.sources.proxies import Proxy

_LONGEST_HEAD = 128 * 1024
_LAST_WORD = 1.0
"""Seconds that a server has to close once it was asked to; most need none."""

_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)


class Transport(httpx.BaseTransport):
    """Sends requests directly or by way of one proxy; raises httpx's errors.

    `verify` is what certificates are checked by; True: the usual authorities, or those of the
    file in `SSL_CERT_FILE`.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        proxy: Proxy | None = None,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        context = verify if isinstance(verify, ssl.SSLContext) else httpx.create_ssl_context(verify)
        network = _Network(limits)
        self._proxy = proxy
        self._pool = (
            httpcore.ConnectionPool(context, max_keepalive_connections=0, network_backend=network)
            if proxy is None
            else httpcore.HTTPProxy(
                proxy.url,
                proxy_auth=proxy.auth,
                ssl_context=context,
                proxy_ssl_context=context if proxy.url.startswith("https:") else None,
                max_keepalive_connections=0,
                network_backend=network,
            )
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request; the answer's body is read as it is iterated over."""
        headers = [pair for pair in request.headers.raw if pair[0].lower() != b"connection"]
        assert isinstance(request.stream, httpx.SyncByteStream)
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=[*headers, (b"Connection", b"close")],
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx(self._proxy):
            answer = self._pool.handle_request(sent)
        stream = answer.extensions["network_stream"]
        assert isinstance(stream, _Stream)
        assert isinstance(answer.stream, Iterable)
        stream.begin_body()
        announced = _announced(answer.status, httpx.Headers(answer.headers))
        body = _Body(answer.stream, answer.close, stream, announced)
        return httpx.Response(answer.status, headers=answer.headers, stream=body)

    def close(self) -> None:
        """Closes all connections."""
        self._pool.close()


def _announced(status: int, headers: httpx.Headers) -> int | None:
    """The length that a body has by its head, where that alone ends it."""
    if status in (204, 304) or "transfer-encoding" in headers:
        return None
    length = headers.get("content-length", "")
    return int(length) if re.fullmatch("[0-9]{1,18}", length) else None


class _Body(httpx.SyncByteStream):
    """A body whose announced end has to be the last that is sent."""

    def __init__(
        self,
        parts: Iterable[bytes],
        close: Callable[[], Any],
        stream: "_Stream",
        announced: int | None,
    ) -> None:
        self._parts = parts
        self._close = close
        self._stream = stream
        self._announced = announced

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx(None):
            yield from self._parts
            if self._announced is not None and self._stream.goes_on(self._announced):
                raise httpcore.RemoteProtocolError("more was sent than had been announced")

    def close(self) -> None:
        self._close()


class _Network(httpcore.NetworkBackend):
    """The system's network, with streams that have to come on."""

    def __init__(self, limits: Limits) -> None:
        self._inner = httpcore.SyncBackend()
        self._limits = limits

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self._limits)


class _Stream(httpcore.NetworkStream):
    """A connection that carries one request; its answer's head is read line by line.

    So nothing of the body has been handed out when the head is complete, and the body's bytes can
    be counted.
    """

    def __init__(self, inner: httpcore.NetworkStream, limits: Limits) -> None:
        self._inner = inner
        self._limits = limits
        self._pending = b""
        self._in_head = True
        self._handed_out = 0
        self._came = 0
        self._until = 0.0
        self._begin_stretch()

    def begin_body(self) -> None:
        """From here on, what is handed out is the body."""
        self._in_head = False
        self._handed_out = 0

    def goes_on(self, announced: int) -> bool:
        """Whether more than so many bytes of a body came, or still come."""
        if self._handed_out > announced or self._pending:
            return True
        try:
            return self._inner.read(1, _LAST_WORD) != b""
        except (httpcore.ReadTimeout, httpcore.ReadError):
            return False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not self._pending:
            self._pending = self._receive(max_bytes, timeout)
        size = max_bytes
        if self._in_head:
            size = min(size, self._pending.find(b"\n") + 1 or len(self._pending))
            if self._handed_out + size > _LONGEST_HEAD:
                raise httpcore.RemoteProtocolError("the head of the answer has no end")
        data, self._pending = self._pending[:size], self._pending[size:]
        self._handed_out += len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)
        self._begin_stretch()

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, timeout)
        return _Stream(inner, self._limits)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _receive(self, max_bytes: int, timeout: float | None) -> bytes:
        left = self._until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("too slow")
        data = self._inner.read(max_bytes, left if timeout is None else min(timeout, left))
        self._came += len(data)
        if self._came >= self._limits.least_bytes:
            self._begin_stretch()
        return data

    def _begin_stretch(self) -> None:
        self._came = 0
        self._until = time.monotonic() + self._limits.least_seconds


@contextmanager
def _as_httpx(proxy: Proxy | None) -> Iterator[None]:
    """Turns httpcore's errors into those of httpx, which bear the same names."""
    try:
        yield
    except _ERRORS as exc:
        kind = getattr(httpx, type(exc).__name__)
        where = f"by way of {proxy}, " if proxy is not None else ""
        raise kind(f"{where}{exc}") from exc
