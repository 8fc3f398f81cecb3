"""What a credential's value looks like, to say that it stands in the wrong variable.

Only what is certain counts as wrong: a value of another credential's shape, or one that could
not be sent at all. Shapes that no document states (a Dyte API key's, say) are let through.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping

MEANINGS: Mapping[str, str] = {
    "DYTE_ORG_ID": "the organisation id",
    "DYTE_API_KEY": "the API key",
    "REALTIMEKIT_ACCOUNT_ID": "the Cloudflare account id",
    "REALTIMEKIT_APP_ID": "the app id",
    "REALTIMEKIT_TOKEN": "the API token",
}

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ACCOUNT = re.compile(r"[0-9a-fA-F]{32}")
_GLOBAL_KEY = re.compile(r"[0-9a-f]{37}")
_SENDABLE = re.compile(r"[!-~]+")
_PATH_SAFE = re.compile(r"[A-Za-z0-9_-]+")
_PLACEHOLDER = re.compile(r"<.*>|\{.*\}|\$\{?[A-Z_]+\}?|your[-_ ].*|x{4,}|changeme", re.IGNORECASE)

_UUID_NAMES = {
    "DYTE_API_KEY": "an organisation id",
    "REALTIMEKIT_ACCOUNT_ID": "an app id or a Dyte organisation id",
    "REALTIMEKIT_TOKEN": "an app id or a Dyte organisation id",
}
_NOT_ACCOUNTS = {"DYTE_ORG_ID", "REALTIMEKIT_APP_ID", "REALTIMEKIT_TOKEN"}


def complain(variable: str, value: str) -> str | None:
    """Why `value` cannot be what `variable` stands for, as the end of a sentence, or None."""
    wanted = MEANINGS[variable]
    if _PLACEHOLDER.fullmatch(value):
        return f"holds a placeholder instead of {wanted}"
    if re.match(r"(bearer|basic)\s", value, re.IGNORECASE):
        return f"begins with the word {value.split()[0]}: give {wanted} alone"
    if not _SENDABLE.fullmatch(value):
        return "holds a blank or a character that is not ASCII"
    if _PATH_SAFE.fullmatch(value) is None and variable.endswith("_ID"):
        return f"holds a character that {wanted} cannot have"
    shape = _other_shape(variable, value)
    if shape is not None:
        return f"looks like {shape}, where {wanted} belongs"
    if variable == "REALTIMEKIT_ACCOUNT_ID" and not _ACCOUNT.fullmatch(value):
        return f"is not {wanted}, which is 32 hexadecimal digits"
    return None


def _other_shape(variable: str, value: str) -> str | None:
    if variable in _UUID_NAMES and _UUID.fullmatch(value):
        return _UUID_NAMES[variable]
    if variable in _NOT_ACCOUNTS and _ACCOUNT.fullmatch(value):
        return "a Cloudflare account id"
    if variable == "REALTIMEKIT_TOKEN":
        if _GLOBAL_KEY.fullmatch(value):
            return "Cloudflare's global API key"
        if _is_basic_pair(value):
            return "a Dyte organisation id and API key in Base64"
    if variable == "DYTE_API_KEY" and _is_basic_pair(value):
        return "organisation id and API key together in Base64"
    return None


def _is_basic_pair(value: str) -> bool:
    try:
        left, colon, _ = b64decode(value, validate=True).decode("ascii").partition(":")
    except (Error, UnicodeDecodeError, ValueError):
        return False
    return bool(colon) and _UUID.fullmatch(left) is not None
