"""A reliability diagram as SVG: mean score against the share of toxic rows, bin by bin."""

from collections.abc import Mapping
from typing import Any

SIZE, EDGE = 360, 48
LINES = (("toxicity", "#1f5fa8"), ("toxicity, under 20 characters", "#c4541a"))


def reliability(calibration: Mapping[str, Any]) -> str:
    """The diagram of two of `ship.calibration`'s entries; the diagonal is perfect calibration."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{SIZE}" height="{SIZE}" fill="#fff"/>',
        _line([(0.0, 0.0), (1.0, 1.0)], "#999", "4 4"),
        _line([(0.0, 1.0), (0.0, 0.0), (1.0, 0.0)], "#333", ""),
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = _place(tick, 0.0)
        parts.append(f'<text x="{x:.0f}" y="{y + 16:.0f}" text-anchor="middle">{tick:g}</text>')
        x, y = _place(0.0, tick)
        parts.append(f'<text x="{x - 8:.0f}" y="{y + 4:.0f}" text-anchor="end">{tick:g}</text>')
    for at, (name, colour) in enumerate(LINES):
        entry = calibration[name]
        points = [(mean, share) for mean, share, _ in entry["bins"]]
        parts.append(_line(points, colour, ""))
        for mean, share, rows in entry["bins"]:
            x, y = _place(mean, share)
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}">'
                f"<title>{rows} rows</title></circle>"
            )
        parts.append(
            f'<text x="{EDGE + 12}" y="{EDGE + 14 + 15 * at}" fill="{colour}">'
            f"{name}: ECE {entry['ece']:.3f}</text>"
        )
    parts.append(f'<text x="{SIZE / 2}" y="{SIZE - 10}" text-anchor="middle">mean score</text>')
    parts.append(
        f'<text x="14" y="{SIZE / 2}" text-anchor="middle" '
        f'transform="rotate(-90 14 {SIZE / 2})">share of toxic rows</text></svg>\n'
    )
    return "\n".join(parts)


def _place(x: float, y: float) -> tuple[float, float]:
    side = SIZE - 2 * EDGE
    return EDGE + x * side, SIZE - EDGE - y * side


def _line(points: list[tuple[float, float]], colour: str, dashes: str) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_place(*point) for point in points))
    return (
        f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-dasharray="{dashes}"/>'
    )
