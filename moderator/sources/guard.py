"""Which hosts a download may come from: public ones, over https, and no others.

A link leads wherever its maker wants, and so does every redirect. `GuardedTransport` looks each
host up once, refuses addresses that are not public, and connects to the very addresses it has
checked, so that a name which changes its answer in between (DNS rebinding) gains nothing.

By way of a proxy (`HTTPS_PROXY`) only the name can be checked: addresses and the names of inner
networks are refused as ever, but what a public name leads to is for the proxy to decide. The
certificate has to be valid for the name, in either case.
"""

import logging
import socket
import ssl
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

from moderator.errors import SourceError
from moderator.sources.limits import Limits
from moderator.sources.proxies import Proxies, Proxy, from_environment
from moderator.sources.transport import Transport
from moderator.sources.wire import USER_AGENT, timeouts

_log = logging.getLogger(__name__)

Resolver = Callable[[str, int], Sequence[str]]
"""From a host and a port to its addresses; raises `OSError` where there are none."""

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_INNER = frozenset({
    "corp", "home", "home.arpa", "internal", "intranet", "lan", "local", "localdomain",
    "localhost", "private",
})  # fmt: skip
"""What names end in that mean nothing outside of one network."""


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


def is_public_name(host: str) -> bool:
    """Whether a host, as far as its name tells, is of the public internet.

    An address is judged as `is_public` does, in all its spellings (127.1, 0x7f000001).
    """
    host = host.lower().rstrip(".")
    try:
        return is_public(host if ":" in host else socket.inet_ntoa(socket.inet_aton(host)))
    except (OSError, ValueError):
        labels = host.split(".")
        return len(labels) > 1 and _INNER.isdisjoint((labels[-1], ".".join(labels[-2:])))


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
        limits: Limits | None = None,
        proxies: Proxies = from_environment,
    ) -> None:
        self._allow_private = allow_private
        self._resolver = resolver
        self._verify = verify
        self._limits = limits or Limits()
        self._proxies = proxies
        self._direct = Transport(self._limits, verify=verify)
        self._by_proxy: dict[Proxy, Transport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request to the first checked address that accepts a connection."""
        host = _demand_sound(request.url, allow_private=self._allow_private)
        proxy = self._proxies(host) if request.url.scheme == "https" else None
        if proxy is not None:
            if not self._allow_private and not is_public_name(host):
                raise _inner(host)
            return self._through(proxy).handle_request(request)
        refused: httpx.TransportError | None = None
        for address in self._checked(request.url, host):
            pinned = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,  # the Host header among them
                stream=request.stream,
                # Certificates are checked for the name, not for the address.
                extensions={**request.extensions, "sni_hostname": host},
            )
            try:
                return self._direct.handle_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
                refused = exc
        assert refused is not None
        raise refused

    def close(self) -> None:
        """Closes all connections."""
        for transport in (self._direct, *self._by_proxy.values()):
            transport.close()

    def _through(self, proxy: Proxy) -> Transport:
        if proxy not in self._by_proxy:
            _log.info("downloads go by way of %s", proxy)
            self._by_proxy[proxy] = Transport(self._limits, proxy=proxy, verify=self._verify)
        return self._by_proxy[proxy]

    def _checked(self, url: httpx.URL, host: str) -> Sequence[str]:
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
            raise _inner(host)
        return addresses


def _demand_sound(url: httpx.URL, *, allow_private: bool) -> str:
    """The host of a URL that may be asked at all, as far as its form goes."""
    host = url.raw_host.decode("ascii")
    if url.scheme not in ("http", "https") or not host:
        raise SourceError(f"a download needs an https URL, not {url.scheme or 'none'}:")
    if url.userinfo:
        raise SourceError(f"the URL at {host} holds a user name, which is not sent")
    if url.scheme == "http" and not allow_private:
        raise SourceError(
            f"{host} is refused: a download needs https, not plain http"
            " (--allow-private permits that from this machine itself)"
        )
    return host


def _inner(host: str) -> SourceError:
    return SourceError(
        f"{host} is refused: it leads to a private or reserved address"
        " (--allow-private permits that)"
    )


def download_client(
    *,
    allow_private: bool = False,
    resolver: Resolver = resolve_host,
    verify: ssl.SSLContext | bool = True,
    limits: Limits | None = None,
    proxies: Proxies = from_environment,
) -> httpx.Client:
    """A client for signed and other URLs: guarded, without credentials or redirects."""
    return httpx.Client(
        headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"},
        transport=GuardedTransport(
            allow_private=allow_private,
            resolver=resolver,
            verify=verify,
            limits=limits,
            proxies=proxies,
        ),
        timeout=timeouts(limits or Limits()),
        follow_redirects=False,
        trust_env=False,
    )
