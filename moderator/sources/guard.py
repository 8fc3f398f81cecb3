"""Which hosts a download may come from: public ones, over https, and no others.

A link leads wherever its maker wants, and so does every redirect. `GuardedTransport` looks each
host up once, refuses addresses that are not public, and connects to the very addresses it has
checked, so that a name which changes its answer in between (DNS rebinding) gains nothing.
"""

import socket
import ssl
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

from moderator.errors import SourceError
from moderator.sources.wire import TIMEOUT, USER_AGENT

Resolver = Callable[[str, int], Sequence[str]]
"""From a host and a port to its addresses; raises `OSError` where there are none."""

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


def resolve_host(host: str, port: int) -> list[str]:
    """The addresses the system gives for a host, in its order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet.

    Not private, loopback, link-local, carrier-grade NAT, multicast, reserved or documentation
    ranges. An IPv4 address inside an IPv6 one (mapped, NAT64) is judged itself; tunnels that
    hide one (6to4, Teredo) are refused.
    """
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return _is_public_v4(ip.ipv4_mapped)
        if ip in _NAT64:
            return _is_public_v4(IPv4Address(ip.packed[-4:]))
        tunnel = ip.sixtofour is not None or ip.teredo is not None
        return ip.is_global and ip in _GLOBAL_UNICAST and not tunnel
    return _is_public_v4(ip)


def _is_public_v4(ip: IPv4Address) -> bool:
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class GuardedTransport(httpx.BaseTransport):
    """A transport that connects to public hosts over https alone.

    With `allow_private`, private addresses are let through, and plain http to loopback ones.
    Raises `SourceError` where a URL is refused. `verify` is what certificates are checked by.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        resolver: Resolver = resolve_host,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self._allow_private = allow_private
        self._resolver = resolver
        # Connections are pooled by address, and two hosts may share one: keep none.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._inner = httpx.HTTPTransport(verify=verify, limits=limits)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request to the first checked address that accepts a connection."""
        refused: httpx.TransportError | None = None
        for address in self._checked(request.url):
            pinned = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,  # the Host header among them
                stream=request.stream,
                # Certificates are checked for the name, not for the address.
                extensions={
                    **request.extensions,
                    "sni_hostname": request.url.raw_host.decode("ascii"),
                },
            )
            try:
                return self._inner.handle_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
                refused = exc
        assert refused is not None
        raise refused

    def close(self) -> None:
        """Closes all connections."""
        self._inner.close()

    def _checked(self, url: httpx.URL) -> Sequence[str]:
        host = url.raw_host.decode("ascii")
        if url.scheme not in ("http", "https") or not host:
            raise SourceError(f"a download needs an https URL, not {url.scheme or 'none'}:")
        if url.userinfo:
            raise SourceError(f"the URL at {host} holds a user name, which is not sent")
        if url.scheme == "http" and not self._allow_private:
            raise SourceError(
                f"{host} is refused: a download needs https, not plain http"
                " (--allow-private permits that from this machine itself)"
            )
        try:
            addresses = self._resolver(host, url.port or (443 if url.scheme == "https" else 80))
        except (OSError, UnicodeError):
            raise httpx.ConnectError(f"the name {host} is not known") from None
        if not addresses:
            raise httpx.ConnectError(f"the name {host} is not known")
        if url.scheme == "http" and not all(ip_address(a).is_loopback for a in addresses):
            raise SourceError(
                f"{host} is refused: a download over plain http may come from this machine alone"
            )
        if not self._allow_private and not all(is_public(a) for a in addresses):
            raise SourceError(
                f"{host} is refused: it leads to a private or reserved address"
                " (--allow-private permits that)"
            )
        return addresses


def download_client(
    *,
    allow_private: bool = False,
    resolver: Resolver = resolve_host,
    verify: ssl.SSLContext | bool = True,
    timeout: httpx.Timeout = TIMEOUT,
) -> httpx.Client:
    """A client for signed and other URLs: guarded, without credentials, proxies or redirects."""
    return httpx.Client(
        headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"},
        transport=GuardedTransport(allow_private=allow_private, resolver=resolver, verify=verify),
        timeout=timeout,
        follow_redirects=False,
        trust_env=False,
    )
