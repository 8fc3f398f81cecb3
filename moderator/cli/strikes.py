"""`moderator strikes`: who was abusive again and again, over sessions."""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from moderator.cli import options
from moderator.cli.ledger import DEFAULT_LEDGER, Json
from moderator.errors import ConfigError
from moderator.files import Streamed
from moderator.records import Severity
from moderator.terminal import printable

if TYPE_CHECKING:
    from moderator.review.strikes import Person, Strike
    from moderator.review.strikes_input import Given
    from moderator.sources.participants import Joined


def strikes(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Ledgers, verdicts as JSON Lines, and what scan wrote. Default: the ledger "
            f"{DEFAULT_LEDGER}.",
            metavar="[LEDGER|FLAGGED…]",
        ),
    ] = None,
    points: Annotated[
        list[str],
        typer.Option(
            "--points",
            help="What a strike counts, as in high=4; may be repeated. Default: low=1, medium=2, "
            "high=4, critical=8.",
            metavar="SEVERITY=N",
        ),
    ] = [],  # noqa: B006 (typer copies it)
    expiry: Annotated[
        list[str],
        typer.Option(
            "--expiry",
            help="For how many days it counts; may be repeated. Default: low=30, medium=60, "
            "high=90, critical=365.",
            metavar="SEVERITY=DAYS",
        ),
    ] = [],  # noqa: B006
    at_least: Annotated[
        int,
        typer.Option(
            "--at-least", min=0, help="Only people with so many confirmed points.", metavar="N"
        ),
    ] = 0,
    join: Annotated[
        bool,
        typer.Option(
            "--join",
            help="Ask the API who the participants of each session are, and join "
            "them over sessions by custom_participant_id.",
        ),
    ] = False,
    json: Json = False,
    backend: options.Backend = None,
    base_url: options.BaseUrl = None,
    verbose: options.Verbose = False,
) -> None:
    """List people with strikes: confirmed by reviewers, and apart from those, open flags.

    A message is confirmed where most reviewers who decided call it abusive. A strike counts by
    severity and for a time, both to be set. participantId can differ between sessions: a person
    is known over sessions by customParticipantId, where a verdict states it or --join finds it,
    else by participantId alone. Each row says which it was, and who could not be joined is named.
    """
    from moderator.review.strikes import EXPIRY, POINTS, Scale, cases, people, standing_points
    from moderator.review.strikes_input import read

    options.set_up_log(verbose=verbose)
    scale = Scale(_scale("--points", points, POINTS), _scale("--expiry", expiry, EXPIRY))
    given = read(files or [DEFAULT_LEDGER])
    found = cases(given.outcomes, given.flagged, scale)
    joined = None
    if join:
        from moderator.sources.participants import join as ask

        with options.network(backend, base_url, False).api() as api:
            joined = ask(api, [pair for pair in found.pairs() if pair not in found.stated])
    now = datetime.now(UTC)
    persons = [
        one for one in people(found, joined, now) if standing_points(one.confirmed, now) >= at_least
    ]
    if json:
        out = Streamed(sys.stdout.buffer)
        for one in persons:
            out.write(orjson.dumps(_as_json(one, given, now)) + b"\n")
    else:
        _show(persons, given, now)
    _tell_unjoined(persons, joined)
    for line in given.broken:
        typer.echo(f"{printable(line.file)}, line {line.line}: {line.reason}.", err=True)
    if given.broken:
        raise typer.Exit(options.INCOMPLETE)


def _scale(
    option: str, given: Iterable[str], default: Mapping[Severity, int]
) -> dict[Severity, int]:
    values = dict(default)
    for one in given:
        name, _, number = one.partition("=")
        if name not in Severity.__members__ or not number.isascii() or not number.isdigit():
            known = ", ".join(Severity.__members__)
            raise ConfigError(f"{option} {one!r} is not SEVERITY=NUMBER; severities are {known}.")
        if len(number) > 5:
            raise ConfigError(f"{option} {one!r} is too large.")
        values[Severity[name]] = int(number)
    return values


def _show(persons: "Sequence[Person]", given: "Given", now: datetime) -> None:
    from moderator.cli.tables import show
    from moderator.review.strikes import standing_points

    headings = ["person", "known by", "names", "points", "confirmed", "expired", "open flags",
                "open points", "sessions", "last"]  # fmt: skip
    rows = []
    for one in persons:
        both = (*one.confirmed, *one.unconfirmed)
        counting = [strike for strike in one.confirmed if strike.counts(now)]
        waiting = [strike for strike in one.unconfirmed if strike.counts(now)]
        sent = [strike.sent for strike in both if strike.sent is not None]
        rows.append(
            [
                printable(one.name, 40),
                one.key,
                ", ".join(_names(one, given)[:3]),
                str(standing_points(counting, now)),
                _counts(counting),
                str(len(one.confirmed) - len(counting)),
                _counts(waiting),
                str(standing_points(waiting, now)),
                str(len({strike.session_id for strike in both})),
                f"{max(sent):%Y-%m-%d}" if sent else "",
            ]
        )
    show(headings, rows, right=["points", "expired", "open points", "sessions"])
    print(f"{len(persons)} people.")


def _tell_unjoined(persons: "Sequence[Person]", joined: "Joined | None") -> None:
    """Says who is known by participantId alone, and why."""
    alone = [one for one in persons if one.key == "participantId"]
    if not alone:
        return
    if joined is None:
        typer.echo(
            f"{len(alone)} people are known by participantId alone, which can differ between "
            "sessions; --join asks the API who they are.",
            err=True,
        )
        return
    typer.echo(f"{len(alone)} people could not be joined over sessions:", err=True)
    for one in alone:
        typer.echo(f"  {printable(one.name, 40)}: {printable(one.unjoined or '', 300)}", err=True)


def _names(person: "Person", given: "Given") -> list[str]:
    names = (name for one in person.participant_ids for name in given.names.get(one, ()))
    return list(dict.fromkeys(names))


def _counts(strikes: "Iterable[Strike]") -> str:
    """How many of which severity, gravest first."""
    counted = Counter(one.severity for one in strikes)
    return ", ".join(f"{counted[severity]} {severity.name}" for severity in sorted(counted)[::-1])


def _as_json(person: "Person", given: "Given", now: datetime) -> dict[str, Any]:
    from moderator.review.strikes import standing_points

    return {
        "key": person.key,
        "person": person.name,
        "participantIds": person.participant_ids,
        "names": _names(person, given),
        "points": standing_points(person.confirmed, now),
        "openPoints": standing_points(person.unconfirmed, now),
        "confirmed": [_strike(one, now) for one in person.confirmed],
        "open": [_strike(one, now) for one in person.unconfirmed],
        "dismissed": person.dismissed,
        "unjoined": person.unjoined,
    }


def _strike(strike: "Strike", now: datetime) -> dict[str, Any]:
    return {
        "recordId": strike.record_id,
        "sessionId": strike.session_id,
        "messageId": strike.message_id,
        "participantId": strike.participant_id,
        "severity": strike.severity.name,
        "categories": strike.categories,
        "sent": strike.sent,
        "expires": strike.expires,
        "points": strike.points,
        "counts": strike.counts(now),
    }
