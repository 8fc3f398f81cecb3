"""From variables to a back-end: which API to ask, where it lives, and what proves who asks.

Two back-ends speak the same shape: Dyte's REST v2 (`Authorization: Basic`) and Cloudflare's
RealtimeKit (`Authorization: Bearer`). Users mix up their five credentials, so that each value
is looked at before it is sent, and an error names the variable and what its value looks like.
No value ever stands in an error or a `repr`.
"""

import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from moderator.errors import ConfigError
from moderator.sources import lookalikes

BackendName = Literal["dyte", "realtimekit"]

VARIABLES: Mapping[BackendName, tuple[str, ...]] = {
    "dyte": ("DYTE_ORG_ID", "DYTE_API_KEY"),
    "realtimekit": ("REALTIMEKIT_ACCOUNT_ID", "REALTIMEKIT_APP_ID", "REALTIMEKIT_TOKEN"),
}
"""The variables that each back-end needs, all of them."""

BASE_URLS: Mapping[BackendName, str] = {
    "dyte": "https://api.dyte.io/v2",
    "realtimekit": "https://api.cloudflare.com/client/v4",
}


@dataclass(frozen=True, slots=True)
class DyteCredentials:
    """An organisation of Dyte and its API key."""

    org_id: str
    api_key: str = field(repr=False)

    @property
    def authorization(self) -> str:
        """The value of the `Authorization` header."""
        pair = f"{self.org_id}:{self.api_key}".encode()
        return f"Basic {b64encode(pair).decode()}"


@dataclass(frozen=True, slots=True)
class RealtimeKitCredentials:
    """A Cloudflare account, an app in it, and an API token that may read its sessions."""

    account_id: str
    app_id: str
    token: str = field(repr=False)

    @property
    def authorization(self) -> str:
        """The value of the `Authorization` header."""
        return f"Bearer {self.token}"


Credentials = DyteCredentials | RealtimeKitCredentials


@dataclass(frozen=True, slots=True)
class Backend:
    """One API to ask: `base_url` is what session paths are appended to, without a last slash."""

    name: BackendName
    base_url: str
    credentials: Credentials

    @property
    def host(self) -> str:
        """The only host that the credentials are sent to, with its port where it has one."""
        return urlsplit(self.base_url).netloc

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown, also where a server repeats it: keys, and whose they are."""
        proof = self.credentials
        if isinstance(proof, DyteCredentials):
            whose: tuple[str, ...] = (proof.api_key, proof.org_id)
        else:
            whose = (proof.token, proof.account_id, proof.app_id)
        return *whose, proof.authorization.partition(" ")[2]


def environment(
    dotenv_path: Path | None = Path(".env"), environ: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The credential variables that are set: those of a `.env` file, overridden by `environ`.

    Only the five known variables are read from either, and blank ones count as not set. A file
    that does not exist is no error; one that cannot be read raises `ConfigError`.
    """
    from dotenv import dotenv_values

    found: dict[str, str | None] = {}
    if dotenv_path is not None and dotenv_path.is_file():
        try:
            # No interpolation: a key may hold `$`.
            found.update(dotenv_values(dotenv_path, interpolate=False, encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as exc:
            reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8 text"
            raise ConfigError(f"{dotenv_path} cannot be read: {reason}") from None
    known = {name for names in VARIABLES.values() for name in names}
    values = {name: (found.get(name) or "").strip() for name in known}
    for name in known:
        values[name] = (os.environ if environ is None else environ).get(name, "").strip() or values[
            name
        ]
    return {name: value for name, value in values.items() if value}


def resolve(
    environ: Mapping[str, str], backend: str | None = None, base_url: str | None = None
) -> Backend:
    """The back-end that `environ` has credentials for, or the one asked for by name.

    `base_url` stands in for the vendor's: for Dyte all of it up to `/sessions`, for RealtimeKit
    the part before `/accounts/…` (or all of it, where it names an account already).
    `ConfigError` where variables are missing, look wrong, or leave the choice open.
    """
    values = {key: value.strip() for key, value in environ.items() if value.strip()}
    name = _choose(values, backend)
    missing = [variable for variable in VARIABLES[name] if variable not in values]
    if missing:
        raise ConfigError(_lack(name, missing))
    wrong = [
        f"{variable} {complaint}"
        for variable in VARIABLES[name]
        if (complaint := lookalikes.complain(variable, values[variable])) is not None
    ]
    if wrong:
        raise ConfigError(f"the credentials for {name} look wrong: {'; '.join(wrong)}")
    chosen = [values[variable] for variable in VARIABLES[name]]
    root = _checked_base_url(base_url) if base_url is not None else BASE_URLS[name]
    if name == "dyte":
        return Backend(name, root, DyteCredentials(*chosen))
    credentials = RealtimeKitCredentials(*chosen)
    if "/accounts/" not in urlsplit(root).path:
        root += f"/accounts/{credentials.account_id}/realtime/kit/{credentials.app_id}"
    return Backend(name, root, credentials)


def is_loopback(host: str) -> bool:
    """Whether a URL's host is this very machine, by name or by address."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _choose(values: Mapping[str, str], asked: str | None) -> BackendName:
    if asked is not None:
        for name in VARIABLES:
            if name == asked:
                return name
        raise ConfigError(f"there is no back-end {asked!r}; known are {', '.join(VARIABLES)}")
    whole = [name for name, needed in VARIABLES.items() if all(v in values for v in needed)]
    begun = [name for name, needed in VARIABLES.items() if any(v in values for v in needed)]
    if len(whole) > 1:
        raise ConfigError(
            f"credentials of both back-ends are set ({', '.join(VARIABLES['dyte'])} and"
            f" {', '.join(VARIABLES['realtimekit'])}): choose with --backend"
        )
    if whole:
        return whole[0]
    if len(begun) == 1:
        return begun[0]
    if begun:
        lacks = "; ".join(
            _lack(name, [v for v in needed if v not in values])
            for name, needed in VARIABLES.items()
        )
        raise ConfigError(f"credentials of both back-ends are set, but neither whole: {lacks}")
    raise ConfigError(
        "no credentials are set: a session needs"
        f" {', '.join(VARIABLES['realtimekit'])} (Cloudflare RealtimeKit) or"
        f" {', '.join(VARIABLES['dyte'])} (Dyte), in the environment or in .env"
    )


def _lack(name: BackendName, missing: list[str]) -> str:
    what = ", ".join(f"{variable} ({lookalikes.MEANINGS[variable]})" for variable in missing)
    verb = "is" if len(missing) == 1 else "are"
    return f"{what} {verb} not set, and {name} needs {', '.join(VARIABLES[name])}"


def _checked_base_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or not url.isprintable() or any(c.isspace() for c in url):
        raise ConfigError("--base-url is not a URL; it should read https://HOST/PATH")
    if parts.username is not None or parts.query or parts.fragment:
        raise ConfigError("--base-url must be scheme, host and path alone")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ConfigError(
            f"--base-url must begin with https:// (host {host}), because credentials go there;"
            " plain http is for this machine alone"
        )
    return url.rstrip("/")
