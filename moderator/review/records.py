"""What a verdict is about: a record's name, a salted commitment to it, and its facts without text.

A hash of chat text alone gives short text away ("lol" is found by trying). So a record's name is
made of ids, and what commits to its content is keyed with a random salt: whoever has both can
prove what was judged, and once the salt is dropped nobody can guess it.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

RECORD_ID_DIGITS = 32
SALT_BYTES = 32

_FINDING_FACTS = (
    "classifier", "version", "rule", "label", "category",
    "severity", "score", "threshold", "field", "guard",
)  # fmt: skip
"""What is kept of a finding: all but its words and where they stood."""


def canonical(value: Any) -> bytes:
    """Plain data as the one ASCII JSON text for it: sorted keys, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def record_id(record: Mapping[str, Any]) -> str:
    """The name of a flagged record: 32 hexadecimal digits made of its ids, and of no text."""
    return record_id_of(*(record[key] for key in ("sessionId", "id", "participantId", "createdAt")))


def record_id_of(session: str, message: str, participant: str, created_at: str) -> str:
    """The name of the record with these ids; `created_at` as the record has it."""
    ids = canonical([session, message, participant, created_at])
    return hashlib.sha256(ids).hexdigest()[:RECORD_ID_DIGITS]


def commitment(record: Mapping[str, Any], salt: bytes) -> str:
    """HMAC-SHA256 of the whole record keyed with `salt`, as 64 hexadecimal digits."""
    return hmac.new(salt, canonical(record), hashlib.sha256).hexdigest()


def new_salt() -> bytes:
    """A fresh random salt."""
    return secrets.token_bytes(SALT_BYTES)


def facts(record: Mapping[str, Any]) -> dict[str, Any]:
    """What a verdict keeps of a flagged record: how it was judged, and no text of it."""
    return {
        "severity": record["severity"],
        "action": record["action"],
        "categories": list(record["categories"]),
        "findings": [
            {key: finding.get(key) for key in _FINDING_FACTS} for finding in record["findings"]
        ],
    }
