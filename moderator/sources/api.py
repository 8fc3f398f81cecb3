"""The sessions API of either back-end: list sessions, their people, and where a chat lies.

The credentials go to the API's own host alone: redirects are not followed, and no other URL
is ever asked through this client.
"""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx
import orjson

from moderator.errors import ConfigError, ModeratorError, NotReady, SourceError
from moderator.sources import answers
from moderator.sources.answers import ApiFailure, ChatLink, Participant, Session
from moderator.sources.body import read_answer
from moderator.sources.complaints import complaint, not_json
from moderator.sources.credentials import Backend
from moderator.sources.limits import Backoff, Limits
from moderator.sources.pace import Pace
from moderator.sources.proxies import from_environment
from moderator.sources.transport import Transport
from moderator.sources.wire import (
    USER_AGENT,
    Transient,
    is_transient,
    quiet_logs,
    retry_after,
    retrying,
    timeouts,
    transport_errors,
)

PER_PAGE = 100
LONGEST_SESSION = timedelta(days=7)
"""How long before a time range a session may have started that ended within it.

The list's `start_time` may well be compared with the start, so that a longer session is not listed;
the wider this is, the more pages there are to read.
"""

_MOST_PAGES = 10_000

_log = logging.getLogger(__name__)


class SessionsApi:
    """One back-end's sessions; a context manager, to be used from one thread.

    `transport` takes the place of the network; every request waits for `pace`, if there is one.
    Raises `ConfigError` where the credentials or an id cannot be used, `NotReady` where a chat is
    not there (yet), else `SourceError`.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        transport: httpx.BaseTransport | None = None,
        backoff: Backoff | None = None,
        limits: Limits | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.backend = backend
        self._pace = pace
        self._backoff = backoff or Backoff()
        self._limits = limits or Limits()
        if transport is None:
            proxy = from_environment(urlsplit(backend.base_url).hostname or "")
            transport = Transport(self._limits, proxy=proxy)
        self._client = httpx.Client(
            headers={
                "Authorization": backend.credentials.authorization,
                "User-Agent": USER_AGENT,
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            },
            transport=transport,
            timeout=timeouts(self._limits),
            follow_redirects=False,
            trust_env=False,  # nor credentials of a .netrc
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def chat_link(self, session_id: str) -> ChatLink:
        """A fresh link to the session's dump; `NotReady` where the API has none to give."""
        what = f"the chat of session {session_id}"
        answer = self._get(f"/sessions/{_segment(session_id)}/chat", what=what, chat=True)
        link = answers.chat_link(answer)
        if link is None:
            raise NotReady(
                f"{self.backend.host} has no link to {what} yet: it may not be synced, or nobody"
                " wrote in it; try again later or with --wait"
            )
        return link

    def session(self, session_id: str) -> Session:
        """What the API knows of one session."""
        answer = self._get(f"/sessions/{_segment(session_id)}", what=f"session {session_id}")
        return answers.session(answer)

    def sessions(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        status: str | None = "ENDED",
    ) -> Iterator[Session]:
        """The sessions that ended in `[since, until)` (aware times), newest first, each once.

        A session whose end the API does not state is kept, rather than missed. `status` None
        lists live ones too, which `since` then keeps.
        """
        parameters = {"sort_by": "createdAt", "sort_order": "DESC"}
        if status is not None:
            parameters["status"] = status
        if since is not None:
            # Whether the API compares the start or the end is not documented.
            parameters["start_time"] = (since - LONGEST_SESSION).isoformat()
        for item in self._pages("/sessions", "sessions", parameters, "the list of sessions"):
            try:
                session = answers.session(item)
            except SourceError as exc:
                _log.warning("%s", exc)
                continue
            if status is not None and session.status not in ("", status):
                continue
            ended = session.ended_at
            if ended is not None and since is not None and ended < since:
                continue
            if ended is not None and until is not None and ended >= until:
                continue
            yield session

    def participants(self, session_id: str) -> Iterator[Participant]:
        """The people of one session, each once, in the API's order."""
        path = f"/sessions/{_segment(session_id)}/participants"
        what = f"the participants of session {session_id}"
        for item in self._pages(path, "participants", {}, what):
            yield answers.participant(item)

    def _pages(
        self, path: str, name: str, parameters: Mapping[str, str], what: str
    ) -> Iterator[Mapping[str, Any]]:
        seen: set[str] = set()
        count = 0
        for number in range(1, _MOST_PAGES):
            query = {**parameters, "page_no": str(number), "per_page": str(PER_PAGE)}
            page = answers.page(self._get(path, query, what=what), name)
            fresh = {_identity(item): item for item in page.items}
            fresh = {key: item for key, item in fresh.items() if key not in seen}
            seen.update(fresh)
            count += len(page.items)
            yield from fresh.values()
            if page.total is not None and count >= page.total != PER_PAGE:
                return  # a total as large as one full page may count that page alone
            if not fresh:
                if page.items and page.total is not None and len(seen) < page.total:
                    raise SourceError(f"{self.backend.host} repeats page {number} of {what}")
                if page.total is not None and count < page.total:
                    _log.warning(
                        "%s announces %d entries in %s but gives %d",
                        self.backend.host, page.total, what, len(seen),
                    )  # fmt: skip
                return
        raise SourceError(f"{self.backend.host} gives {what} in more than {_MOST_PAGES} pages")

    def _get(
        self, path: str, query: Mapping[str, str] | None = None, *, what: str, chat: bool = False
    ) -> dict[str, Any]:
        attempts = retrying(self._backoff)
        try:
            with quiet_logs():
                return attempts(self._ask, path, query, what, chat)
        except Transient as exc:
            raise SourceError(f"{what} cannot be had: {exc.advice()}; try again later") from None

    def _ask(
        self, path: str, query: Mapping[str, str] | None, what: str, chat: bool
    ) -> dict[str, Any]:
        host = self.backend.host
        if self._pace is not None:
            self._pace.wait()
        with (
            transport_errors(host),
            self._client.stream("GET", self.backend.base_url + path, params=query) as response,
        ):
            body = read_answer(response, host, what, self._limits)
        status = response.status_code
        if is_transient(status):
            patience = retry_after(response.headers)
            if self._pace is not None and patience is not None:
                self._pace.hold(min(patience, self._backoff.patience))
            raise Transient(f"{host} answers {status}", patience)
        if response.has_redirect_location:
            raise SourceError(
                f"{host} redirects {what} ({status}), and credentials are not sent on:"
                " check --base-url"
            )
        return self._read(body, response, what, chat)

    def _read(self, body: bytes, response: httpx.Response, what: str, chat: bool) -> dict[str, Any]:
        status = response.status_code
        try:
            answer = orjson.loads(body)
        except orjson.JSONDecodeError:
            answer = None
        failure = answers.failure(answer)
        if answer is None and status in (403, 404):
            failure = ApiFailure((), "no JSON, so check --base-url first")
        if status in (401, 403, 404) or (failure and not response.is_success):
            raise self._refusal(what, status, failure, chat)
        if not isinstance(answer, dict):
            raise SourceError(not_json(self.backend.host, what, body, response))
        if failure is not None:
            code = next((code for code in failure.codes if 400 <= code <= 599), status)
            if is_transient(code):
                raise Transient(f"{self.backend.host} answers {code}")
            raise self._refusal(what, code, failure, chat)
        if not response.is_success:
            raise self._refusal(what, status, None, chat)
        return answer

    def _refusal(
        self, what: str, status: int, failure: ApiFailure | None, chat: bool
    ) -> ModeratorError:
        told = failure or ApiFailure((), "")
        return complaint(self.backend, what, status, told, chat=chat)


def _identity(item: Mapping[str, Any]) -> str:
    known = item.get("id")
    return known if isinstance(known, str) else orjson.dumps(item).decode()


def _segment(session_id: str) -> str:
    if not answers.SESSION_ID.fullmatch(session_id):
        raise ConfigError(
            f"{session_id[:80]!r} is not a session id, which is letters, digits and hyphens"
        )
    return quote(session_id, safe="")
