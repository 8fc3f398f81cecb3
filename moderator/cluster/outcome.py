"""What became of one session, in words and numbers that travel and add up."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["done", "not_ready", "failed", "unfit"]
"""`unfit` is the worker itself: it would judge otherwise than its driver, and does nothing."""

COUNTS = ("read", "rejected", "repeats", "notText", "judged", "unscored", "flagged")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One session; `counts` of messages where it is done, else `error`, one sentence.

    `fetching` and `judging` are seconds of its worker.
    """

    key: str
    status: Status
    error: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    fetching: float = 0.0
    judging: float = 0.0


def counts_of(summary: Mapping[str, Any]) -> dict[str, int]:
    """The numbers of a session's summary that are summed; read is the sum of the next four."""
    counted = {name: summary[name] for name in COUNTS if name != "notText"}
    known = counted["rejected"] + counted["repeats"] + counted["judged"]
    return {**counted, "notText": counted["read"] - known}


class Totals:
    """Counts of sessions: listed = done + skipped + notReady + failed + left, always."""

    def __init__(self, listed: int, skipped: int) -> None:
        self.listed, self.skipped = listed, skipped
        self.done = self.not_ready = self.failed = 0
        self.fetching = self.judging = 0.0
        self.messages: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))

    @property
    def left(self) -> int:
        """Sessions that the run did not come to."""
        return self.listed - self.skipped - self.done - self.not_ready - self.failed

    def add(self, outcome: Outcome) -> None:
        """Counts a session."""
        self.done += outcome.status == "done"
        self.not_ready += outcome.status == "not_ready"
        self.failed += outcome.status == "failed"
        self.messages.update(outcome.counts)
        self.fetching += outcome.fetching
        self.judging += outcome.judging

    def as_dict(self) -> dict[str, Any]:
        """The closing summary's numbers; messages are those of the sessions done in this run."""
        return {
            "sessions": {
                "listed": self.listed,
                "done": self.done,
                "skipped": self.skipped,
                "notReady": self.not_ready,
                "failed": self.failed,
                "left": self.left,
            },
            "messages": {name: self.messages[name] for name in COUNTS},
            "workerSeconds": {
                "fetching": round(self.fetching, 3),
                "judging": round(self.judging, 3),
            },
        }
