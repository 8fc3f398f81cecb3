"""Everything that can be said of a rules file before it judges anybody: `moderator rules check`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from moderator.config import RuleSet, load, rules_file
from moderator.evaluation import metrics
from moderator.evaluation.metrics import Counts, Figure
from moderator.samples import SampleFailure, count_samples, run_samples
from moderator.terminal import masked, printable
from moderator.workshop.cases import Wrong, files_in, run_cases
from moderator.workshop.linter import lint
from moderator.workshop.problems import Problem

MOST_SHOWN = 20
"""Wrong cases that are printed one by one; the figures count them all."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found out. `counts` and `wrong` are of the labelled cases."""

    ruleset: RuleSet
    file: Path
    problems: Sequence[Problem]
    failures: Sequence[SampleFailure] = ()
    counts: Mapping[Path, Counts] = field(default_factory=dict)
    wrong: Sequence[Wrong] = ()

    def passes(self, *, strict: bool) -> bool:
        """Whether nothing is wrong; `strict` takes warnings and wrong cases for wrong too."""
        errors = any(problem.level == "error" for problem in self.problems)
        doubts = bool(self.problems or self.wrong)
        return not (errors or self.failures or (strict and doubts))


def check(source: Path | None, cases: Sequence[Path] = ()) -> Checked:
    """Lints the file that `load` takes, runs its samples, and judges labelled cases by it.

    A file with a pattern that cannot be used is only linted. Raises `ConfigError` for a file that
    does not load, `SourceError` for cases that cannot be read.
    """
    files = files_in(cases)
    ruleset = load(source)
    problems = lint(source)
    file = rules_file(source)
    if any(problem.code == "unusable" for problem in problems):
        return Checked(ruleset, file, problems)
    counts, wrong = run_cases(ruleset, files) if files else ({}, [])
    return Checked(ruleset, file, problems, run_samples(ruleset), counts, wrong)


def complaints(checked: Checked, *, show: bool) -> Iterator[str]:
    """A line for each thing that is wrong; texts are masked unless `show`."""
    for problem in checked.problems:
        place = f"{printable(str(checked.file))}, line {problem.line}, {problem.where}"
        yield f"{place}: {problem.level}: {problem.sentence(show=show)}."
    shown = printable if show else masked
    for failure in checked.failures:
        yield f"{failure.part.place}: the sample '{shown(failure.sample)}' {failure.problem}."
    for wrong in checked.wrong[:MOST_SHOWN]:
        verdict = (
            "is not flagged, and should be" if wrong.expected else "is flagged, and should not be"
        )
        by = f", by {', '.join(wrong.rules)}" if wrong.rules else ""
        yield f"{printable(str(wrong.file))}: the case '{shown(wrong.text)}' {verdict}{by}."
    if len(checked.wrong) > MOST_SHOWN:
        yield f"… and {len(checked.wrong) - MOST_SHOWN} more cases that are judged wrongly."


def figures(checked: Checked) -> Iterator[str]:
    """What was checked, in numbers."""
    ruleset = checked.ruleset
    if checked.counts:
        yield from _table(checked.counts)
    parts = {
        "rules": len(ruleset.rules),
        "terms": sum(len(rule.terms) for rule in ruleset.rules),
        "patterns": sum(len(rule.tokens) + len(rule.regexes) for rule in ruleset.rules),
        "guards": len(ruleset.guards),
        "behaviour rules": len(ruleset.behaviour),
    }
    errors = sum(problem.level == "error" for problem in checked.problems)
    yield (
        f"{', '.join(f'{count} {name}' for name, count in parts.items())}; "
        f"{count_samples(ruleset)} samples, {len(checked.failures)} failed; "
        f"{errors} errors, {len(checked.problems) - errors} warnings."
    )


def _table(counts: Mapping[Path, Counts]) -> Iterator[str]:
    rows = [(printable(file.name), of_file) for file, of_file in counts.items()]
    if len(rows) > 1:
        rows.append(("all", Counts(*map(sum, zip(*counts.values(), strict=True)))))
    width = max(len(name) for name, _ in rows)
    yield f"{'cases':<{width}}   rows  missed  false flags  precision  recall"
    for name, cells in rows:
        yield (
            f"{name:<{width}} {cells.rows:>6} {cells.missed:>7} {cells.false_flags:>12} "
            f"{_share(metrics.precision(cells)):>10} {_share(metrics.recall(cells)):>7}"
        )


def _share(figure: Figure | None) -> str:
    return "-" if figure is None else f"{figure.value:.3f}"
