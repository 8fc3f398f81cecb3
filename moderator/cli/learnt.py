"""What was learnt from verdicts, as tables on standard output."""

import sys
from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from moderator.evaluation.metrics import Figure
from moderator.review.advice import Advice, needed
from moderator.review.fragment import told
from moderator.review.recall import Recall
from moderator.review.study import Study
from moderator.terminal import printable

WIDTH = 112
"""Columns where no terminal says otherwise."""

BAR = 20
NARROW = 96
"""Under so many columns there is no room for bars."""

HEADINGS = {"all": "", "category": "category", "rule": "rule", "label": "model: label"}
FEW = 10
"""Under so many decided verdicts a line is dimmed: its interval says next to nothing."""


def show(found: Study) -> None:
    """Prints everything; nothing of it is chat text."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    for line in _counts(found):
        console.print(Text(line))
    if not found.flagged + found.sampled:
        console.print("No verdicts, nothing to learn from.")
        return
    console.print()
    if found.precisions:
        console.print(_precision(found, bars=console.width >= NARROW))
    if found.recall is not None:
        for part in _recall(found.recall):
            console.print(part)
    for part in _thresholds(found):
        console.print(part)


def _counts(found: Study) -> Iterator[str]:
    records = found.flagged + found.sampled
    sampled = f", {found.sampled:,} of a sample of unflagged ones" if found.sampled else ""
    yield f"{records:,} messages with verdicts: {found.flagged:,} flagged{sampled}."
    yield (
        f"{found.decided:,} decided, {found.unsure:,} unsure (counted neither way); reviewers "
        f"differ on {found.disputed:,}."
    )
    for one in found.broken[:5]:
        yield f"{printable(one.file)}, line {one.line}: left out, {one.reason}."
    if len(found.broken) > 5:
        yield f"{len(found.broken) - 5:,} more lines were left out."


def _table(*columns: tuple[str, str]) -> Table:
    """Names and reasons give way where there is no room; figures are never cut."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left")
    for place, (heading, justify) in enumerate(columns):
        table.add_column(
            heading,
            justify="right" if justify == "right" else "left",
            overflow="fold",
            no_wrap=place > 0 and heading != "why",
        )
    return table


def _precision(found: Study, *, bars: bool) -> Table:
    table = _table(
        ("flags", "left"), ("right", "right"), ("wrong", "right"), ("unsure", "right"),
        ("precision", "right"), ("95 % interval", "right"),
        *([(f"0 {'·' * (BAR - 6)} 100 %", "left")] if bars else []),
    )  # fmt: skip
    kind = "all"
    for one in found.precisions:
        if one.kind != kind:
            kind = one.kind
            table.add_section()
            table.add_row(Text(f"by {HEADINGS[kind]}", style="bold"))
        figure = one.figure
        table.add_row(
            Text(printable(one.name, 40)),
            f"{one.right:,}",
            f"{one.wrong:,}",
            f"{one.unsure:,}",
            _percent(figure.value) if figure else "–",
            _interval(figure) if figure else "",
            *([_bar(figure, found.wanted) if figure else ""] if bars else []),
            style="dim" if one.decided < FEW else "",
        )
    return table


def _recall(found: Recall) -> Iterator[Table | Text]:
    table = _table(
        ("recall, from the sample", "left"), ("messages", "right"), ("drawn", "right"),
        ("decided", "right"), ("abusive", "right"), ("abusive in all, about", "right"),
    )  # fmt: skip
    flagged = found.flagged
    about = f"{flagged.estimate:,.0f}" if flagged.decided else "–"
    table.add_row(
        "flagged", f"{flagged.population:,}", "", f"{flagged.decided:,}", f"{flagged.hits:,}", about
    )
    for one in found.strata:
        part = one.part
        about = f"{part.estimate:,.1f}" if part.decided else "–"
        table.add_row(
            Text(printable(one.name, 60)), f"{part.population:,}", f"{one.drawn:,}",
            f"{part.decided:,}", f"{part.hits:,}", about,
        )  # fmt: skip
    yield table
    if found.figure is None or found.missed is None:
        yield Text(f"Recall is not known: {found.reason}.\n")
        return
    missed = found.missed
    yield Text(
        f"Recall {_percent(found.figure.value)} %, with 95 % confidence {_interval(found.figure)} "
        f"%. About {missed.value:,.0f} abusive messages were missed, {missed.low:,.0f} to "
        f"{missed.high:,.0f}.\n"
    )


def _thresholds(found: Study) -> Iterator[Table | Text]:
    if not found.advice:
        yield Text("Thresholds: no verdicts on what models flagged.")
        return
    table = _table(
        (f"thresholds for {100 * found.wanted:g} %", "left"), ("decided", "right"),
        ("right", "right"), ("now", "right"), ("proposed", "right"), ("why", "left"),
    )  # fmt: skip
    for one in found.advice:
        moved = one.proposed != one.present
        table.add_row(
            f"{one.category} {one.severity.name}",
            f"{one.decided:,}",
            f"{_percent(one.precision.value)} %" if one.precision else "–",
            f"{one.present:g}",
            Text(f"{one.proposed:g}", style="bold yellow") if moved else "",
            _why(one, found.wanted),
        )
    yield table
    shown = found.effects if len(found.effects) > 2 else list(found.effects)[:1]
    for name in shown:
        effect = found.effects[name]
        yield Text(f"{name}: {told(effect)}")
    if not found.effects:
        fewest = needed(found.wanted)
        yield Text(
            f"No threshold is proposed. At {100 * found.wanted:g} %, a proposal needs {fewest} "
            "decided verdicts above a threshold, and more where some of them are wrong."
        )


def _why(one: Advice, wanted: float) -> str:
    goal = f"{100 * wanted:g} %"
    if one.expected is not None:
        right = f"{_percent(one.expected.value)} % right, {_percent(one.expected.low)} % at least"
        return f"{'new ones' if one.state == 'lower' else 'then'} {right}"
    return {
        "follow": "to stay above the one before",
        "holds": f"{goal} or more for sure",
        "seems": f"{goal} or more, but not for sure",
        "few": f"too few, needs {one.needed}",
        "unreached": f"under {goal}; none reaches it for sure",
    }[one.state]


def _bar(figure: Figure, wanted: float) -> Text:
    """The interval as a stretch of a line, with the wanted precision marked."""
    ends = [round(end * (BAR - 1)) for end in (figure.low, figure.value, figure.high)]
    goal = round(wanted * (BAR - 1))
    bar = Text()
    for at in range(BAR):
        inside = ends[0] <= at <= ends[2]
        sign = "●" if at == ends[1] else "━" if inside else "│" if at == goal else "·"
        colour = "red" if figure.high < wanted else "green" if figure.low >= wanted else "yellow"
        bar.append(sign, style=colour if inside else "dim")
    return bar


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _interval(figure: Figure) -> str:
    return f"{_percent(figure.low)} to {_percent(figure.high)}"
