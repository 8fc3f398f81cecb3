"""What was measured, as tables; ratios first, and each aim beside what was reached."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from contestants import (
    ALT,
    ALT_ONE,
    BETTER,
    BY_LENGTH,
    IN_ORDER,
    MODEL,
    ONE_BY_ONE,
    PIPELINE,
    RULES,
    RULES_SCAN,
)
from equal import ALLOWED
from rounds import ratios
from starting import HELP_SECONDS, SCAN_SECONDS

Json = dict[str, Any]
Row = Sequence[str]
RULES_MIB, MODEL_MIB = 200.0, 450.0


def table(heads: Row, rows: Sequence[Row]) -> str:
    """As Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows))


def batched(speed: Json) -> str:
    """The better of Detoxify's two ways with batches; the other where one did not take part."""
    ways = (IN_ORDER, BY_LENGTH)
    return max(ways, key=lambda name: float(speed[name]["perSecond"]) if name in speed else 0.0)


def speeds(speed: Json) -> str:
    """All contestants, beside Detoxify one by one, its better batches, and better-profanity."""
    beside = [name for name in (ONE_BY_ONE, batched(speed), BETTER) if name in speed]
    short = {ONE_BY_ONE: "× Detoxify", BETTER: "× better-profanity"}
    heads = [
        "", *(short.get(name, "× Detoxify batched") for name in beside),
        "messages/s (least–most)", "CPU s per 1,000", "peak MiB", "start-up s", "messages",
    ]  # fmt: skip
    rows = [
        [
            name + (" ¹" if one["randomWeights"] else "") + (" ²" if "scan" in name else ""),
            *(number(median(ratios(speed, name, other))) for other in beside),
            "{} ({}–{})".format(
                *(number(one[f"perSecond{which}"]) for which in ("", "Least", "Most"))
            ),
            f"{one['cpuPer1000']:.3g}",
            f"{one['peakMiB']:,.0f}",
            f"{one['startUp']:.2f}",
            f"{one['messages']:,}",
        ]
        for name, one in speed.items()
    ]
    return table(heads, rows)


def stages(found: Json, speed: Json) -> str:
    """Microseconds of the processor in each stage, and how near that is to what could be."""
    micros = found["micros"]
    notes = {
        "parse": f"{share(micros['csv alone'], micros['read'] + micros['parse'])} of `csv` alone",
        "write": f"{share(micros['orjson alone'], micros['write'])} of orjson alone",
        **{name: multiplied(told, found["best"]) for name, told in found["networks"].items()},
    }
    limits = ("csv alone", "orjson alone")
    rows = [
        [name, f"{took:.2f}", notes.get(name, "")]
        for name, took in micros.items()
        if name not in limits
    ]
    total = sum(took for name, took in micros.items() if name not in limits)
    rows.append(["sum", f"{total:.1f}", ""])
    if PIPELINE in speed:
        whole = 1000 * speed[PIPELINE]["cpuPer1000"]
        rows.append(["whole scan, start-up included", f"{whole:.1f}", ""])
    return table(["stage", "CPU µs a message", "share of the limit"], rows)


def multiplied(told: Json, reached: Json) -> str:
    """What a network multiplied a second, beside what this machine's matrix multiply reaches.

    By the kind that it does most of: a network of whole numbers has a few products of others.
    """
    kind = max(told["operations"], key=told["operations"].__getitem__)
    rate = told["operations"][kind] / told["seconds"]
    best = max(fastest for name, fastest in reached.items() if kind in name)
    return (
        f"{rate / 1e9:,.0f} GFLOP/s {kind}, {share(rate, best)} of this machine's "
        f"{best / 1e9:,.0f}; {100 * told['padding']:.0f} % padding"
    )


def aims(result: Json) -> str:
    """Each aim, what was reached, and by how much it was missed where it was."""
    speed, same, start = result["speed"], result["equal"], result["startUp"]
    rows: list[Row] = []

    def times(what: str, over: str, beside: str, wanted: float) -> None:
        if over in speed and beside in speed:
            reached = median(ratios(speed, over, beside))
            rows.append([what, f"{wanted:g} ×", f"{number(reached)} ×", verdict(reached >= wanted)])

    def most(what: str, reached: float, wanted: float, unit: str) -> None:
        rows.append(
            [what, f"≤ {wanted:g} {unit}", f"{reached:.3g} {unit}", verdict(reached <= wanted)]
        )

    times("full pipeline, beside Detoxify one by one", PIPELINE, ONE_BY_ONE, 100)
    times("full pipeline, beside Detoxify batched", PIPELINE, batched(speed), 40)
    times("model exhaustively, beside Detoxify batched", MODEL, batched(speed), 6)
    times("rules alone, beside better-profanity", RULES, BETTER, 100)
    times("rules alone, beside alt-profanity-check, one a call", RULES, ALT_ONE, 2)
    times("rules alone, beside alt-profanity-check, in batches", RULES, ALT, 2)
    if same is not None and same["lostShare"] is not None:
        lost = 100 * same["lostShare"]["value"]
        most("flags of the model alone lost by the cascade, here", lost, 100 * ALLOWED, "%")
    most("`--help`", start["help"]["median"], HELP_SECONDS, "s")
    most("scan of 1,000 rows, start to exit", start["scan"]["median"], SCAN_SECONDS, "s")
    for name, limit in ((PIPELINE, MODEL_MIB), (RULES_SCAN, RULES_MIB)):
        if name in speed:
            most(f"memory, {name}", speed[name]["peakMiB"], limit, "MiB")
    return table(["aim", "wanted", "reached", ""], rows)


def equality(same: Json) -> str:
    """Whether the fast pipeline flags the same."""
    share = same["lostShare"]
    interval = (
        f" ({100 * share['value']:.2f} %, 95 % interval {100 * share['low']:.2f}–"
        f"{100 * share['high']:.2f} %)"
        if share
        else ""
    )
    return (
        f"`--exhaustive` flags {same['flagged']:,} messages, {same['byModelAlone']:,} of them by "
        f"the model alone. The fast pipeline loses {same['lost']}{interval}, "
        f"{same['lostThoughByRule']} of them found by a rule; adds {same['added']}; "
        f"{same['differing']} records differ."
    )


def number(value: float) -> str:
    """Three digits that say something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %"


def verdict(reached: bool) -> str:
    return "reached" if reached else "**not reached**"
