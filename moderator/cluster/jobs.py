"""What a backfill is to judge: sessions of the API, or dumps in a folder or bucket."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from moderator.cluster.places import Place
from moderator.errors import ConfigError, SourceError
from moderator.sources.answers import SESSION_ID

_ENDINGS = re.compile(r"(\.(csv|json|jsonl|ndjson|txt))?(\.gz)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Job:
    """One session or dump. `key` is what its outputs are called; `target` is where it is had."""

    key: str
    target: str


def of_sessions(session_ids: Iterable[str]) -> list[Job]:
    """A job for each session, each once; the id is the key."""
    return [Job(one, one) for one in dict.fromkeys(session_ids)]


def of_list(path: Path) -> list[Job]:
    """The sessions of a file with one id a line; blank lines and `#` comments are none.

    `ConfigError` for a line that is no id, `SourceError` where the file cannot be read.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SourceError(f"{path} cannot be read: it is not UTF-8 text.") from None
    ids = []
    for number, line in enumerate(lines, 1):
        session_id = line.partition("#")[0].strip()
        if session_id and not SESSION_ID.fullmatch(session_id):
            raise ConfigError(
                f"{path}:{number}: {session_id[:80]!r} is not a session id, which is letters, "
                "digits and hyphens."
            )
        if session_id:
            ids.append(session_id)
    return of_sessions(ids)


def of_place(place: Place) -> list[Job]:
    """The dumps below a folder or bucket, the largest first, so that none is left for the end.

    Hidden files are none. The key is the path below the place, without what tells its form.
    """
    files = sorted(place.files(), key=lambda file: (-file[1], file[0]))
    return [Job(_ENDINGS.sub("", name) or name, name) for name, _ in files]
