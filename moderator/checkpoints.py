"""What lets a killed run go on: where its dump, its outputs and its counts stood, and whether
they still fit.

The dump is read again from its start, which is cheap; only the judging of what was judged before
is left out. A run goes on only where the program, the rules, the models and the options are the
same, the dump begins with the same bytes, and each output with those that were written.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

import orjson

import moderator
from moderator.continued import Continued, Reread
from moderator.errors import Interrupted, OutputError
from moderator.files import real_file
from moderator.journal import Journal
from moderator.parts import drop, part_of
from moderator.records import BadRow, Message
from moderator.results import Results

Row = Message | BadRow

INTERRUPTED = 130
TERMINATED = 143


@dataclass(frozen=True, slots=True)
class Resumable:
    """A run that can go on where a killed one stopped.

    `options` are all that shape its results and are neither rules nor models. `tell` takes
    sentences for the user. `stop` says with which exit code to stop, 0 meaning to go on. The
    journal is written every so many seconds of `clock`, or less often where it would take more
    than `share` of the time.
    """

    dump: Reread
    options: Mapping[str, object] = field(default_factory=dict)
    tell: Callable[[str], None] = lambda _: None
    stop: Callable[[], int] = lambda: 0
    every: float = 2.0
    share: float = 0.02
    clock: Callable[[], float] = time.monotonic


class _Stopped(Exception):
    """The run is to stop between two batches."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


class Checkpoints:
    """The journal of one run, and the outputs that it vouches for.

    To be entered before the outputs, and left after them. `paths` are all files of the run, that
    of the flagged messages first; `key` says what they are made with, part by part. `judged` is
    how many messages the journal on disk vouches for.
    """

    def __init__(self, paths: Sequence[Path], given: Resumable, key: Mapping[str, object]) -> None:
        self._path = paths[0]
        self._paths = paths
        self._given = given
        self.judged = 0
        made_by = {**key, "options": given.options, "version of moderator": _program()}
        self._key = {name: _digest(part) for name, part in made_by.items()}
        self._journal = Journal(real_file(self._path))
        self._outputs: dict[str, Continued] = {}
        self._began = self._given.clock()
        self._due = self._began + given.every
        self._seconds = self._spent = 0.0
        self._found: dict[str, Any] | None = None

    @property
    def seconds(self) -> float:
        """How long this run has taken, with those that it goes on from."""
        return self._seconds + self._given.clock() - self._began

    @property
    def is_due(self) -> bool:
        """Whether it is time to write."""
        return self._given.clock() >= self._due

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Without an output that is held, the journal is another run's.
        if self._outputs and (error is None or not self.keeps(error)):
            self._journal.remove()

    def output(self, name: str, path: Path, *, no_clobber: bool) -> Continued:
        """An output that can be gone on with; the first one, once it is held, shows the journal."""
        out = Continued(path, self.keeps, no_clobber=no_clobber)
        if not self._outputs:
            self._found = self._journal.read()
        self._outputs[name] = out
        return out

    @property
    def is_naming(self) -> bool:
        """Whether the killed run had begun to give its outputs their names."""
        found = self._found
        return found is not None and bool(found["naming"]) and found["key"] == self._key

    @contextmanager
    def going_on(self, rows: Iterable[Row], results: Results) -> Iterator[Iterator[Row]]:
        """Restores `results` where that is possible; gives the rows until a stop is asked for.

        A stop and a failed write are then told with what the next run goes on from.
        """
        found = self._resumed()
        if found is not None:
            results.restore(found["state"])
        before = results.tally.judged
        try:
            yield self._until_stopped(rows)
        except _Stopped as stop:
            if results.tally.judged > before:
                self.write(results)
            self._interrupt(stop.exit_code)
        except (KeyboardInterrupt, SystemExit) as stop:
            if not self.exists():
                raise
            self._interrupt(TERMINATED if isinstance(stop, SystemExit) else INTERRUPTED)
        except OutputError as error:
            if not self.exists():
                raise
            advice = f"The same command then goes on after {self.judged:,} messages."
            raise OutputError(f"{error} {advice}") from error

    def _until_stopped(self, rows: Iterable[Row]) -> Iterator[Row]:
        # Rows are asked for between two batches, so that the one in hand is finished.
        for row in rows:
            if exit_code := self._given.stop():
                raise _Stopped(exit_code)
            yield row

    def _interrupt(self, exit_code: int) -> NoReturn:
        if not self.exists():
            raise SystemExit(exit_code)
        cause = "Terminated" if exit_code == TERMINATED else "Interrupted"
        raise Interrupted(
            f"{cause}; nothing is half-written, and the same command goes on after "
            f"{self.judged:,} messages",
            exit_code,
        )

    def _resumed(self) -> Mapping[str, Any] | None:
        """What the killed run last wrote, its outputs cut back to there; None to begin anew."""
        was_there, found = self._journal.exists(), self._found
        reason = self._misfit(found)
        if found is not None and reason is None:
            self._seconds, self.judged = found["seconds"], found["judged"]
            self._given.tell(
                f"Going on with an interrupted run to {self._path}: "
                f"{found['judged']:,} messages are judged already."
            )
            return found
        forget(self._path)
        for out in self._outputs.values():
            out.clear()
        if was_there:
            self._given.tell(
                f"An interrupted run to {self._path} cannot be gone on with ({reason}); "
                "this one begins from the start."
            )
        return None

    def _misfit(self, found: Mapping[str, Any] | None) -> str | None:
        """Why the journal is of no use; None where it is, the outputs being cut back then."""
        if found is None:
            return "its journal cannot be read"
        for name, digest in self._key.items():
            if found["key"].get(name) != digest:
                return f"other {name}"
        if not self._given.dump.begins_with(found["dump"]):
            return "another dump"
        if found["outputs"].keys() != self._outputs.keys():
            return "other outputs"
        if not all(out.take(found["outputs"][name]) for name, out in self._outputs.items()):
            return "what it wrote has changed"
        return None

    def write(self, results: Results, *, naming: bool = False) -> None:
        """Has the outputs on disk, then says how far the run is.

        Where the journal itself cannot be written, the one before stays; that is no reason to
        give the run up.
        """
        began = self._given.clock()
        state = results.state()
        if state is None:
            return
        written = self._journal.write(
            {
                "key": self._key,
                "dump": self._given.dump.mark(),
                "outputs": {name: out.mark() for name, out in self._outputs.items()},
                "parts": [str(part_of(path.resolve())) for path in self._paths],
                "judged": results.tally.judged,
                "state": state,
                "seconds": self.seconds,
                "naming": naming,
            }
        )
        now = self._given.clock()
        self._spent += now - began
        # The next one costs as much again; by then both are to be that small a share of all.
        affordable = self._began + (self._spent + now - began) / self._given.share
        self._due = max(now + self._given.every, affordable)
        if written:
            self.judged = results.tally.judged

    def keeps(self, error: BaseException) -> bool:
        """Whether what there is stays for the next run after this error."""
        stopped = isinstance(error, OutputError | Interrupted | KeyboardInterrupt | SystemExit)
        return stopped and self.exists()

    def exists(self) -> bool:
        """Whether there is a journal on disk, so that a next run can go on."""
        return self._journal.exists()


def forget(flagged: Path) -> None:
    """Removes the journal of a killed run, and the parts that it left and nobody holds."""
    journal = Journal(real_file(flagged))
    found = journal.read()
    journal.remove()
    for part in found["parts"] if found is not None else ():
        drop(Path(part))


@cache
def _program() -> list[str]:
    """The version, and the digest of the modules: between releases they alone tell."""
    folder = Path(moderator.__file__).parent
    digest = blake2b()
    for path in sorted(folder.rglob("*.py")):
        digest.update(os.fsencode(path.relative_to(folder)) + b"\0" + path.read_bytes() + b"\0")
    return [moderator.__version__, digest.hexdigest()]


def _digest(part: object) -> str:
    """Digests keep the journal free of what the options say, such as a signed URL."""
    plain = orjson.dumps(part, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return blake2b(plain, digest_size=16).hexdigest()
