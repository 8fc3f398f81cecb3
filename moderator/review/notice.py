"""The notice to the person whom a decision concerns, as plain text from a template.

It says what was decided, on which message, from when on, why and by which terms, how the message
was found, and how to object. The message itself is not in it, only when and where it was sent:
what somebody wrote may name others, and chat text is to lie in as few files as it can.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from moderator.review.statements import Decision, Terms
from moderator.terminal import printable

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True, slots=True)
class Sender:
    """Who tells the decision, and where one can object."""

    operator: str
    contact: str


def notice(decision: Decision, terms: Terms, sender: Sender, today: datetime) -> str:
    """The text for the person who wrote the message; nobody else is in it."""
    verdict, grounds = decision.verdict, decision.grounds
    return _template().render(
        operator=sender.operator,
        contact=sender.contact,
        participant=printable(verdict.custom_participant_id or verdict.participant_id),
        reference=decision.puid,
        today=_day(today),
        done=_sentence(decision.restriction.words),
        sent=_moment(verdict.created_at),
        session=printable(verdict.session_id),
        message=printable(verdict.message_id),
        decided=_day(datetime.fromisoformat(verdict.at)),
        lasting="decision_account" in decision.restriction.fields,
        where=decision.where,
        found=", ".join(dict.fromkeys(ground.words for ground in grounds)),
        terms=terms.name or grounds[0].terms,
        url=terms.url,
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(default=False),  # plain text, by its name's ending
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("notice.txt.jinja")


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _moment(iso: str) -> str:
    moment = datetime.fromisoformat(iso)
    known = moment.astimezone(UTC) if moment.tzinfo is not None else moment
    return f"{_day(known)} at {known:%H:%M} UTC"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
