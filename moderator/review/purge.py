"""Takes chat text out of outputs once it is old, and leaves identity, verdicts and numbers.

A line is as old as its message (`createdAt`); where that is missing, cannot be read, or lies
ahead of the file, it is as old as the file, whose time therefore stays as it was. A file is
written anew aside and renamed; what the disk keeps in blocks that are free is beyond this.
A file that no form fits is never touched, and never passed over in silence.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Literal

import orjson

from moderator.errors import OutputError
from moderator.files import WrittenAside, cannot_write
from moderator.review.made_reports import MadeReport, report_in
from moderator.review.store import is_ledger
from moderator.review.textless import Form, form_of, summary_without_names, without_text
from moderator.sources.fields import parse_time
from moderator.sources.state import LOCK_NAME, STATE_NAME

Status = Literal["purged", "deleted", "clean", "left"]

_WITHOUT_TEXT = (STATE_NAME, LOCK_NAME)
_LEFTOVER = re.compile(r"\..+\.(?:moderator\.(?:part|journal)|[a-z0-9_]{8}\.part)")
_HEAD = 16_384
_SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Purged:
    """What became of one file: of which kind, how many records lost their text, why it was left.

    `clean`: nothing in it had to go. `left`: it may hold old text that purge cannot take out.
    """

    path: Path
    status: Status
    kind: str = ""
    records: int = 0
    reason: str = ""


class _NotOurs(Exception):
    """A line that no command writes; its number."""


def files_in(paths: Iterable[Path]) -> Iterator[Path]:
    """Each file named or anywhere in the folders named, once, in order; links to folders stay out.

    Raises `OutputError` where one is not there.
    """
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise OutputError(f"There is no {path} to purge; name files and folders.")
        inside = path.is_dir()
        for file in (
            sorted(each for each in path.rglob("*") if each.is_file()) if inside else [path]
        ):
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def purge_file(path: Path, before: datetime, *, dry_run: bool = False) -> Purged:
    """Takes the text from before then out of one file; `dry_run` only says what would go."""
    try:
        return _purge(path, before, dry_run)
    except _NotOurs as error:
        return Purged(path, "left", reason=f"{error} is none that moderator writes")
    except OSError as error:
        return Purged(path, "left", reason=f"it cannot be read or written: {error.strerror}")
    except OutputError as error:
        return Purged(path, "left", reason=str(error).removesuffix("."))


def _purge(path: Path, before: datetime, dry_run: bool) -> Purged:
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    journal_of = path.with_name(path.name.removesuffix("-journal"))
    if path.name in _WITHOUT_TEXT or path.stat().st_size == 0:
        return Purged(path, "clean")
    if journal_of != path and journal_of.is_file() and is_ledger(journal_of):
        return Purged(path, "clean")  # it goes when its ledger is opened, which is named too
    if is_ledger(path):
        return Purged(path, "left", reason="it is a ledger; name it with --ledger")
    if _LEFTOVER.fullmatch(path.name):
        return _deleted(path, "part of a killed run", written < before, dry_run)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    made = report_in(path, head)
    if made is not None:
        return _report(path, made, written, before, dry_run)
    summary = _summary(path, head)
    if summary is not None:
        return _purge_summary(path, summary, written < before, dry_run)
    return _purge_lines(path, before, written, dry_run)


def _report(
    path: Path, made: MadeReport, written: datetime, before: datetime, dry_run: bool
) -> Purged:
    """A report is deleted as a whole: it can be made again from what is left of its files."""
    oldest = made.oldest
    if oldest is None and written >= before:
        return Purged(
            path, "left", "report", reason="it does not say how old its messages are; delete it"
        )
    return _deleted(path, "report", min(written, oldest or written) < before, dry_run)


def _deleted(path: Path, kind: str, due: bool, dry_run: bool) -> Purged:
    if not due:
        return Purged(path, "clean", kind)
    if not dry_run:
        path.unlink()
    return Purged(path, "deleted", kind)


def _summary(path: Path, head: bytes) -> Mapping[str, Any] | None:
    """A scan's summary, where the file is one."""
    if not re.match(rb'\s*\{\s*"program"\s*:', head):
        return None
    with suppress(orjson.JSONDecodeError):
        found = orjson.loads(path.read_bytes())
        people = found.get("participants")
        if isinstance(people, list) and all(isinstance(one, dict) for one in people):
            return found  # type: ignore[no-any-return]
    return None


def _purge_summary(path: Path, summary: Mapping[str, Any], due: bool, dry_run: bool) -> Purged:
    left = summary_without_names(summary)
    if not due or left == summary:
        return Purged(path, "clean", "summary")
    if not dry_run:
        content = orjson.dumps(left, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        _rewrite(path, lambda _: iter([content]))
    return Purged(path, "purged", "summary", len(summary["participants"]))


def _purge_lines(path: Path, before: datetime, written: datetime, dry_run: bool) -> Purged:
    kinds: set[str] = set()
    count = 0

    def lines(file: BinaryIO) -> Iterator[bytes]:
        nonlocal count
        for number, raw in enumerate(file, start=1):
            if not raw.strip():
                yield raw
                continue
            line, form = _parsed(raw, number)
            kinds.add(form.kind)
            left = _left_of(line, form, before, written)
            if left == line:
                yield raw
                continue
            count += 1
            yield orjson.dumps(left, option=orjson.OPT_APPEND_NEWLINE)

    with path.open("rb") as file:
        for _ in lines(file):
            pass
    found, kind = count, " and ".join(sorted(kinds))
    if found and not dry_run:
        _rewrite(path, lines)
    return Purged(path, "purged" if found else "clean", kind, found)


def _parsed(raw: bytes, number: int) -> tuple[Mapping[str, Any], Form]:
    try:
        line = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw)
    except orjson.JSONDecodeError:
        line = None
    form = form_of(line)
    if form is None:
        raise _NotOurs(f"line {number}" if number > 1 else "the file")
    return line, form


def _left_of(
    line: Mapping[str, Any], form: Form, before: datetime, written: datetime
) -> Mapping[str, Any]:
    """The line without its text where it is due, else without that of older neighbours."""
    if _sent(line, written, form.dated) < before:
        return without_text(line, form.kept)
    context = line.get("context")
    if not isinstance(context, Mapping):
        return line
    kept = form.kept["context"]
    sides = {
        side: [
            without_text(one, kept["before"][0]) if _sent(one, written) < before else one
            for one in neighbours
        ]
        for side, neighbours in context.items()
    }
    return {**line, "context": sides}


def _sent(line: Mapping[str, Any], written: datetime, dated: bool = True) -> datetime:
    """When a message was sent, as far as that can be believed."""
    stamp = line.get("createdAt") if dated else None
    sent = parse_time(stamp) if isinstance(stamp, str) else None
    return sent if sent is not None and sent <= written + _SLACK else written


def _rewrite(path: Path, lines: Callable[[BinaryIO], Iterator[bytes]]) -> None:
    """Puts other lines in the place of a file's, with its time and permissions as they were."""
    with path.open("rb") as file, WrittenAside(path) as out:
        known = os.fstat(file.fileno())
        for line in lines(file):
            out.write(line)
        now = path.stat()
        if (now.st_ino, now.st_mtime_ns, now.st_size) != (
            known.st_ino, known.st_mtime_ns, known.st_size,
        ):  # fmt: skip
            raise OutputError(f"{path} was written to meanwhile; purge it again.")
    try:
        path.chmod(known.st_mode & 0o777)
        os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
    except OSError as error:
        raise cannot_write(path, error) from error
