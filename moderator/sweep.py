"""Every session of a stretch of time, each into its own files: what cron runs.

A state file in the folder tells which sessions are done; unready and failed ones are tried again
until their chat is no longer kept, and are then given up. One session's failure never stops the
others.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from moderator.config import RuleSet
from moderator.errors import ModeratorError, NotReady, SourceError
from moderator.files import remove_parts
from moderator.pipeline import Pipeline
from moderator.scan import Destinations, Shadow, scan
from moderator.sources.answers import SESSION_ID
from moderator.sources.dump import read_dump
from moderator.sources.state import Status, locked_state
from moderator.sources.target import Network, fetched
from moderator.summary import Tally


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one session; `tally` where it is done, else `error`, one sentence."""

    session_id: str
    status: Status
    tally: Tally | None = None
    error: str | None = None


def sweep(
    since: datetime,
    folder: Path,
    network: Network,
    pipeline: Pipeline,
    ruleset: RuleSet,
    *,
    all_findings: bool = False,
    shadow: Shadow | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    on_listed: Callable[[int], None] | None = None,
) -> Iterator[Outcome]:
    """Judges every session that ended since then and is not done, and those to be tried again.

    `on_listed` is told how many sessions the API lists. A failure after the retention comes with
    the status `given_up`, and is the last. Raises `SourceError` or `ConfigError` where the
    sessions cannot even be listed, `OutputError` where the folder is in use by another run or
    cannot be written.
    """
    with locked_state(folder) as state:
        with network.api() as api:
            listed = {session.id: session.ended_at for session in api.sessions(since=since)}
        if on_listed is not None:
            on_listed(len(listed))
        for session_id in state.due(listed):
            outcome = _one(session_id, folder, network, pipeline, ruleset, all_findings, shadow)
            entry = state.record(
                session_id,
                outcome.status,
                clock(),
                ended_at=listed.get(session_id),
                error=outcome.error,
            )
            yield replace(outcome, status=entry.status)


def _one(
    session_id: str,
    folder: Path,
    network: Network,
    pipeline: Pipeline,
    ruleset: RuleSet,
    all_findings: bool,
    shadow: Shadow | None,
) -> Outcome:
    try:
        if not SESSION_ID.fullmatch(session_id):
            raise SourceError("its id cannot be a file name")
        to = Destinations.beside(folder / f"{session_id}.jsonl", shadow=shadow is not None)
        for path in to.all():
            remove_parts(path)
        with fetched(session_id, network) as dump:
            tally, _ = scan(
                read_dump(dump.stream),
                pipeline,
                ruleset,
                to,
                source=dump.name,
                stdout=sys.stdout.buffer,
                all_findings=all_findings,
                shadow=shadow,
            )
    except NotReady as error:
        return Outcome(session_id, "not_ready", error=str(error))
    except ModeratorError as error:
        return Outcome(session_id, "failed", error=str(error))
    except Exception as error:
        # Its words could quote the chat.
        return Outcome(session_id, "failed", error=f"internal error, {type(error).__name__}")
    return Outcome(session_id, "done", tally=tally)
