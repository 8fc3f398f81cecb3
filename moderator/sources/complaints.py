"""What an API's refusal means for the user: one sentence that names what to check."""

import httpx

from moderator.errors import ConfigError, ModeratorError, NotReady, SourceError
from moderator.sources.answers import ApiFailure
from moderator.sources.credentials import Backend
from moderator.sources.wire import clean

CREDENTIAL_CODES = frozenset({6003, 6111, 9103, 9106, 9109, 10000})
"""Cloudflare's own codes for a token that is malformed, unknown, or lacks a permission."""

_CHECK = {
    "dyte": "DYTE_ORG_ID (the organisation id) and DYTE_API_KEY (the API key of that"
    " organisation; a RealtimeKit token does not serve here)",
    "realtimekit": "REALTIMEKIT_TOKEN (a Cloudflare API token, not expired, with the permission"
    " Realtime or Realtime Admin; a Dyte API key does not serve here) and whether"
    " REALTIMEKIT_ACCOUNT_ID (the account id) is the token's account",
}
_PLACE = {
    "dyte": "DYTE_ORG_ID (the organisation id)",
    "realtimekit": "REALTIMEKIT_ACCOUNT_ID (the account id) or REALTIMEKIT_APP_ID (the app id)",
}
_SWITCH = {
    "dyte": "chat replay is not enabled for the organisation",
    "realtimekit": "the chat is not kept (persist_chat of the meeting, chat replay)",
}


def complaint(
    backend: Backend, what: str, status: int, failure: ApiFailure, *, chat: bool = False
) -> ModeratorError:
    """The error for an answer that is no result.

    401 is a `ConfigError`. For a chat, 403 and 404 can each mean any of five things, and also
    that the dump is not there yet, so they are `NotReady` (unless the answer blames the
    credentials). All else is a `SourceError`.
    """
    said = clean(failure.message, *backend.secrets)
    told = f"{status}, {said!r}" if said else str(status)
    blamed = not CREDENTIAL_CODES.isdisjoint(failure.codes)
    if status == 401 or (blamed and status != 403):
        return ConfigError(
            f"{backend.host} refuses the credentials for {what} ({told}):"
            f" check {_CHECK[backend.name]}"
        )
    if chat and status in (403, 404):
        causes = (
            f"{backend.host} does not give {what} ({told}), and any of these can be why:"
            f" {_SWITCH[backend.name]}; the session id is wrong; {_PLACE[backend.name]} is"
            " another one than the session's; the session is older than the retention (7 days"
            " unless extended); or the chat is not synced yet, so that --wait would help"
        )
        if blamed:
            return SourceError(f"{causes}; first check {_CHECK[backend.name]}")
        return NotReady(causes)
    if status == 403:
        return SourceError(f"{backend.host} forbids {what} ({told}): check {_CHECK[backend.name]}")
    if status == 404:
        return SourceError(
            f"{backend.host} does not know {what} ({told}): check the id,"
            f" {_PLACE[backend.name]}, and --base-url"
        )
    return SourceError(f"{backend.host} does not answer for {what} ({told}): check --base-url")


def not_json(host: str, what: str, body: bytes, response: httpx.Response) -> str:
    """The sentence for an answer that cannot be read, a web page perhaps."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    page = "html" in kind or body.lstrip()[:1] == b"<"
    form = "a web page" if page else "something that is not JSON"
    return f"{host} answers with {form} for {what} ({response.status_code}): check --base-url"
