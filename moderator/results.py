"""What a scan makes of judged messages: counts, and lines in its files."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moderator import output
from moderator.comparison import Change, Changes, judged_twice, shadow_record
from moderator.files import Discarded, Sink
from moderator.pipeline import Judged, Run
from moderator.records import Message
from moderator.summary import Tally


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where the lines go."""

    flagged: Sink
    rejects: Sink
    unscored: Sink
    scores: Sink
    shadow: Sink
    summary: Sink


class Results:
    """One run's judging, of `candidate` rules beside it where there are any, counted and written.

    `tally` counts the messages, `changes` what the candidate would change.
    """

    def __init__(
        self, run: Run, candidate: Run | None, sinks: Sinks, *, all_findings: bool
    ) -> None:
        self.tally = Tally()
        self.changes = Changes()
        self._run = run
        self._candidate = candidate
        self._sinks = sinks
        self._all_findings = all_findings

    def written(self, messages: Iterable[Message]) -> Iterator[None]:
        """Judges the messages of the stream; after each one its lines are in the sinks."""
        for judged, by_candidate in self._judged(messages):
            self._write(judged)
            if by_candidate is not None:
                self._compare(judged, by_candidate)
            yield

    def state(self) -> dict[str, Any] | None:
        """Where it stands, as data that JSON can hold, right for what the sinks got so far.

        None where one of two runs is ahead of the other, which is so within a step alone.
        """
        run = self._run.state()
        candidate = self._candidate.state() if self._candidate is not None else None
        given = {state["given"] for state in (run, candidate) if state is not None}
        if given != {self.tally.judged}:
            return None
        return {
            "run": run,
            "candidate": candidate,
            "tally": self.tally.judged_state(),
            "changes": self.changes.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state` said."""
        self._run.restore(state["run"])
        if self._candidate is not None:
            self._candidate.restore(state["candidate"])
        self.tally.restore_judged(state["tally"])
        self.changes = Changes.restored(state["changes"])

    def _judged(self, messages: Iterable[Message]) -> Iterator[tuple[Judged, Judged | None]]:
        if self._candidate is not None:
            new = self._new(messages, self._candidate)
            yield from judged_twice(new, self._run.judged, self._candidate.judged)
        else:
            for judged in self._run.judged(messages):
                yield judged, None

    def _new(self, messages: Iterable[Message], candidate: Run) -> Iterator[Message]:
        """What was not judged before; skipped by one run alone, the other would pile it up."""
        for message in messages:
            skipped = candidate.skips(message)
            if not self._run.skips(message) and not skipped:
                yield message

    def _write(self, judged: Judged) -> None:
        self.tally.add(judged)
        if judged.verdict.flagged or (self._all_findings and judged.findings):
            self._put(self._sinks.flagged, output.flagged_record, judged)
        if judged.unscored:
            self._put(self._sinks.unscored, output.unscored_record, judged)
        self._put(self._sinks.scores, output.scores_record, judged)

    def _compare(self, judged: Judged, by_candidate: Judged) -> None:
        differs = self.changes.add(judged, by_candidate) not in (None, Change.recorded)
        if by_candidate.verdict.flagged or differs:
            record = shadow_record(judged, by_candidate)
            self._sinks.shadow.write(output.line(record))

    def _put(self, sink: Sink, record: Callable[[Judged], output.Json], judged: Judged) -> None:
        if not isinstance(sink, Discarded):
            sink.write(output.line(record(judged)))
