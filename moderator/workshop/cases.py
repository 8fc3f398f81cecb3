"""Labelled cases through the rules alone: which verdicts are right, and how often.

A case is a line of JSON Lines (or a row of CSV) as `moderator evaluate` reads them:

    {"text": "you are an idiot", "flagged": true}
    {"text": "the idiot is a novel", "label": 0}

`flagged` or `label` is what the rules should say: whether a reviewer has to see the message. Rows
that say neither are passed over.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from moderator.api import build
from moderator.config import RuleSet
from moderator.errors import SourceError
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


@dataclass(slots=True)
class Score:
    """The counts of one file, or of several."""

    caught: int = 0
    missed: int = 0
    false_flags: int = 0
    clean: int = 0

    def add(self, *, expected: bool, flagged: bool) -> None:
        """Counts one case."""
        if expected:
            self.caught += flagged
            self.missed += not flagged
        else:
            self.false_flags += flagged
            self.clean += not flagged

    @classmethod
    def total(cls, scores: Iterable["Score"]) -> "Score":
        """All of them together."""
        whole = cls()
        for score in scores:
            whole.caught += score.caught
            whole.missed += score.missed
            whole.false_flags += score.false_flags
            whole.clean += score.clean
        return whole

    @property
    def rows(self) -> int:
        """How many cases were counted."""
        return self.caught + self.missed + self.false_flags + self.clean

    @property
    def precision(self) -> float | None:
        """Of what is flagged, how much should be; None where nothing is."""
        flagged = self.caught + self.false_flags
        return self.caught / flagged if flagged else None

    @property
    def recall(self) -> float | None:
        """Of what should be flagged, how much is; None where nothing should."""
        expected = self.caught + self.missed
        return self.caught / expected if expected else None


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


def run_cases(ruleset: RuleSet, files: Iterable[Path]) -> tuple[dict[Path, Score], list[Wrong]]:
    """The score of each file, and every wrong verdict in order. Raises `SourceError`."""
    pipeline = build(ruleset, ["none"], context=0, words=False)
    scores: dict[Path, Score] = {}
    wrong: list[Wrong] = []
    for file in files:
        score = scores[file] = Score()
        waiting: deque[Case] = deque()
        for judged in pipeline.moderate(messages_of(_texts(file, waiting))):
            case = waiting.popleft()
            flagged = judged.verdict.flagged
            score.add(expected=bool(case.expected), flagged=flagged)
            if flagged != case.expected:
                rules = tuple(dict.fromkeys(f.rule for f in judged.findings if f.rule is not None))
                wrong.append(Wrong(file, case.text, not flagged, rules))
    return scores, wrong


def _texts(file: Path, waiting: deque[Case]) -> Iterator[str]:
    for case in read(file):
        if case.expected is not None:
            waiting.append(case)
            yield case.text
