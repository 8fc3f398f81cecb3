"""Where a backfill's results lie, which of them are whole, and what judged them.

A session is done when its last file stands under its final name: that one is named when all its
others are there. A file in the folder says what judges, so that two configurations never mix.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from moderator.cluster.jobs import Job
from moderator.cluster.places import Place, make_folder
from moderator.cluster.tables import write_table
from moderator.errors import ConfigError, OutputError
from moderator.parts import ENDING as PART_ENDING
from moderator.parts import drop
from moderator.scan import Destinations

MARK_NAME = "moderator-backfill.json"
LOCK_NAME = "moderator-backfill.lock"
FAILED_NAME = "failed.jsonl"
SUMMARY_NAME = "backfill.summary.json"

_ENDINGS = ("rejects.jsonl", "unscored.jsonl", "summary.json", "jsonl")
_TABLES = ("rejects", "unscored", "flagged", "summary")

Json = dict[str, Any]


class Results:
    """The folder or bucket of one backfill's outputs.

    As JSON Lines a session has the files that `scan -o KEY.jsonl` writes; as Parquet a file in
    each of four tables, partitioned by session.
    """

    def __init__(self, name: str, *, parquet: bool) -> None:
        self.place = Place(name)
        self.parquet = parquet

    def names(self, key: str) -> list[str]:
        """The files of a session below the folder; the last one there says that it is done."""
        if self.parquet:
            return [f"{table}/session={quote(key, safe='')}/part-0.parquet" for table in _TABLES]
        return [f"{key}.{ending}" for ending in _ENDINGS]

    def check(self, jobs: Iterable[Job]) -> None:
        """`ConfigError` where two jobs, or a job and the backfill itself, would share a file."""
        own = (MARK_NAME, LOCK_NAME, FAILED_NAME, SUMMARY_NAME)
        taken = dict.fromkeys(own, "the backfill's own files")
        for job in jobs:
            for name in self.names(job.key):
                other = taken.setdefault(name, job.target)
                if other != job.target:
                    raise ConfigError(
                        f"{job.target} and {other} would both be written to {name}: rename one."
                    )

    def left_to_do(self, jobs: Iterable[Job]) -> list[Job]:
        """The jobs that are not done."""
        there = {name for name, _ in self.place.files()}
        return [job for job in jobs if self.names(job.key)[-1] not in there]

    def is_done(self, key: str) -> bool:
        """Whether a session's last file is there."""
        return self.place.exists(self.names(key)[-1])

    def summary(self, key: str) -> Json:
        """The summary of a session that is done."""
        name = next(name for name in self.names(key) if "summary" in name)
        with self.place.opened(name) as stream:
            content = stream.read()
        if self.parquet:
            import pyarrow as pa
            from pyarrow import parquet

            content = parquet.ParquetFile(pa.BufferReader(content)).read()["summary"][0].as_py()
        summary: Json = orjson.loads(content)
        return summary

    @contextmanager
    def writing(self, key: str) -> Iterator[Destinations]:
        """Where a scan is to write a session; at the end all is under its final name.

        Only JSON Lines in a folder grow there, where a killed run's work can be taken up again.
        """
        if self.place.path is not None and not self.parquet:
            flagged = self.place.path / f"{key}.jsonl"
            make_folder(flagged.parent)
            yield Destinations.beside(flagged)
            return
        with tempfile.TemporaryDirectory(prefix="moderator-") as folder:
            scanned = Path(folder) / "session.jsonl"
            yield Destinations.beside(scanned)
            parts = _TABLES if self.parquet else _ENDINGS
            for name, part in zip(self.names(key), parts, strict=True):
                self.place.put(name, self._made(scanned, part))

    def _made(self, scanned: Path, part: str) -> Path:
        if not self.parquet:
            return scanned.with_name(f"session.{part}")
        ending = {"flagged": "jsonl", "summary": "summary.json"}.get(part, f"{part}.jsonl")
        made = scanned.with_name(f"{part}.parquet")
        write_table(part, scanned.with_name(f"session.{ending}"), made)
        return made

    def write(self, name: str, content: bytes) -> None:
        """One of the backfill's own files."""
        with tempfile.TemporaryDirectory(prefix="moderator-") as folder:
            file = Path(folder) / "file"
            file.write_bytes(content)
            self.place.put(name, file)

    def made_by(self) -> Json | None:
        """What judged the results that are there, None for an empty folder."""
        content = self.place.read(MARK_NAME)
        if content is None:
            return None
        try:
            mark: Json = orjson.loads(content)
        except ValueError:
            raise OutputError(f"{self.place.source(MARK_NAME)} is broken.") from None
        return mark

    def claim(self, judges: Mapping[str, Any], some_done: str | None) -> None:
        """Writes down what judges here; `ConfigError` where it is not what judged here before.

        `some_done` is a session that is done already, if there is one.
        """
        before = self.made_by()
        if before is None and some_done is not None:
            raise ConfigError(
                f"{self.place.name} holds results of another command ({some_done}), and nothing "
                "says what judged them: name another --out-dir."
            )
        if before is None:
            self.write(MARK_NAME, orjson.dumps(judges, option=orjson.OPT_INDENT_2) + b"\n")
        elif before != judges:
            other = [name for name in judges if before.get(name) != judges[name]] or ["form"]
            raise ConfigError(
                f"{self.place.name} holds results that were made with other {' and '.join(other)}, "
                "and results of two kinds are not mixed: name another --out-dir."
            )

    @contextmanager
    def held(self) -> Iterator[None]:
        """The folder, made if need be, for this run alone; a bucket cannot be held.

        What a killed run left half-written goes. `OutputError` where another run is at work.
        """
        with ExitStack() as stack:
            folder = self.place.path
            if folder is not None:
                stack.enter_context(_locked(folder))
                for part in folder.rglob(f".*{PART_ENDING}"):
                    drop(part)
            yield


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    make_folder(folder)
    lock = FileLock(folder / LOCK_NAME, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise OutputError(
            f"another run is at work in {folder}: wait for it to end, or name another --out-dir"
        ) from None
    except OSError as error:
        raise OutputError(f"cannot use the folder {folder}: {error.strerror or error}") from None
    try:
        yield
    finally:
        lock.release()
