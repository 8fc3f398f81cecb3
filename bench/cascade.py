"""What the bundled model's screen and draft clear, what that loses, and what it spares, in one run.

    python bench/cascade.py --data FOLDER [--messages 3000]

FOLDER holds dev.jsonl.gz, labelled rows as training takes them. "Flagged" is what the model alone
would flag under the default rules, "lost" what of it is cleared (with Wilson's interval), "kept"
how many of those are not lost in a scan, since a rule finds something in them. "Screen" is the
share of the rest that the screen clears, "both" the share that never meets the model. Ends with 1
where more is lost than allowed: one flag in 500 on dev, in a scan one case of chatcheck. Lost rows
are named by number and category, their texts are not shown.
"""

import argparse
import csv
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent.parent / "tests"))

from chatcheck.load import functions
from chatter import messages
from evasion.cases import terms

from moderator.classifiers.onnx import OnnxClassifier
from moderator.classifiers.rules import RulesClassifier
from moderator.config import load
from moderator.evaluation.metrics import wilson
from moderator.policy import Policy
from moderator.records import TEXT_MESSAGE, Assessment
from moderator.training import data
from moderator.training.calibrate import CLEAN_CHAT

ROOT = Path(__file__).parent.parent
LOST_ONE_IN, LOST_CASES = 500, 1
TURN = 250


@dataclass
class Judged:
    """One text: what clears it, the categories that the model would flag, what a rule finds."""

    by_screen: bool
    cleared: bool
    scored: bool
    categories: tuple[str, ...]
    found: bool

    @property
    def lost(self) -> bool:
        return self.cleared and bool(self.categories)

    @property
    def kept(self) -> bool:
        return self.lost and self.found


def screens(classifier: Any, texts: Sequence[str]) -> list[bool]:
    """What the screen alone clears."""
    windows = classifier._tokenization.windows(texts)
    found: list[bool] = classifier._screen.clears(
        [one[0] if one and len(one) == 1 else [] for one in windows]
    )
    return found


def judge(
    classifier: OnnxClassifier, rules: RulesClassifier, policy: Policy, texts: Sequence[str]
) -> list[Judged]:
    """Each text by screen and draft, and by the model whatever they say."""
    results = classifier.screened(texts, [False] * len(texts))
    cleared = [isinstance(result, Assessment) and result.cleared for result in results]
    again = [text for text, clear in zip(texts, cleared, strict=True) if clear]
    full = iter(classifier.classify(again))
    judged = []
    for text, result, clear, screen in zip(
        texts, results, cleared, screens(classifier, texts), strict=True
    ):
        whole = next(full) if clear else result
        found = policy.findings("", "", whole.scores) if isinstance(whole, Assessment) else []
        verdict = policy.judge(found)
        categories = verdict.categories if verdict.flagged else ()
        (by_rules,) = rules.classify([text]) if clear and categories else (Assessment(),)
        kept = not isinstance(by_rules, Assessment) or bool(by_rules.findings)
        scored = isinstance(whole, Assessment)
        judged.append(Judged(screen and clear, clear, scored, categories, kept))
    return judged


def line(name: str, judged: Iterable[Judged]) -> str:
    """One row of the table."""
    scored = [one for one in judged if one.scored]
    flagged = [one for one in scored if one.categories]
    others = len(scored) - len(flagged)
    harmless = [one for one in scored if not one.categories]
    shares = [
        f"{sum(cleared) / others:8.1%}" if others else f"{'–':>8}"
        for cleared in ([one.by_screen for one in harmless], [one.cleared for one in harmless])
    ]
    lost, kept = sum(one.lost for one in flagged), sum(one.kept for one in flagged)
    share = wilson(lost, len(flagged))
    rate = "" if share is None else f"{share.low:8.2%} to {share.high:6.2%}"
    return f"{name:26}{others:8,}{shares[0]}{shares[1]}{len(flagged):9,}{lost:6}{kept:6}{rate}"


def table(title: str, groups: dict[str, list[Judged]], every: list[Judged]) -> None:
    """The rows of a set: by group, by category, and over all."""
    shares = f"{'harmless':>8}{'screen':>8}{'both':>8}"
    heads = f"{shares}{'flagged':>9}{'lost':>6}{'kept':>6}    95 % interval"
    print(f"\n{title:26}{heads}")
    for name, judged in groups.items():
        print(line(name, judged))
    for category in sorted({name for one in every for name in one.categories}):
        print(line(f"  {category}", [one for one in every if category in one.categories]))
    print(line("all", every))


def examples() -> list[str]:
    """The messages of the bundled dumps."""
    texts = []
    for path in sorted((ROOT / "examples").glob("*.csv")):
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            texts += [row["payload"] for row in rows if row["payloadType"] == TEXT_MESSAGE]
    return texts


def seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def speed(classifier: OnnxClassifier, texts: Sequence[str], cleared: Sequence[str]) -> None:
    """Messages a second on one thread, in turns, so that other work slows all alike."""
    spent = dict.fromkeys(("screen", "both", "model"), 0.0)
    count = min(len(texts), len(cleared))
    for start in range(0, count, TURN):
        some, easy = texts[start : start + TURN], cleared[start : start + TURN]
        free = [False] * len(some)
        spent["screen"] += seconds(lambda e=easy, f=free: classifier.screened(e, f[: len(e)]))
        spent["both"] += seconds(lambda s=some, f=free: classifier.screened(s, f))
        spent["model"] += seconds(lambda s=some: classifier.classify(s))
    print(f"\n{count:,} messages of made-up chat, one thread: messages/s, and against the model")
    for name, told in (
        ("model", "the model alone"),
        ("both", "screen, draft, then the model for the rest"),
        ("screen", "language, tokens and screen alone"),
    ):
        rate = f"{count / spent[name]:10,.0f} {spent['model'] / spent[name]:8.1f}"
        print(f"{told:44}{rate}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--messages", type=int, default=3000)
    given = parser.parse_args()

    classifier = OnnxClassifier.load(ROOT / "models" / "chat-minilm", threads=1)
    ruleset = load()
    rules, policy = RulesClassifier(ruleset), Policy(ruleset)
    print(f"screen {classifier.screen_version}")

    rows = list(data.read(given.data / "dev.jsonl.gz", weakly=False))
    dev = judge(classifier, rules, policy, [row.text for row in rows])
    by_source: dict[str, list[Judged]] = {}
    for row, one in zip(rows, dev, strict=True):
        by_source.setdefault(row.source, []).append(one)
    table("dev", dict(sorted(by_source.items())), dev)
    chat = [one for row, one in zip(rows, dev, strict=True) if row.source in CLEAN_CHAT]
    short = [
        one
        for row, one in zip(rows, dev, strict=True)
        if row.source in CLEAN_CHAT and len(row.text.split()) <= 8
    ]
    print(line("clean chat", chat))
    print(line("  of 8 words at most", short))

    cases = {name: [case["text"] for case in found] for name, found in functions().items()}
    suite = judge(classifier, rules, policy, [text for found in cases.values() for text in found])
    table("chatcheck", {}, suite)

    made = list(messages(given.messages, terms(ruleset)))
    chatter = judge(classifier, rules, policy, made)
    print()
    print(line("made-up chat", chatter))
    print(line("bundled dumps", judge(classifier, rules, policy, examples())))

    easy = [text for text, one in zip(made, chatter, strict=True) if one.by_screen]
    speed(classifier, made, easy)

    for name, judged in (("dev", dev), ("chatcheck", suite)):
        for number, one in enumerate(judged, 1):
            if one.lost:
                kept = " (kept in a scan)" if one.kept else ""
                which = "screen" if one.by_screen else "draft"
                categories = ", ".join(one.categories)
                print(f"lost by the {which}: {name} row {number}: {categories}{kept}")
    lost = sum(one.lost for one in dev)
    flagged = sum(bool(one.categories) for one in dev)
    cases_lost = sum(one.lost and not one.kept for one in suite)
    return int(lost * LOST_ONE_IN > flagged or cases_lost > LOST_CASES)


if __name__ == "__main__":
    sys.exit(main())
