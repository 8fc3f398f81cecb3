"""Makes the model's draft: `python -m moderator.training.draft --data DIR --model FOLDER`.

Nothing is trained: the shipped weights are rounded once more, to be multiplied as whole numbers
(`whole`), whose scales a sample of the training rows sets. Model and draft are asked about the dev
rows. A message is to be cleared where every label lies under its limit by twice what the draft
falls short of the model, at most, on messages that flag. Writes draft.onnx into FOLDER, with its
hash and its limits in the manifest; the screen comes first.
"""

import argparse
import hashlib
import json
import math
import os
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from moderator.classifiers.draft import FILE
from moderator.classifiers.manifest import Manifest, read_manifest
from moderator.classifiers.network import Network, probability
from moderator.classifiers.tokenization import Tokenization
from moderator.errors import ClassifierError
from moderator.training import data, export, graph, whole
from moderator.training.metrics import Array

SAMPLE, SEED = 3000, 7
"""Texts by which the draft's scales are set."""

SAFETY = 2.0
"""So many times the largest shortfall on dev is allowed for; on made-up chat, unlike anything that
the model was trained on, it was 1.9 times that."""


def logit(score: float) -> float:
    """The number of which a probability is the sigmoid."""
    return math.log(score / (1 - score))


def outputs(
    path: Path, manifest: Manifest, tokenization: Tokenization, texts: Sequence[str]
) -> Array:
    """A network's outputs [texts, labels]; not numbers for a text without a known token."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        network = Network.load(path, len(manifest.labels), tokenization.pad, threads.map)
        best = network.best(list(tokenization.windows(texts)))
        return np.array([row or [math.nan] * len(manifest.labels) for row in best])


def run(folder: Path, model: Path) -> dict[str, Any]:
    """Rounds, compares, draws the line, writes; the figures."""
    manifest = read_manifest(model)
    limits = manifest.screen_limits
    if not limits:
        raise ClassifierError(f"The model in {model} has no screen yet; train it first.")
    tokenization = Tokenization(model / "tokenizer.json", manifest.max_tokens, manifest.stride)
    texts = [row.text for row in data.read(folder / "dev.jsonl.gz", weakly=False)]
    acting = [at for at, label in enumerate(manifest.labels) if label in limits]
    flagging = [logit(limits[manifest.labels[at]]) for at in acting]
    exact = outputs(model / "model.onnx", manifest, tokenization, texts)[:, acting] - flagging
    tensors = graph.tensors_of(model / "model.onnx")
    heads = tensors[graph.EMBEDDING].shape[1] // export.HEAD_WIDTH
    read = [row.text for row in data.training_rows(folder / "train.jsonl.gz")]
    sample = tokenization.windows(random.Random(SEED).sample(read, min(SAMPLE, len(read))))
    spans = whole.ranges(tensors, heads, [windows[0] for windows in sample if windows])
    made = whole.build(tensors, heads, spans).SerializeToString(deterministic=True)
    with TemporaryDirectory() as trial:
        (Path(trial) / FILE).write_bytes(made)
        drafted = outputs(Path(trial) / FILE, manifest, tokenization, texts)[:, acting] - flagging
    highest, foreseen = exact.max(axis=1), drafted.max(axis=1)
    flagged = highest >= 0
    short = SAFETY * float((highest - foreseen)[flagged].max(initial=0.0))
    under = {manifest.labels[at]: probability(flagging[k] - short) for k, at in enumerate(acting)}
    (model / FILE).write_bytes(made)
    told = json.loads((model / "manifest.json").read_text("utf-8"))
    told["files"][FILE] = hashlib.sha256(made).hexdigest()
    told["draft_limits"] = under
    told["trained"]["draft"] = {"short": short}
    (model / "manifest.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    cleared = foreseen + short < 0
    return {
        "rows": len(texts),
        "flagged": int(flagged.sum()),
        "lost": int((flagged & cleared).sum()),
        "cleared": int(cleared.sum()),
        "short": short,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Reads the arguments and makes the draft."""
    parser = argparse.ArgumentParser(description="Make the bundled classifier's draft.")
    parser.add_argument("--data", type=Path, required=True, help="folder of dev rows")
    parser.add_argument("--model", type=Path, required=True, help="the shipped folder")
    given = parser.parse_args(argv)
    print(json.dumps(run(given.data, given.model), indent=1))


if __name__ == "__main__":
    main()
