"""One dump through the pipeline into its files, with a summary that adds up."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from moderator import output
from moderator.comparison import Change, Changes, judged_twice, shadow_record
from moderator.config import RuleSet
from moderator.errors import ConfigError, OutputError
from moderator.files import Discarded, Sink, Streamed, WrittenAside, is_device
from moderator.pipeline import Judged, Pipeline
from moderator.records import TEXT_MESSAGE, BadRow, Message
from moderator.sources.dedupe import Repeat, SeenOnDisk
from moderator.summary import Tally, rules_summary, summarise

Row = Message | BadRow


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where the results go. `flagged` None means standard output; the others None: not kept."""

    flagged: Path | None
    rejects: Path | None = None
    unscored: Path | None = None
    summary: Path | None = None
    scores: Path | None = None
    shadow: Path | None = None

    @classmethod
    def beside(
        cls,
        flagged: Path | None,
        rejects: Path | None = None,
        scores: Path | None = None,
        *,
        shadow: bool = False,
    ) -> "Destinations":
        """The side files by their default names, beside `flagged`; none beside a stream or device.

        The names are those of `flagged` with .rejects.jsonl and so on in the place of .jsonl. One
        for the findings of a candidate is among them where `shadow` asks for it.

        `ConfigError` where two files would be one, or where a candidate's have no place.
        """
        if flagged is None or is_device(flagged):
            if shadow:
                raise ConfigError("--shadow writes a file beside the output; name it with -o FILE.")
            return cls(flagged, rejects=rejects, scores=scores)._checked()
        if not flagged.name:
            raise OutputError(f"{flagged} is a folder; name a file in it.")
        # What else follows a dot is part of a name: v.1 and v.2 are two.
        named = flagged.suffix.lower() in (".jsonl", ".json")
        stem = flagged.stem if named else flagged.name
        return cls(
            flagged,
            rejects=rejects or flagged.with_name(f"{stem}.rejects.jsonl"),
            unscored=flagged.with_name(f"{stem}.unscored.jsonl"),
            summary=flagged.with_name(f"{stem}.summary.json"),
            scores=scores,
            shadow=flagged.with_name(f"{stem}.shadow.jsonl") if shadow else None,
        )._checked()

    def all(self) -> tuple[Path, ...]:
        """Every file that is written."""
        paths = (
            self.flagged, self.rejects, self.unscored, self.summary, self.scores, self.shadow,
        )  # fmt: skip
        return tuple(path for path in paths if path is not None)

    def names(self, file: Path) -> bool:
        """Whether one of them is `file`, however it is called."""
        return file.resolve() in self._resolved()

    def _checked(self) -> "Destinations":
        paths = self._resolved()
        if len(set(paths)) < len(paths):
            raise ConfigError("-o, --rejects and --scores name one file for more than one output.")
        return self

    def _resolved(self) -> list[Path]:
        return [path.resolve() for path in self.all() if not is_device(path)]


@dataclass(frozen=True, slots=True)
class Shadow:
    """Candidate rules that judge beside the live ones, and what they judge with."""

    ruleset: RuleSet
    pipeline: Pipeline


def scan(
    rows: Iterable[Row],
    pipeline: Pipeline,
    ruleset: RuleSet,
    to: Destinations,
    *,
    source: str,
    stdout: BinaryIO,
    all_findings: bool = False,
    no_clobber: bool = False,
    on_row: Callable[[int], None] | None = None,
    shadow: Shadow | None = None,
) -> tuple[Tally, dict[str, Any]]:
    """Judges every text message of `rows` and writes the files; returns tally and summary.

    Files appear under their names only when all of it went well. `on_row` is told how many rows
    have been read. What a `shadow` flags, or judges otherwise, goes into its own file and into
    nothing else but the summary's counts. Raises `SourceError`, `OutputError` or
    `ClassifierError`.
    """
    began = time.monotonic()
    tally = Tally()
    with ExitStack() as stack:

        def sink(path: Path | None) -> Sink:
            if path is None:
                return Discarded()
            return stack.enter_context(WrittenAside(path, no_clobber=no_clobber))

        # Left in reverse: the flagged file is named last, when its companions are there.
        flagged = Streamed(stdout) if to.flagged is None else sink(to.flagged)
        rejects, unscored, scores = sink(to.rejects), sink(to.unscored), sink(to.scores)
        summary_sink, by_shadow = sink(to.summary), sink(to.shadow)
        seen = stack.enter_context(SeenOnDisk())
        messages = text_messages(rows, tally, rejects, seen, on_row)
        changes = Changes()
        for judged, by_candidate in _judged(messages, pipeline, shadow):
            tally.add(judged)
            if judged.verdict.flagged or (all_findings and judged.findings):
                flagged.write(output.line(output.flagged_record(judged)))
            if judged.unscored:
                unscored.write(output.line(output.unscored_record(judged)))
            if to.scores is not None:
                scores.write(output.line(output.scores_record(judged)))
            if by_candidate is not None:
                differs = changes.add(judged, by_candidate) not in (None, Change.recorded)
                if by_candidate.verdict.flagged or differs:
                    record = shadow_record(judged, by_candidate)
                    by_shadow.write(output.line(record))
        summary = summarise(
            tally,
            source=source,
            ruleset=ruleset,
            classifiers=pipeline.classifiers,
            seconds=time.monotonic() - began,
        )
        if shadow is not None:
            summary["shadow"] = {
                "rules": rules_summary(shadow.ruleset),
                "flagged": changes.flagged,
                **changes.counts(),
            }
        summary_sink.write(
            orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        )
    return tally, summary


def _judged(
    messages: Iterable[Message], pipeline: Pipeline, shadow: Shadow | None
) -> Iterator[tuple[Judged, Judged | None]]:
    if shadow is not None:
        yield from judged_twice(messages, pipeline, shadow.pipeline)
    else:
        for judged in pipeline.moderate(messages):
            yield judged, None


def text_messages(
    rows: Iterable[Row],
    tally: Tally,
    rejects: Sink,
    seen: SeenOnDisk,
    on_row: Callable[[int], None] | None = None,
) -> Iterator[Message]:
    """The text messages to judge; all else is counted, and bad rows are written."""
    for row in rows:
        tally.read += 1
        if on_row is not None:
            on_row(tally.read)
        if isinstance(row, BadRow):
            tally.rejected += 1
            tally.reject_reasons[row.reason] += 1
            rejects.write(output.line(output.reject_record(row)))
            continue
        tally.add_type(row.payload_type)
        if row.payload_type != TEXT_MESSAGE:
            continue
        if seen.add(row.id, row.payload) is Repeat.same:
            tally.repeats += 1
            continue
        yield row
