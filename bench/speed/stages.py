"""Where the microseconds of a message go: the stages of a scan, each over the whole dump by itself.

    python stages.py DUMP FOLDER

Prints JSON: for each stage the processor's microseconds a message of the dump, since a text
that comes again is judged from memory. FOLDER holds the multiplications of limits.py. Runs with
the packages of the plain install alone.
"""

import csv
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import limits
import numpy as np
import orjson

from moderator import output
from moderator.api import build
from moderator.behaviour.engine import Behaviour
from moderator.classifiers.draft import FILE as DRAFT
from moderator.classifiers.onnx import OnnxClassifier
from moderator.classifiers.registry import DEFAULT_MODEL
from moderator.classifiers.rules import RulesClassifier
from moderator.classifiers.vocabulary import lexicon_of
from moderator.config import load
from moderator.evasions.decode import Decoder
from moderator.records import Assessment, Message
from moderator.resources import data_path
from moderator.sources.dedupe import SeenOnDisk
from moderator.sources.dump import read_dump
from moderator.sources.sniff import sniff
from moderator.text import fold

BATCH, WARM_UP = 1_024, 32
Json = dict[str, Any]


class Timed:
    """Stands before an object, and adds up the processor time that its methods take."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return partial(self._timed, found) if callable(found) else found

    def _timed(self, method: Callable[..., Any], *given: Any) -> Any:
        began = time.process_time()
        found = method(*given)
        if isinstance(found, Iterator):
            found = list(found)
        self.seconds += time.process_time() - began
        return found


class Session(Timed):
    """A session of which it is also noted how often each shape ran, and how much was padding."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.runs: Counter[tuple[int, int]] = Counter()
        self.tokens = 0
        self.by_the_clock = 0.0

    def run(self, names: Any, feed: Any) -> Any:
        self.runs[feed["input_ids"].shape] += 1
        self.tokens += int(feed["attention_mask"].sum())
        began = time.perf_counter()
        found = self._timed(self._inner.run, names, feed)
        self.by_the_clock += time.perf_counter() - began
        return found


class Stages:
    """Times one after the other, in seconds of the processor, of all threads."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, name: str, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        found = work()
        self.seconds[name] = time.process_time() - began
        return found


def batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[start : start + BATCH] for start in range(0, len(texts), BATCH))


def read(dump: Path, stages: Stages) -> list[Message]:
    """Reading, parsing, and telling repeats; beside `csv` alone."""
    with dump.open("rb") as file:
        stages.time("read", lambda: sum(len(chunk) for chunk in sniff(file, None)[1]))
    with dump.open("rb") as file:
        rows = stages.time("parse", lambda: list(read_dump(file)))
    stages.seconds["parse"] -= stages.seconds["read"]
    with dump.open(encoding="utf-8", newline="") as text:
        stages.time("csv alone", lambda: sum(1 for _ in csv.reader(text)))
    messages = [row for row in rows if isinstance(row, Message)]
    with SeenOnDisk() as seen:
        stages.time("tell repeats", lambda: [seen.add(row.id, row.payload) for row in messages])
    return messages


def judge_by_rules(messages: Sequence[Message], stages: Stages) -> dict[str, Assessment]:
    """Folding, decoding, rules, and behaviour; the result of each distinct text."""
    ruleset = load()
    rules = RulesClassifier(ruleset)
    distinct = list(dict.fromkeys(message.payload for message in messages))
    rules.classify(distinct[:WARM_UP])  # word lists are loaded when first asked for
    results = stages.time("rules", lambda: rules.classify(distinct))
    folded = stages.time("fold", lambda: list(map(fold, distinct)))
    decoder = Decoder(lexicon_of(ruleset))
    stages.time("read disguises", lambda: [decoder.decode(one) for one in folded])
    stages.seconds["rules"] -= stages.seconds["fold"] + stages.seconds["read disguises"]
    names = list(
        {(one.participant_id, one.display_name): one.display_name for one in messages}.values()
    )
    stages.time("names", lambda: rules.classify(names))
    by_text = {
        text: one
        for text, one in zip(distinct, results, strict=True)
        if isinstance(one, Assessment)
    }
    behaviour = Behaviour(ruleset, rules)
    stages.time(
        "behaviour",
        lambda: [behaviour.see(one, by_text[one.payload].findings) for one in messages],
    )
    return by_text


def judge_by_model(by_text: dict[str, Assessment], stages: Stages) -> Json:
    """Language, tokens, screen, draft, transformer; what the two networks had to multiply."""
    folder = data_path("models") / DEFAULT_MODEL
    model: Any = OnnxClassifier.load(folder, threads=1)
    timed = {}
    for name, place in (
        ("language", "_gate"),
        ("tokenise", "_tokenization"),
        ("screen", "_screen"),
    ):
        timed[name] = Timed(getattr(model, place))
        setattr(model, place, timed[name])
    sessions = {}
    networks = {"draft": model._draft.network, "transformer": model._network}
    for name, network in networks.items():
        sessions[name] = network._session = Session(network._session)
    distinct = list(by_text)

    def screened() -> None:
        for batch in batches(distinct):
            model.screened(batch, [bool(by_text[text].findings) for text in batch])

    stages.time("model", screened)
    for name, part in (timed | sessions).items():
        stages.seconds[name] = part.seconds
    inner = sum(part.seconds for part in (timed | sessions).values())
    stages.seconds["around the model"] = stages.seconds.pop("model") - inner
    files = {"draft": folder / DRAFT, "transformer": folder / "model.onnx"}
    return {name: counted(session, files[name]) for name, session in sessions.items()}


def counted(session: Session, file: Path) -> Json:
    """Operations of all runs of a network, by kind."""
    total: Counter[str] = Counter()
    for shape, times in session.runs.items():
        ids = np.ones(shape, dtype=np.int64)
        for kind, number in limits.operations(
            file, {"input_ids": ids, "attention_mask": ids}
        ).items():
            total[kind] += round(times * number)
    padded = sum(times * math.prod(shape) for shape, times in session.runs.items())
    return {
        "operations": dict(total),
        "seconds": session.by_the_clock,
        "tokens": session.tokens,
        "padding": round(1 - session.tokens / padded, 4),
        "rows": sum(times * shape[0] for shape, times in session.runs.items()),
    }


def write(messages: Sequence[Message], stages: Stages) -> int:
    """Flagged records to bytes; beside orjson alone on the same records."""
    ruleset = load()
    pipeline = build(ruleset, models=["none"])
    flagged = [one for one in pipeline.moderate(messages) if one.verdict.flagged]
    stages.time("write", lambda: [output.line(output.flagged_record(one)) for one in flagged])
    records = [output.flagged_record(one) for one in flagged]
    stages.time("orjson alone", lambda: [orjson.dumps(one) for one in records])
    return len(flagged)


def main() -> None:
    dump, folder = map(Path, sys.argv[1:])
    stages = Stages()
    messages = read(dump, stages)
    by_text = judge_by_rules(messages, stages)
    networks = judge_by_model(by_text, stages)
    flagged = write(messages, stages)
    best = limits.best(folder)
    print(
        json.dumps({
            "messages": len(messages),
            "distinct": len(by_text),
            "flaggedByRules": flagged,
            "micros": {name: 1e6 * took / len(messages) for name, took in stages.seconds.items()},
            "networks": networks,
            "best": best,
        })
    )  # fmt: skip


if __name__ == "__main__":
    main()
