"""What the bundled model's screen clears, what that loses, and what it spares, in one run.

    python bench/cascade.py --data FOLDER [--messages 3000]

FOLDER holds dev.jsonl.gz, labelled rows as training takes them. "Flagged" is what the model alone
would flag under the default rules, "lost" what of it the screen clears (with Wilson's interval),
"kept" how many of those are not lost in a scan, since a rule finds something in them, "cleared"
the share of the rest that never meets the transformer. Ends with 1 where more is lost than the
screen is made for: one flag in 500 on dev, in a scan one case of chatcheck. Lost rows are named by
number and category, their texts are not shown.
"""

import argparse
import csv
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

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


class Judged:
    """One text: whether the screen clears it, and the categories that the model would flag."""

    def __init__(
        self, cleared: bool, categories: tuple[str, ...], scored: bool, *, found: bool
    ) -> None:
        self.cleared, self.categories, self.scored = cleared, categories, scored
        self.lost = cleared and bool(categories)
        self.kept = self.lost and found


def judge(
    classifier: OnnxClassifier, rules: RulesClassifier, policy: Policy, texts: Sequence[str]
) -> list[Judged]:
    """Each text by the screen, and by the model whatever the screen says."""
    results = classifier.screened(texts, [False] * len(texts))
    cleared = [isinstance(result, Assessment) and result.cleared for result in results]
    again = [text for text, clear in zip(texts, cleared, strict=True) if clear]
    full = iter(classifier.classify(again))
    judged = []
    for text, result, clear in zip(texts, results, cleared, strict=True):
        whole = next(full) if clear else result
        scored = isinstance(whole, Assessment)
        found = policy.findings("", "", whole.scores) if isinstance(whole, Assessment) else []
        verdict = policy.judge(found)
        categories = verdict.categories if verdict.flagged else ()
        (by_rules,) = rules.classify([text]) if clear and categories else (Assessment(),)
        kept = not isinstance(by_rules, Assessment) or bool(by_rules.findings)
        judged.append(Judged(clear, categories, scored, found=kept))
    return judged


def line(name: str, judged: Iterable[Judged]) -> str:
    """One row of the table."""
    scored = [one for one in judged if one.scored]
    flagged = [one for one in scored if one.categories]
    others = len(scored) - len(flagged)
    cleared = sum(one.cleared for one in scored if not one.categories)
    lost, kept = sum(one.lost for one in flagged), sum(one.kept for one in flagged)
    share = wilson(lost, len(flagged))
    rate = "" if share is None else f"{share.low:8.2%} to {share.high:6.2%}"
    spared = f"{cleared / others:8.1%}" if others else f"{'–':>8}"
    return f"{name:26}{others:8,}{spared}{len(flagged):9,}{lost:6}{kept:6}{rate}"


def table(title: str, groups: dict[str, list[Judged]], every: list[Judged]) -> None:
    """The rows of a set: by group, by category, and over all."""
    heads = f"{'harmless':>8}{'cleared':>8}{'flagged':>9}{'lost':>6}{'kept':>6}    95 % interval"
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
        ("both", "screen, then the model for the rest"),
        ("screen", "language, tokens and screen alone"),
    ):
        rate = f"{count / spent[name]:10,.0f} {spent['model'] / spent[name]:8.1f}"
        print(f"{told:38}{rate}")


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

    easy = [text for text, one in zip(made, chatter, strict=True) if one.cleared]
    speed(classifier, made, easy)

    for name, judged in (("dev", dev), ("chatcheck", suite)):
        for number, one in enumerate(judged, 1):
            if one.lost:
                kept = " (kept in a scan)" if one.kept else ""
                print(f"lost: {name} row {number}: {', '.join(one.categories)}{kept}")
    lost = sum(one.lost for one in dev)
    flagged = sum(bool(one.categories) for one in dev)
    cases_lost = sum(one.lost and not one.kept for one in suite)
    return int(lost * LOST_ONE_IN > flagged or cases_lost > LOST_CASES)


if __name__ == "__main__":
    sys.exit(main())
