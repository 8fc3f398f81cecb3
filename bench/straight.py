"""Cost against work: the line through it, and the drawing of it with the memory, as SVG."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

WIDTH, HEIGHT, EDGE, GAP = 420, 300, 56, 40
COLOURS = {"rules": "#1f5fa8", "model": "#c4541a"}
Point = tuple[float, float]
Runs = Sequence[Mapping[str, Any]]


class Line(NamedTuple):
    """Cost is `start` + `each` for every unit of work."""

    start: float
    each: float

    def at(self, work: float) -> float:
        return self.start + self.each * work

    def residual(self, work: float, cost: float) -> float:
        """How far a cost lies from the line, as a share of what the line says."""
        return cost / self.at(work) - 1


def fitted(points: Sequence[Point]) -> Line:
    """The line whose squared residuals, as shares of each cost, are least.

    Shares, since a line through costs over four powers of ten would else be that of the last.
    A single point has a line through nought.
    """
    if len(points) == 1:
        ((work, cost),) = points
        return Line(0.0, cost / work)
    # Least squares of start / cost + each * work / cost against 1: two normal equations.
    ones = [(1 / cost, work / cost) for work, cost in points]
    aa, ab, bb = (sum(one[i] * one[j] for one in ones) for i, j in ((0, 0), (0, 1), (1, 1)))
    a, b = (sum(one[i] for one in ones) for i in (0, 1))
    whole = aa * bb - ab * ab
    return Line((a * bb - b * ab) / whole, (b * aa - a * ab) / whole)


def draw(by_way: Mapping[str, Runs], most_mib: Mapping[str, float]) -> str:
    """Processor seconds against rows, both by powers of ten, and peak MiB; runs by their rows."""
    every = [run for runs in by_way.values() for run in runs]
    rows = _Scale([run["rows"] for run in every], EDGE, WIDTH - 16)
    cost = _Scale([run["cpuSeconds"] for run in every], HEIGHT - EDGE, 36)
    top = 1.15 * max([*most_mib.values(), *(run["peakMiB"] for run in every)])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH + GAP} {HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{2 * WIDTH + GAP}" height="{HEIGHT}" fill="#fff"/>',
        *_frame(rows, [(cost.place(tick), _power(tick)) for tick in cost.ticks]),
        _text(EDGE, 20, "processor seconds, and the line fitted to them"),
    ]
    for at, (way, runs) in enumerate(by_way.items()):
        line = fitted([(run["rows"], run["cpuSeconds"]) for run in runs])
        first, last = runs[0]["rows"], runs[-1]["rows"]
        steps = [first * (last / first) ** (step / 40) for step in range(41)]
        drawn = [(rows.place(work), cost.place(line.at(work))) for work in steps]
        parts.append(_polyline(drawn, COLOURS[way]))
        parts += _dots([(rows.place(r["rows"]), cost.place(r["cpuSeconds"])) for r in runs], way)
        said = f"{way}: {line.start:.2f} s + {1e6 * line.each:,.0f} µs a row"
        parts.append(_text(EDGE + 10, 52 + 15 * at, said, COLOURS[way]))
    parts.append(f'<g transform="translate({WIDTH + GAP})">')

    def height(mib: float) -> float:
        return float(HEIGHT - EDGE - (HEIGHT - EDGE - 36) * mib / top)

    parts += _frame(rows, [(height(mib), str(mib)) for mib in range(0, round(top), 100)])
    parts.append(_text(EDGE, 20, "peak MiB, and the limits (dashed)"))
    for way, runs in by_way.items():
        limit = height(most_mib[way])
        ends = [(float(EDGE), limit), (WIDTH - 16.0, limit)]
        points = [(rows.place(run["rows"]), height(run["peakMiB"])) for run in runs]
        parts += [_polyline(ends, COLOURS[way], "4 4"), _polyline(points, COLOURS[way])]
        parts += [*_dots(points, way), _text(EDGE + 10, limit - 4, way, COLOURS[way])]
    return "\n".join([*parts, "</g>", "</svg>", ""])


class _Scale:
    """Values by powers of ten to places between two ends."""

    def __init__(self, values: Sequence[float], first: float, last: float) -> None:
        powers = [math.log10(value) for value in values]
        low, high = (
            math.floor(min(powers)),
            max(math.ceil(max(powers)), math.floor(min(powers)) + 1),
        )
        self.low, self.high = float(10**low), float(10**high)
        self.ticks = [10.0**power for power in range(low, high + 1)]
        self._low, self._step, self._first = low, (last - first) / (high - low), first

    def place(self, value: float) -> float:
        return self._first + self._step * (math.log10(value) - self._low)


def _frame(rows: _Scale, ticks: Sequence[tuple[float, str]]) -> list[str]:
    """Axes, a line at each tick, and what stands beside it."""
    floor, right = HEIGHT - EDGE, WIDTH - 16
    parts = [_polyline([(EDGE, 36.0), (EDGE, floor), (right, floor)], "#333")]
    for place, name in ticks:
        parts.append(_polyline([(EDGE, place), (right, place)], "#eee"))
        parts.append(_text(EDGE - 8, place + 4, name, anchor="end"))
    parts += [
        _text(rows.place(tick), floor + 16, _rows(tick), anchor="middle") for tick in rows.ticks
    ]
    return [*parts, _text((EDGE + right) / 2, floor + 36, "rows", anchor="middle")]


def _rows(value: float) -> str:
    return f"{value / 1e6:,.0f} M" if value >= 1e6 else f"{value / 1e3:,g} k"


def _power(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def _dots(points: Sequence[Point], way: str) -> list[str]:
    return [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOURS[way]}"/>' for x, y in points]


def _text(x: float, y: float, said: str, colour: str = "#333", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">{said}</text>'


def _polyline(points: Sequence[Point], colour: str, dashes: str = "") -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (
        f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-dasharray="{dashes}"/>'
    )
