"""The figures as tables of plain text, 100 columns wide at most."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from moderator.evaluation.readers import name_of
from moderator.terminal import printable

Json = Mapping[str, Any]

WIDTH = 100
NONE = "–"

_NAME = 26
_PERCENT = ("accuracy", "precision", "recall", "f1")
_SUMMARY = (*_PERCENT, "auc", "average_precision", "false_flags_per_1000")
_LABEL_HEADS = ("rows", "positive", "AUC", "", "AP", "AUC short", "ECE", "short")
_LABEL_WIDTHS = (9, 9, 8, 10, 10, 10, 8, 8)
_GROUP_HEADS = ("rows", "flag", "acc.", "", "prec.", "rec.", "F1", "AUC", "", "AP", "FF/1k")
_GROUP_WIDTHS = (7, 6, 6, 8, 6, 6, 6, 6, 9, 6, 8)
_ENDS = ("low", "high")
_HEADS = ("accuracy", "precision", "recall", "F1", "AUC", "AP", "FF/1,000")


def render(report: Json) -> Iterator[str]:
    """The lines of all tables of a report, as `figures.compare` makes it."""
    known = report["rows"] - report["without_verdict"]
    yield f"{report['rows']:,} rows, {known:,} of them with a known verdict."
    yield "Proportions in %, with 95 % intervals. AUC and average precision (AP): of scored rows."
    yield "FF/1,000: false flags in a thousand rows that are not to be flagged."
    sets, groups = report["sets"], report["groups"]
    yield from _block("All together" if len(sets) > 1 else next(iter(sets)), report["overall"])
    one_group_a_file = [name_of(Path(name)) for name in sets] == list(groups)
    if len(sets) > 1 and not one_group_a_file:
        yield from _groups("file", sets)
    if len(groups) > 1:
        yield from _groups(report["by"], groups)


def _block(title: str, systems: Mapping[str, Json]) -> Iterator[str]:
    yield ""
    yield printable(title, WIDTH)
    yield f"{'':{_NAME}}" + "".join(f"{head:>10}" for head in _HEADS)
    for name, found in systems.items():
        yield _cell(name) + "".join(f"{_value(found, key):>10}" for key in _SUMMARY)
        yield f"{'':{_NAME}}" + "".join(f"{_interval(found, key):>10}" for key in _SUMMARY)
    for name, found in systems.items():
        if found["unscored"]:
            yield (
                f"{printable(name, 24)}: no score for {found['unscored']:,} of {found['rows']:,} "
                f"rows (coverage {100 * found['coverage']:.1f} %); no model flags these."
            )
    for name, found in systems.items():
        if "calibration" in found:
            yield from _calibration(name, found["calibration"])
            yield from _labels(name, found["labels"])


def _calibration(name: str, found: Json) -> Iterator[str]:
    if found["ece"] is None:
        return
    short = _percent(found["ece_short"])
    yield ""
    yield (
        f"{printable(name, 24)}: calibration error {_percent(found['ece'])} %, of texts under "
        f"20 characters {short} % ({found['rows_short']:,} rows)"
    )
    bins: Sequence[Json] = found["reliability"]
    for start in range(0, len(bins), 8):
        part = bins[start : start + 8]
        yield f"{'  mean score':18}" + "".join(f"{_percent(one['score']):>10}" for one in part)
        yield f"{'  to be flagged':18}" + "".join(f"{_percent(one['share']):>10}" for one in part)
        yield f"{'  rows':18}" + "".join(f"{one['rows']:>10,}" for one in part)


def _labels(name: str, labels: Mapping[str, Json]) -> Iterator[str]:
    if not labels:
        return
    yield ""
    yield _cell(f"{name} by label") + _cells(_LABEL_HEADS, _LABEL_WIDTHS)
    for label, found in labels.items():
        cells = (
            f"{found['rows']:,}",
            f"{found['expected']:,}",
            _value(found, "auc"),
            _interval(found, "auc"),
            _value(found, "average_precision"),
            _value(found["short"], "auc"),
            _percent(found["ece"]),
            _percent(found["ece_short"]),
        )
        yield _cell(label) + _cells(cells, _LABEL_WIDTHS)


def _groups(by: str, groups: Mapping[str, Mapping[str, Json]]) -> Iterator[str]:
    for system in next(iter(groups.values())):
        yield ""
        yield f"{printable(system, 40)} by {by}"
        yield f"{'':{_NAME}}" + _cells(_GROUP_HEADS, _GROUP_WIDTHS)
        for group in sorted(groups):
            found = groups[group][system]
            cells = (
                f"{found['rows']:,}",
                f"{found['expected']:,}",
                _value(found, "accuracy"),
                _interval(found, "accuracy", rough=True),
                _value(found, "precision"),
                _value(found, "recall"),
                _value(found, "f1"),
                _value(found, "auc").removeprefix("0"),
                _interval(found, "auc", rough=True),
                _value(found, "average_precision").removeprefix("0"),
                _value(found, "false_flags_per_1000"),
            )
            yield _cell(group) + _cells(cells, _GROUP_WIDTHS)


def _cells(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


def _cell(name: str, width: int = _NAME) -> str:
    return f"{printable(name, width - 1):{width}}"


def _value(found: Json, key: str) -> str:
    figure = found[key]
    return NONE if figure is None else _shown(key, figure["value"])


def _interval(found: Json, key: str, *, rough: bool = False) -> str:
    figure = found[key]
    if figure is None:
        return ""
    if key in {"auc", "average_precision"}:
        return "-".join(f"{figure[end]:.{2 if rough else 3}f}".removeprefix("0") for end in _ENDS)
    if key in _PERCENT:
        decimals = int(not rough and figure["high"] < 0.9995)
        return "-".join(f"{100 * figure[end]:.{decimals}f}" for end in _ENDS)
    return "-".join(f"{figure[end]:.{figure['high'] < 99.95:d}f}" for end in _ENDS)


def _shown(key: str, value: float) -> str:
    if key in _PERCENT:
        return f"{100 * value:.1f}"
    return f"{value:.3f}" if key in {"auc", "average_precision"} else f"{value:.1f}"


def _percent(value: float | None) -> str:
    return NONE if value is None else f"{100 * value:.1f}"
