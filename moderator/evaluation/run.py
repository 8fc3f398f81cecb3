"""Labelled files through the systems, once, into one report."""

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from moderator.errors import SourceError
from moderator.evaluation.columns import Columns
from moderator.evaluation.figures import compare
from moderator.evaluation.readers import Case, Fields, name_of, read
from moderator.evaluation.systems import System, judge


def measure(
    systems: Sequence[System], files: Sequence[Path], fields: Fields, by: str | None
) -> dict[str, Any]:
    """The report on all files, as `figures.compare` makes it of what `collect` gathers."""
    columns = collect(systems, files, fields, by)
    return compare(systems, columns, by or "source or function")


def collect(
    systems: Sequence[System], files: Sequence[Path], fields: Fields, by: str | None
) -> Columns:
    """Every row judged by every system; each file is a set, groups are by `by`.

    That is source, group or function. With None rows are grouped by their source, and where they
    name none by function, which is the name of their file. Texts are held a batch at a time.
    Raises `SourceError` for a file that cannot be read, or if there are no rows at all;
    `ClassifierError` for a broken classifier.
    """
    columns = Columns(systems)
    waiting: deque[tuple[Path, Case]] = deque()

    def texts() -> Iterator[str]:
        for path in files:
            for case in read(path, fields):
                waiting.append((path, case))
                yield case.text

    for judged in judge(systems, texts()):
        path, case = waiting.popleft()
        columns.add(case, {"set": str(path), "group": _group(case, path, by)}, judged)
    if not columns.rows:
        raise SourceError(f"{', '.join(map(str, files))}: there are no rows to evaluate.")
    return columns


def _group(case: Case, path: Path, by: str | None) -> str:
    if by == "group":
        return case.group or "none"
    named = "" if by == "function" else case.source
    return named or name_of(path)
