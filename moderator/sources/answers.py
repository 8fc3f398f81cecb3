"""The APIs' JSON answers as frozen values, in every form that is known of them.

A result stands under `data` or `result` or at the top, in snake or camel case; times are ISO
8601 with a `T` or a blank, or epoch seconds or milliseconds.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moderator.errors import SourceError

SESSION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
"""What a session id may be: nothing that means something in a path, a URL or a file name."""


@dataclass(frozen=True, slots=True)
class ChatLink:
    """Where a session's dump lies. The URL is a credential, and so is not in the `repr`."""

    url: str = field(repr=False)
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One live session; `status` is LIVE or ENDED, times are aware, None where not stated."""

    id: str
    title: str
    status: str
    started_at: datetime | None
    ended_at: datetime | None
    minutes: float | None


@dataclass(frozen=True, slots=True)
class Participant:
    """One person of a session; a dump's `participantId` is `id` or `user_id`, unknown which."""

    id: str
    user_id: str
    custom_participant_id: str
    display_name: str
    preset: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its items, and how many there are in all where the answer says so."""

    items: tuple[Mapping[str, Any], ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class ApiFailure:
    """What an error answer says: the codes it names and its first message, often empty."""

    codes: tuple[int, ...]
    message: str


def chat_link(answer: Mapping[str, Any]) -> ChatLink | None:
    """The link in a chat answer, or None where it holds none (yet)."""
    data = _unwrapped(answer)
    url = _pick(data, "chat_download_url", "chatDownloadUrl")
    if not isinstance(url, str) or not url.strip():
        return None
    expiry = _pick(data, "chat_download_url_expiry", "chatDownloadUrlExpiry")
    return ChatLink(url.strip(), moment(expiry))


def page(answer: Mapping[str, Any], name: str) -> Page:
    """The list called `name` and its paging, which stands beside or inside the wrapper."""
    data = _unwrapped(answer)
    items = data if isinstance(data, list) else _pick(data, name)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise SourceError(f"the API's answer holds no list of {name}; check --base-url")
    paging = answer.get("paging") or _pick(data, "paging") or _pick(answer, "result_info")
    total = _pick(paging, "total_count", "totalCount")
    return Page(tuple(items), total if isinstance(total, int) and total >= 0 else None)


def session(item: Mapping[str, Any]) -> Session:
    """One session, from a list's item or from the answer for that session alone."""
    data = _unwrapped(item)
    inner = _pick(data, "session")
    data = inner if isinstance(inner, dict) else data
    session_id = _pick(data, "id")
    if not isinstance(session_id, str) or not SESSION_ID.fullmatch(session_id):
        raise SourceError("the API names a session without an id that can be used; it is skipped")
    minutes = _pick(data, "minutes_consumed", "minutesConsumed")
    return Session(
        id=session_id,
        title=_text(data, "meeting_display_name", "meetingDisplayName"),
        status=_text(data, "status").upper(),
        started_at=moment(_pick(data, "started_at", "startedAt")),
        ended_at=moment(_pick(data, "ended_at", "endedAt")),
        minutes=float(minutes) if isinstance(minutes, int | float) else None,
    )


def participant(item: Mapping[str, Any]) -> Participant:
    """One participant from a list's item; what is absent is an empty string."""
    return Participant(
        id=_text(item, "id"),
        user_id=_text(item, "user_id", "userId"),
        custom_participant_id=_text(item, "custom_participant_id", "customParticipantId"),
        display_name=_text(item, "display_name", "displayName"),
        preset=_text(item, "preset_name", "presetName"),
    )


def failure(answer: Any) -> ApiFailure | None:
    """What went wrong, from any of the three error forms; None where the answer is no error."""
    if not isinstance(answer, dict):
        return None
    told = list(_told(answer))
    if not told and answer.get("success") is not False:
        return None
    codes = tuple(code for item in told if isinstance(code := item.get("code"), int))
    messages = [text for item in told if isinstance(text := item.get("message"), str) and text]
    return ApiFailure(codes, messages[0] if messages else "")


def moment(value: Any) -> datetime | None:
    """An aware time from any of the forms the APIs use, or None. No offset means UTC."""
    try:
        if isinstance(value, bool) or value is None:
            return None
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000 if value >= 1e11 else value, UTC)
        parsed = datetime.fromisoformat(str(value).strip())
    except (ValueError, OverflowError, OSError):
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def _told(answer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    error, errors = answer.get("error"), answer.get("errors")
    if isinstance(error, dict):
        yield error
    elif isinstance(error, str):
        yield {"message": error}
    for item in errors if isinstance(errors, list) else ():
        if isinstance(item, dict):
            yield item
            chain = item.get("error_chain")
            yield from (
                link
                for link in (chain if isinstance(chain, list) else ())
                if isinstance(link, dict)
            )
    # A bare message is an error only where nothing else stands beside it that is a result.
    if isinstance(answer.get("message"), str) and not {"data", "result"} & answer.keys():
        yield answer


def _unwrapped(answer: Any) -> Any:
    if isinstance(answer, dict):
        for name in ("data", "result"):
            if isinstance(answer.get(name), dict | list):
                return answer[name]
    return answer


def _pick(data: Any, *names: str) -> Any:
    if isinstance(data, dict):
        for name in names:
            if data.get(name) is not None:
                return data[name]
    return None


def _text(data: Any, *names: str) -> str:
    value = _pick(data, *names)
    return "" if value is None else str(value)
