"""Every session of a stretch of time, each into its own files: what cron runs.

A state file in the folder tells which sessions are done; unready and failed ones are tried again
until their chat is no longer kept, and are then given up. One session's failure never stops the
others.
"""

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from moderator.checkpoints import Resumable, forget
from moderator.config import RuleSet
from moderator.errors import Interrupted, ModeratorError, NotReady, SourceError
from moderator.parts import drop, part_of
from moderator.pipeline import Pipeline
from moderator.scan import Destinations, Shadow, scan
from moderator.sources.answers import SESSION_ID
from moderator.sources.dump import read_dump
from moderator.sources.state import Status, locked_state
from moderator.sources.target import Dump, Network, fetched
from moderator.summary import Tally

GoingOn = Callable[[Dump], AbstractContextManager[Resumable | None]]
"""Makes a scan of a dump one that can go on where a killed one stopped."""


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
    going_on: GoingOn | None = None,
) -> Iterator[Outcome]:
    """Judges every session that ended since then and is not done, and those to be tried again.

    `on_listed` is told how many sessions the API lists. With `going_on`, a session during which a
    run was killed is gone on with; what killed runs left of sessions that are not due, goes. A
    failure after the retention comes with the status `given_up`, and is the last. Raises
    `SourceError` or `ConfigError` where the sessions cannot even be listed, `OutputError` where
    the folder is in use by another run or cannot be written, `Interrupted` where it was stopped.
    """
    with locked_state(folder) as state:
        with network.api() as api:
            listed = {session.id: session.ended_at for session in api.sessions(since=since)}
        if on_listed is not None:
            on_listed(len(listed))
        due = list(state.due(listed))
        _clean(folder, due)
        for session_id in due:
            outcome = _one(
                session_id, folder, network, pipeline, ruleset, all_findings, shadow, going_on
            )
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
    going_on: GoingOn | None,
) -> Outcome:
    try:
        if not SESSION_ID.fullmatch(session_id):
            raise SourceError("its id cannot be a file name")
        to = Destinations.beside(folder / f"{session_id}.jsonl", shadow=shadow is not None)
        with ExitStack() as stack:
            dump = stack.enter_context(fetched(session_id, network))
            resumable = stack.enter_context(going_on(dump)) if going_on is not None else None
            tally, _ = scan(
                read_dump(
                    resumable.dump if resumable is not None else dump.stream,
                    max_bytes=network.limits.max_bytes,
                ),
                pipeline,
                ruleset,
                to,
                source=dump.name,
                stdout=sys.stdout.buffer,
                all_findings=all_findings,
                shadow=shadow,
                resumable=resumable,
            )
    except Interrupted:
        raise
    except NotReady as error:
        return Outcome(session_id, "not_ready", error=str(error))
    except ModeratorError as error:
        return Outcome(session_id, "failed", error=str(error))
    except Exception as error:
        # Its words could quote the chat.
        return Outcome(session_id, "failed", error=f"internal error, {type(error).__name__}")
    return Outcome(session_id, "done", tally=tally)


def _clean(folder: Path, due: Collection[str]) -> None:
    """Removes what killed runs left of sessions that will not be worked on now."""
    known = {path.name[1:].partition(".")[0] for path in folder.glob(".*.moderator.*")}
    for session_id in known:
        if SESSION_ID.fullmatch(session_id) and session_id not in due:
            to = Destinations.beside(folder / f"{session_id}.jsonl", shadow=True)
            forget(to.all()[0])
            for path in to.all():
                drop(part_of(path))
