"""What a dump's fields are called and how their values are read, whatever the format.

The names are the vendors' (`participantId`); a header or key spelled `participant_id`,
`ParticipantID` or `participant id` is the same field. Values stay as sent, but for the two
flags. A row that cannot be attributed (no id, no participantId) or sorted (no payloadType)
is a reason, not a guess: the caller makes a `BadRow` of it.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from moderator.records import BadRow, Message

COLUMNS: tuple[str, ...] = (
    "id",
    "participantId",
    "sessionId",
    "meetingId",
    "displayName",
    "pinned",
    "isEdited",
    "payloadType",
    "payload",
    "createdAt",
)
"""The fields of a dump, in the documents' order."""

REQUIRED: tuple[str, ...] = ("id", "participantId", "payloadType", "payload")
"""Without these no message can be judged or attributed; the others may be missing."""

PAYLOAD_TYPES: frozenset[str] = frozenset(
    {"TEXT_MESSAGE", "IMAGE_MESSAGE", "FILE_MESSAGE", "custom", "poll"}
)
"""The payload types that the services and their SDKs are known to write."""

MAX_PAYLOAD = 16 * 1024 * 1024
"""The longest payload that is read, in code points, unless the caller says otherwise."""

NOT_UTF8 = "bytes that are not UTF-8"

RAW_LIMIT = 64 * 1024
"""How much of a bad row is kept, in code points."""

_CANONICAL: Mapping[str, str] = {name.lower(): name for name in COLUMNS}
_EXACT: Mapping[str, str] = {name: name for name in COLUMNS}
_SEPARATORS = str.maketrans("", "", "_- ")
_SURROGATE = re.compile("[\ud800-\udfff]")
_EPOCH = re.compile(r"([0-9]{9,16})(\.[0-9]*)?")

_FLAGS: Mapping[str, bool] = {
    "true": True,
    "t": True,
    "yes": True,
    "y": True,
    "on": True,
    "1": True,
    "1.0": True,
    "false": False,
    "f": False,
    "no": False,
    "n": False,
    "off": False,
    "0": False,
    "0.0": False,
}


def canonical(name: str) -> str | None:
    """Which of `COLUMNS` a header cell or key means; None for any other column."""
    return _EXACT.get(name) or _CANONICAL.get(name.strip().translate(_SEPARATORS).lower())


def flag(text: str) -> bool | None:
    """A boolean in any common spelling; None where it is empty, null or not known."""
    known = _FLAGS.get(text)
    return _FLAGS.get(text.strip().lower()) if known is None else known


def parse_time(text: str) -> datetime | None:
    """When a message was sent, in UTC; None where the form is not known.

    Reads ISO 8601 with `T` or a space and any fraction, and epoch seconds, milliseconds or
    microseconds (told apart by their digits, as they lie between 1973 and 2286). A time
    without a zone is taken for UTC.
    """
    text = text.strip()
    epoch = _EPOCH.fullmatch(text)
    try:
        if epoch:
            digits = len(epoch[1])
            scale = 1 if digits <= 10 else 1_000 if digits <= 13 else 1_000_000
            return datetime.fromtimestamp(float(text) / scale, UTC)
        moment = datetime.fromisoformat(text.removesuffix(" UTC"))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def to_message(values: tuple[str, ...], line: int, max_payload: int) -> Message | str:
    """A message of the ten values in the order of `COLUMNS`, or the reason why it is none."""
    mid, pid, sid, meeting, name, pinned, edited, kind, payload, created = values
    if not mid or mid.isspace():
        return "no id"
    if not pid or pid.isspace():
        return "no participantId"
    if not kind or kind.isspace():
        return "no payloadType"
    if len(payload) > max_payload:
        return f"a payload longer than {max_payload:,} characters"
    return Message(
        mid, pid, sid, meeting, name, flag(pinned), flag(edited), kind, payload, created, line
    )


def values_of(item: Mapping[str, object]) -> tuple[str, ...] | str:
    """The ten values of a JSON object in the order of `COLUMNS`, or why it has none.

    Numbers and booleans become their JSON text, null and absent fields are empty, and a
    payload that is an object or a list (images, files) becomes compact JSON.
    """
    found: dict[str, str] = {}
    for key, value in item.items():
        name = canonical(key)
        if name is None:
            continue
        if name in found:
            return f"the field {name} stands in it twice"
        if isinstance(value, dict | list) and name != "payload":
            return f"the field {name} is not a plain value"
        if isinstance(value, str):
            found[name] = value
        elif value is None:
            found[name] = ""
        else:
            found[name] = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for name in REQUIRED:
        if name not in found:
            return f"no {name}"
    return tuple([found.get(name, "") for name in COLUMNS])


def unreadable(text: str) -> bool:
    """Whether the text holds bytes that are no UTF-8, or half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def bad_row(line: int, reason: str, raw: str) -> BadRow:
    r"""A rejected row; bytes that are no UTF-8 stand in `raw` as `\xff`, half pairs as `\ud800`.

    `raw` is cut after `RAW_LIMIT` code points, and says so.
    """
    raw = raw.rstrip("\r\n")
    if len(raw) > RAW_LIMIT:
        raw = f"{raw[:RAW_LIMIT]}… (cut)"
    return BadRow(line, reason, _SURROGATE.sub(_escape, raw))


def _escape(half: re.Match[str]) -> str:
    code = ord(half[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
