"""The proxy that the environment names, as curl and most others read it.

`HTTPS_PROXY` or `ALL_PROXY` (also in lower case) is used, but for hosts in `NO_PROXY` and for
this very machine. A proxy's URL may hold a password, so that only its host is ever shown.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from moderator.errors import ConfigError
from moderator.sources.credentials import is_loopback


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy to go through; `str` is what may be shown of it."""

    url: str
    auth: tuple[str, str] | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"the proxy {urlsplit(self.url).netloc}"


Proxies = Callable[[str], Proxy | None]
"""From a host that is to be reached over https to the proxy on the way there, if any."""


def from_environment(host: str) -> Proxy | None:
    """The proxy for a host (without port), None where it is reached directly.

    `ConfigError` where the variable names something that cannot be used.
    """
    if is_loopback(host):
        return None
    known = getproxies()
    url = known.get("https") or known.get("all")
    if not url or proxy_bypass(host):
        return None
    return parse(url, "HTTPS_PROXY" if known.get("https") else "ALL_PROXY")


def parse(url: str, variable: str = "HTTPS_PROXY") -> Proxy:
    """A proxy from `http://USER:PASSWORD@HOST:PORT`; without a scheme it is http."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or any(c.isspace() or not c.isprintable() for c in url):
        raise ConfigError(f"{variable} is not the URL of a proxy; it should read http://HOST:PORT")
    if parts.scheme not in ("http", "https"):
        raise ConfigError(
            f"{variable} names a proxy of the kind {parts.scheme[:20]!r}, which is not known;"
            " it should read http://HOST:PORT"
        )
    auth = None
    if parts.username is not None:
        auth = unquote(parts.username), unquote(parts.password or "")
    place = f"[{host}]" if ":" in host else host
    port = port or (443 if parts.scheme == "https" else 80)
    return Proxy(f"{parts.scheme}://{place}:{port}", auth)
