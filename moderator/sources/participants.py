"""Who a dump's participants are from one session to the next, by the API's list of each session.

`participantId` can differ between sessions. What stays is `custom_participant_id`, the name that
the customer gave; it is in no dump, but in the list of a session's participants. Whether a dump's
`participantId` is that list's `id` or its `user_id` no document says: `id` is tried first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from moderator.errors import SourceError
from moderator.sources.answers import SESSION_ID, Participant


class Lists(Protocol):
    """What can list a session's participants, such as `SessionsApi`."""

    def participants(self, session_id: str) -> Iterable[Participant]: ...


@dataclass(frozen=True, slots=True)
class Joined:
    """What a session's participants are called elsewhere, by session and participantId.

    `custom` holds those who could be joined, `missed` the reason for all others.
    """

    custom: Mapping[tuple[str, str], str]
    missed: Mapping[tuple[str, str], str]


def join(api: Lists, wanted: Iterable[tuple[str, str]]) -> Joined:
    """Looks pairs of session and participantId up, asking once for each session.

    A session that cannot be had is a reason; a `ConfigError`, which every session would meet,
    goes through.
    """
    by_session: dict[str, dict[str, None]] = {}
    for session, participant in wanted:
        by_session.setdefault(session, {})[participant] = None
    custom: dict[tuple[str, str], str] = {}
    missed: dict[tuple[str, str], str] = {}
    for session, participants in by_session.items():
        try:
            known = _known(api, session)
        except SourceError as error:
            reason = str(error).removesuffix(".")
            missed.update({(session, one): reason for one in participants})
            continue
        for one in participants:
            name = known.get(one)
            if name:
                custom[session, one] = name
            elif name is None:
                missed[session, one] = "it is not among the participants that the API lists"
            else:
                missed[session, one] = "the API has no custom_participant_id for it"
    return Joined(custom, missed)


def _known(api: Lists, session: str) -> dict[str, str]:
    """Each id and user_id of a session with its custom_participant_id, which may be empty.

    A user_id that several people of other names share names none of them.
    """
    if not SESSION_ID.fullmatch(session):
        raise SourceError("its session has no id that the API could know")
    listed = list(api.participants(session))
    known: dict[str, str] = {}
    for one in listed:
        same = known.setdefault(one.user_id, one.custom_participant_id)
        if same != one.custom_participant_id:
            known[one.user_id] = ""
    known.update({one.id: one.custom_participant_id for one in listed})
    known.pop("", None)
    return known
