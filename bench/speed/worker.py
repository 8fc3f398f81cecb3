"""One contestant in a process of its own, in whatever environment holds it.

    python worker.py CONTESTANT TEXTS [FILES...]

TEXTS is a JSON file of messages. Says "ready" once the first message has been judged, judges all
of them, and prints one JSON object: seconds, processor seconds of all its threads, how many it
flagged, versions. Detoxify flags by its README's usage, which is a score over a half.
"""

import importlib.metadata
import json
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Judge = Callable[[Sequence[str]], int]
"""Judges messages, and says how many it flags."""

BATCH = 32
OUR_BATCH = 1_024  # that of a scan
MOST_TOKENS = 512
BAR = 0.5


def in_batches(texts: Sequence[str], size: int) -> list[Sequence[str]]:
    return [texts[start : start + size] for start in range(0, len(texts), size)]


def detoxify(file: str, size: int, by_length: bool) -> Judge:
    """Its own `predict`; a batch as a list, one message as a string."""
    from detoxify import Detoxify

    model = Detoxify(checkpoint=file)

    def judge(texts: Sequence[str]) -> int:
        flagged = 0
        for batch in in_batches(sorted(texts, key=len) if by_length else texts, size):
            found = model.predict(batch[0] if size == 1 else list(batch))
            columns = (
                found.values() if size > 1 and len(batch) > 1 else ([s] for s in found.values())
            )
            flagged += sum(max(scores) > BAR for scores in zip(*columns, strict=True))
        return flagged

    return judge


def runtime(file: str, tokenizer: str) -> Judge:
    """ONNX Runtime as it comes, batches by length, padded to the longest."""
    import numpy as np
    import onnxruntime
    from tokenizers import Tokenizer

    encoder = Tokenizer.from_file(tokenizer)
    encoder.enable_truncation(MOST_TOKENS)
    encoder.enable_padding()
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])

    def judge(texts: Sequence[str]) -> int:
        flagged = 0
        for batch in in_batches(sorted(texts, key=len), BATCH):
            encoded = encoder.encode_batch(list(batch))
            ids = np.array([one.ids for one in encoded], dtype=np.int64)
            mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
            (logits,) = session.run(None, {"input_ids": ids, "attention_mask": mask})
            flagged += int((logits.max(axis=1) > 0.0).sum())
        return flagged

    return judge


def our_model() -> Judge:
    """The bundled model on every message: no rule, no cascade, no cache."""
    from moderator.classifiers.registry import DEFAULT_MODEL, build_model

    model: Any = build_model(DEFAULT_MODEL)

    def judge(texts: Sequence[str]) -> int:
        flagged = 0
        for batch in in_batches(texts, OUR_BATCH):
            for result in model.classify(batch):
                scores = getattr(result, "scores", {})
                flagged += any(scores[label] >= model.thresholds[label] for label in scores)
        return flagged

    return judge


def our_rules() -> Judge:
    """The whole default, with spans."""
    from moderator.classifiers.rules import RulesClassifier
    from moderator.config import load

    rules: Any = RulesClassifier(load())
    return lambda texts: sum(
        bool(result.findings)
        for batch in in_batches(texts, OUR_BATCH)
        for result in rules.classify(batch)
    )


def better_profanity() -> Judge:
    from better_profanity import profanity

    profanity.load_censor_words()
    return lambda texts: sum(profanity.contains_profanity(text) for text in texts)


def alt_profanity_check(size: int) -> Judge:
    from profanity_check import predict

    return lambda texts: sum(int(predict(list(batch)).sum()) for batch in in_batches(texts, size))


CONTESTANTS: dict[str, Callable[..., Judge]] = {
    "detoxify one by one": lambda file: detoxify(file, 1, by_length=False),
    "detoxify in dump order": lambda file: detoxify(file, BATCH, by_length=False),
    "detoxify by length": lambda file: detoxify(file, BATCH, by_length=True),
    "onnxruntime by length": runtime,
    "our model": our_model,
    "our rules": our_rules,
    "better-profanity": better_profanity,
    "alt-profanity-check one by one": lambda: alt_profanity_check(1),
    "alt-profanity-check in batches": lambda: alt_profanity_check(OUR_BATCH),
}
PACKAGES = (
    "moderator", "detoxify", "torch", "transformers", "onnxruntime", "better-profanity",
    "alt-profanity-check", "scikit-learn",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Of those packages that are here."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def main() -> None:
    name, file, *needed = sys.argv[1:]
    warnings.simplefilter("ignore")
    texts = json.loads(Path(file).read_text("utf-8"))
    judge = CONTESTANTS[name](*needed)
    judge(texts[:1])
    print("ready", flush=True)
    began, worked = time.perf_counter(), time.process_time()
    flagged = judge(texts)
    took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - worked}
    print(json.dumps({**took, "flagged": flagged, "versions": versions()}))


if __name__ == "__main__":
    main()
