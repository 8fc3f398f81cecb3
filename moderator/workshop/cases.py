"""Labelled cases through the rules alone: which verdicts are right, and how often.

A case is a line of JSON Lines (or a row of CSV) as `moderator evaluate` reads them:

    {"text": "you are an idiot", "flagged": true}
    {"text": "the idiot is a novel", "label": 0}

`flagged` or `label` is what the rules should say: whether a reviewer has to see the message. Rows
that say neither are passed over.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from moderator.api import build
from moderator.config import RuleSet
from moderator.errors import SourceError
from moderator.evaluation.metrics import Counts
from moderator.evaluation.readers import Case, read
from moderator.scoring import messages_of

ENDINGS = (".jsonl", ".csv", ".jsonl.gz", ".csv.gz")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A case on which the rules say other than its label; `expected` is the label."""

    file: Path
    text: str
    expected: bool
    rules: tuple[str, ...]


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The case files: those named, and those of the folders named, by name.

    Raises `SourceError` for a folder that holds none.
    """
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        inside = sorted(file for file in path.rglob("*") if file.name.endswith(ENDINGS))
        if not inside:
            raise SourceError(
                f"{path} holds no case file; their names end in {', '.join(ENDINGS)}."
            )
        files += inside
    return files


def run_cases(ruleset: RuleSet, files: Iterable[Path]) -> tuple[dict[Path, Counts], list[Wrong]]:
    """The verdicts of each file, counted, and the wrong ones in order. Raises `SourceError`."""
    pipeline = build(ruleset, ["none"], context=0, words=False)
    counts: dict[Path, Counts] = {}
    wrong: list[Wrong] = []
    for file in files:
        cells: Counter[tuple[bool, bool]] = Counter()
        waiting: deque[Case] = deque()
        for judged in pipeline.moderate(messages_of(_texts(file, waiting))):
            case = waiting.popleft()
            flagged, expected = judged.verdict.flagged, bool(case.expected)
            cells[expected, flagged] += 1
            if flagged != expected:
                rules = tuple(dict.fromkeys(f.rule for f in judged.findings if f.rule is not None))
                wrong.append(Wrong(file, case.text, expected, rules))
        counts[file] = Counts(
            true_flags=cells[True, True],
            false_flags=cells[False, True],
            missed=cells[True, False],
            passed=cells[False, False],
        )
    return counts, wrong


def _texts(file: Path, waiting: deque[Case]) -> Iterator[str]:
    for case in read(file):
        if case.expected is not None:
            waiting.append(case)
            yield case.text
