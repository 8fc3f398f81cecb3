"""One dump through the pipeline into its files, with a summary that adds up."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from moderator import output
from moderator.checkpoints import Checkpoints, Resumable, forget
from moderator.config import RuleSet
from moderator.errors import ConfigError, OutputError
from moderator.files import Discarded, Sink, Streamed, WrittenAside, is_device
from moderator.pipeline import Pipeline
from moderator.records import TEXT_MESSAGE, BadRow, Message
from moderator.results import Results, Sinks
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

    def can_be_cut(self) -> bool:
        """Whether all are files, so that a run can go on where its outputs stood."""
        return self.flagged is not None and not any(map(is_device, self.all()))

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
    resumable: Resumable | None = None,
) -> tuple[Tally, dict[str, Any]]:
    """Judges every text message of `rows` and writes the files; returns tally and summary.

    Files appear under their names only when all of it went well. `on_row` is told how many rows
    have been read. What a `shadow` flags, or judges otherwise, goes into its own file and into
    nothing else but the summary's counts. A `resumable` run goes on where a killed one stopped,
    and leaves what the next one needs where it is stopped itself; its `rows` are those of its
    dump, of which nothing has been read. Raises `SourceError`, `OutputError`, `ClassifierError`
    or `Interrupted`.
    """
    began = time.monotonic()
    key = {
        "rules": rules_summary(ruleset),
        "models": [pipeline.screening, *((one.name, one.version) for one in pipeline.classifiers)],
        "candidate rules": rules_summary(shadow.ruleset) if shadow is not None else None,
        "source": source,
        "outputs": [all_findings, *map(str, to.all())],
    }
    with ExitStack() as stack:
        kept = None
        if resumable is not None and to.can_be_cut():
            kept = stack.enter_context(Checkpoints(to.all(), resumable, key))
        sinks = _sinks(stack, to, kept, stdout, no_clobber)
        candidate = shadow.pipeline.begin() if shadow is not None else None
        results = Results(pipeline.begin(), candidate, sinks, all_findings=all_findings)
        tally = results.tally
        seen = stack.enter_context(SeenOnDisk())
        if kept is not None:
            rows = stack.enter_context(kept.going_on(rows, results))
        for _ in results.written(text_messages(rows, tally, sinks.rejects, seen, on_row)):
            if kept is not None and kept.is_due:
                kept.write(results)
        summary = summarise(
            tally,
            source=source,
            ruleset=ruleset,
            classifiers=pipeline.classifiers,
            seconds=kept.seconds if kept is not None else time.monotonic() - began,
            screening=pipeline.screening,
        )
        if shadow is not None:
            summary["shadow"] = {
                "rules": rules_summary(shadow.ruleset),
                "flagged": results.changes.flagged,
                **results.changes.counts(),
            }
        sinks.summary.write(
            orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        )
        if kept is not None and kept.exists():
            # From here on a kill costs no judging, whichever files have their names by then.
            kept.write(results, naming=True)
    return tally, summary


def _sinks(
    stack: ExitStack, to: Destinations, kept: Checkpoints | None, stdout: BinaryIO, no_clobber: bool
) -> Sinks:
    def sink(path: Path | None, name: str = "") -> Sink:
        if path is None:
            return Discarded()
        if kept is None:
            return stack.enter_context(WrittenAside(path, no_clobber=no_clobber))
        # What a killed run has named already is in nobody's way.
        refused = no_clobber and not kept.is_naming
        if name:
            return stack.enter_context(kept.output(name, path, no_clobber=refused))
        return stack.enter_context(WrittenAside(path, no_clobber=refused))

    # Left in reverse: the flagged file is named last, when its companions are there.
    flagged = Streamed(stdout) if to.flagged is None else sink(to.flagged, "flagged")
    if kept is None and to.flagged is not None and not is_device(to.flagged):
        forget(to.flagged)
    return Sinks(
        flagged=flagged,
        rejects=sink(to.rejects),
        unscored=sink(to.unscored, "unscored"),
        scores=sink(to.scores, "scores"),
        summary=sink(to.summary),
        shadow=sink(to.shadow, "shadow"),
    )


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
