"""What another rule set would change: the messages whose verdict differs, and counts by rule."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from moderator import output
from moderator.comparison import Change, Changes, judged_twice, sources
from moderator.config import RuleSet
from moderator.errors import SourceError
from moderator.files import Discarded
from moderator.pipeline import Judged, Pipeline
from moderator.policy import Verdict
from moderator.records import CHILD_SAFETY, Message
from moderator.scan import text_messages
from moderator.sources.dedupe import SeenOnDisk
from moderator.sources.dump import read_dump
from moderator.sources.target import Network, opened
from moderator.summary import Tally, rules_summary
from moderator.terminal import masked, printable

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """A message of a dump on which the two disagree."""

    dump: str
    kind: Change
    old: Judged
    new: Judged


@dataclass(slots=True)
class Difference:
    """Two rule sets over some dumps. `caught` counts messages by rule, for each of the two."""

    rulesets: tuple[RuleSet, RuleSet]
    changes: Changes = field(default_factory=Changes)
    rejected: int = 0
    caught: tuple[Counter[str], Counter[str]] = field(
        default_factory=lambda: (Counter(), Counter())
    )

    def by_rule(self) -> dict[str, tuple[int, int]]:
        """Rules and labels that caught other numbers of messages; the largest change first."""
        old, new = self.caught
        numbers = {name: (old[name], new[name]) for name in old | new}
        differing = {name: pair for name, pair in numbers.items() if pair[0] != pair[1]}
        order = sorted(differing, key=lambda name: (-abs(old[name] - new[name]), name))
        return {name: differing[name] for name in order}

    def as_json(self, changed: Sequence[Json]) -> Json:
        """All figures as plain data, with the records of what `changed`."""
        old, new = self.rulesets
        return {
            "old": rules_summary(old),
            "new": rules_summary(new),
            "judged": self.changes.judged,
            "rejected": self.rejected,
            "changes": self.changes.counts(),
            "byRule": {
                name: {"old": before, "new": after}
                for name, (before, after) in self.by_rule().items()
            },
            "messages": list(changed),
        }


def compare(
    pipelines: tuple[Pipeline, Pipeline],
    targets: Sequence[str],
    network: Network,
    stdin: BinaryIO,
    into: Difference,
) -> Iterator[Changed]:
    """Judges every text message of the dumps twice, and yields those whose verdict differs.

    What is counted goes into `into`. Each dump is a stream of its own. Raises `SourceError` for
    a dump that cannot be read.
    """
    for target in targets:
        tally = Tally()
        with opened(target, network, stdin) as dump, SeenOnDisk() as seen:
            rows = read_dump(dump.stream, max_bytes=network.limits.max_bytes)
            messages = text_messages(rows, tally, Discarded(), seen)
            live, candidate = (pipeline.moderate for pipeline in pipelines)
            for old, new in judged_twice(_blaming(dump.name, messages), live, candidate):
                kind = into.changes.add(old, new)
                for judged, caught in zip((old, new), into.caught, strict=True):
                    caught.update(sources(judged))
                if kind is not None:
                    yield Changed(dump.name, kind, old, new)
        into.rejected += tally.rejected


def _blaming(name: str, messages: Iterator[Message]) -> Iterator[Message]:
    """The messages; what is wrong with their dump is said with its name, since there are others."""
    try:
        yield from messages
    except SourceError as error:
        raise type(error)(f"{name}: {error}") from error


def record(changed: Changed, *, show: bool) -> Json:
    """A changed message as plain data; its text is among it with `show` alone."""
    message = changed.new.message
    return {
        "dump": changed.dump,
        "line": message.line,
        "sessionId": message.session_id,
        "id": message.id,
        "participantId": message.participant_id,
        "change": changed.kind.value,
        "old": _verdict(changed.old),
        "new": _verdict(changed.new),
        **({"payload": message.payload} if show else {}),
    }


def described(changed: Changed, *, show: bool) -> str:
    """A changed message on one line for the screen, masked unless `show`."""
    message = changed.new.message
    old, new = sources(changed.old), sources(changed.new)
    reasons = [f"-{name}" for name in old if name not in new]
    reasons += [f"+{name}" for name in new if name not in old]
    return (
        f"{printable(changed.dump)}, line {message.line}: {changed.kind.value}: "
        f"{_words(changed.old.verdict)} -> {_words(changed.new.verdict)} "
        f"({', '.join(reasons or new)}): {_text(changed, show=show)}"
    )


def _text(changed: Changed, *, show: bool) -> str:
    findings = (*changed.old.findings, *changed.new.findings)
    if show:
        return f"'{printable(changed.new.message.payload)}'"
    if any(finding.category == CHILD_SAFETY for finding in findings):
        return "(withheld)"
    return f"'{masked(changed.new.message.payload)}'"


def figures(difference: Difference) -> Iterator[str]:
    """The counts, for the screen."""
    by_rule = difference.by_rule()
    if by_rule:
        width = max(len(name) for name in by_rule)
        yield f"{'caught by':<{width}} {'old':>7} {'new':>7} {'change':>7}"
        for name, (old, new) in by_rule.items():
            yield f"{name:<{width}} {old:>7} {new:>7} {new - old:>+7}"
    counts = difference.changes.counts()
    rejected = f"; {difference.rejected} rows rejected" if difference.rejected else ""
    yield (
        f"{sum(counts.values())} of {difference.changes.judged} verdicts change: "
        f"{', '.join(f'{count} {name}' for name, count in counts.items())}{rejected}."
    )


def _verdict(judged: Judged) -> Json:
    return {
        **output.verdict_fields(judged.verdict),
        "categories": list(judged.verdict.categories),
        "sources": sources(judged),
    }


def _words(verdict: Verdict) -> str:
    if verdict.severity is None or verdict.action is None:
        return "clean"
    return f"{verdict.severity.name} {verdict.action.name}"
