"""Every session of a stretch of time, each into its own files: what cron runs.

A state file in the folder tells which sessions are done; unready and failed ones are tried again
until their chat is no longer kept. One session's failure never stops the others.
"""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from moderator.config import RuleSet
from moderator.errors import ModeratorError, NotReady, SourceError
from moderator.pipeline import Pipeline
from moderator.scan import Destinations, scan
from moderator.sources.dump import read_dump
from moderator.sources.state import State, Status, locked_state
from moderator.sources.target import Network, opened
from moderator.summary import Tally

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


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
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Outcome]:
    """Judges every session that ended since then and is not done, and those to be tried again.

    Raises `SourceError` or `ConfigError` where the sessions cannot even be listed, `OutputError`
    where the folder is in use by another run or cannot be written.
    """
    with locked_state(folder) as state:
        with network.api() as api:
            listed = {session.id: session.ended_at for session in api.sessions(since=since)}
        for session_id in state.due(listed, clock()):
            outcome = _one(session_id, folder, network, pipeline, ruleset, all_findings)
            _record(state, outcome, listed.get(session_id), clock())
            yield outcome


def _one(
    session_id: str,
    folder: Path,
    network: Network,
    pipeline: Pipeline,
    ruleset: RuleSet,
    all_findings: bool,
) -> Outcome:
    try:
        if not _FILE_NAME.fullmatch(session_id):
            raise SourceError("its id cannot be a file name")
        with opened(session_id, network, sys.stdin.buffer) as dump:
            tally, _ = scan(
                read_dump(dump.stream),
                pipeline,
                ruleset,
                Destinations.beside(folder / f"{session_id}.jsonl"),
                source=dump.name,
                stdout=sys.stdout.buffer,
                all_findings=all_findings,
            )
    except NotReady as error:
        return Outcome(session_id, "not_ready", error=str(error))
    except ModeratorError as error:
        return Outcome(session_id, "failed", error=str(error))
    except Exception as error:
        # Its words could quote the chat.
        return Outcome(session_id, "failed", error=f"internal error, {type(error).__name__}")
    return Outcome(session_id, "done", tally=tally)


def _record(state: State, outcome: Outcome, ended_at: datetime | None, now: datetime) -> None:
    state.record(outcome.session_id, outcome.status, now, ended_at=ended_at, error=outcome.error)
