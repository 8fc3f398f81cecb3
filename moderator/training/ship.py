"""Turns a run into the shipped files: `python -m moderator.training.ship RUNDIR --data DIR`.

Stores int8 weights, calibrates on half of the dev rows, folds that into the head, chooses the
thresholds on clean dev chat, writes the folder of `--model`, and leaves all figures as
`figures.json` in RUNDIR.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from tokenizers import Tokenizer

from moderator.classifiers.windows import spans
from moderator.training import calibrate, data, diagram, export, graph, metrics, templates
from moderator.training.encoder import MAX_TOKENS
from moderator.training.labels import LABELS, Row
from moderator.training.metrics import Array, Mask
from moderator.training.train import CHECKPOINT, subset

LOSS = 0.003
COMPARED = 4000
HELD_OUT_SEED = 90_001


def logits_of(model: onnx.ModelProto, tokenizer: Tokenizer, texts: Sequence[str]) -> Array:
    """Logits [texts, labels] of a graph: the highest over a text's windows, label by label.

    One thread, batches of one length.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    windows: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
    for at, found in enumerate(tokenizer.encode_batch(list(texts))):
        first, *body, last = found.ids
        for start, end in spans(len(body), MAX_TOKENS - 2, export.STRIDE):
            ids = [first, *body[start:end], last]
            windows[len(ids)].append((at, ids))
    out = np.full((len(texts), len(LABELS)), -np.inf)
    for group in windows.values():
        for start in range(0, len(group), 64):
            chunk = group[start : start + 64]
            tokens = np.array([ids for _, ids in chunk], dtype=np.int64)
            feeds = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
            np.maximum.at(out, [at for at, _ in chunk], session.run(None, feeds)[0])
    return out


def sigmoid(logits: Array) -> Array:
    """Probabilities of logits."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))), dtype=np.float64)


def matrix(rows: Sequence[Row]) -> Array:
    """Labels of rows, [rows, labels]; -1 is unknown."""
    return np.array([row.labels for row in rows], dtype=np.float64)


def areas(rows: Sequence[Row], scores: Array) -> dict[str, Any]:
    """Areas under the ROC curve: toxicity by source, language and length, and every label."""
    wanted = matrix(rows)
    groups = {
        "all": [True for _ in rows],
        "english": [row.group == "en" for row in rows],
        "under 20 characters": [len(row.text) < 20 for row in rows],
        "mlma, english": [row.source == "mlma" and row.group == "en" for row in rows],
    }
    for source in sorted({row.source for row in rows}):
        groups[source] = [row.source == source for row in rows]
    toxicity: dict[str, Any] = {}
    for name, chosen in groups.items():
        at = np.array(chosen)
        value = metrics.auc(scores[at, 0], wanted[at, 0])
        ones, zeros = int((wanted[at, 0] == 1).sum()), int((wanted[at, 0] == 0).sum())
        toxicity[name] = {"auc": value, "toxic": ones, "not": zeros}
    labels = {
        label: {
            "auc": metrics.auc(scores[:, at], wanted[:, at]),
            "ones": int((wanted[:, at] == 1).sum()),
            "zeros": int((wanted[:, at] == 0).sum()),
        }
        for at, label in enumerate(LABELS)
    }
    return {"toxicity": toxicity, "labels": labels}


def calibration(rows: Sequence[Row], scores: Array, seen: Mask) -> dict[str, Any]:
    """Calibration error of every label on the half that calibration did not see."""
    wanted = matrix(rows)
    short = np.array([len(row.text) < 20 for row in rows])
    found: dict[str, Any] = {}
    for at, label in enumerate(LABELS):
        known = ~seen & (wanted[:, at] >= 0)
        if wanted[known, at].sum() > 0:
            found[label] = _error(scores[known, at], wanted[known, at])
    known = ~seen & (wanted[:, 0] >= 0) & short
    found["toxicity, under 20 characters"] = _error(scores[known, 0], wanted[known, 0])
    return found


def _error(scores: Array, labels: Array) -> dict[str, Any]:
    error, bins = metrics.ece(scores, labels)
    return {"ece": error, "rows": len(scores), "bins": bins}


def flags(
    rows: Sequence[Row], scores: Array, limits: dict[int, float], toxicity: int
) -> dict[str, dict[str, float]]:
    """Flags in a thousand rows of one toxicity, by source with at least 50 of them, and in all."""
    wanted = matrix(rows)
    found: dict[str, dict[str, float]] = {}
    for source in ["all", *sorted({row.source for row in rows})]:
        at = np.array([source in ("all", row.source) for row in rows]) & (wanted[:, 0] == toxicity)
        if at.sum() >= 50:
            found[source] = {
                "rows": int(at.sum()),
                "toxicity": metrics.flags_per_thousand(scores[at], {0: limits[0]}),
                "all": metrics.flags_per_thousand(scores[at], limits),
                "all but obscene": metrics.flags_per_thousand(
                    scores[at], {k: v for k, v in limits.items() if LABELS[k] != "obscene"}
                ),
            }
    return found


def by_function(rows: Sequence[Row], scores: Array, limits: dict[int, float]) -> dict[str, Any]:
    """Share of template rows judged right by function; the templates are those of training."""
    harmful = {k: v for k, v in limits.items() if LABELS[k] not in ("obscene", "spam")}
    found: dict[str, Any] = {}
    for name in dict.fromkeys(row.group for row in rows):
        at = np.array([row.group == name for row in rows])
        toxic = rows[int(np.argmax(at))].labels[0] == 1
        share = metrics.flags_per_thousand(scores[at], harmful) / 1000
        found[name] = {"rows": int(at.sum()), "right": share if toxic else 1 - share}
    return found


def stages(run: Path) -> list[dict[str, Any]]:
    """What the run and the runs that it started from did, the first of them first."""
    content = torch.load(run / CHECKPOINT, map_location="cpu", weights_only=True, mmap=True)
    settings = content["settings"]
    stage = {
        "seed": settings["seed"],
        "rows": content["step"] * settings["batch"],
        "steps": content["step"],
        "minutes": round(content["seconds"] / 60, 1),
        "rate": settings["rate"],
    }
    return [*(stages(Path(settings["start"])) if settings["start"] else []), stage]


def ship(run: Path, folder: Path, target: Path) -> dict[str, Any]:
    """Writes the shipped files of a run and returns its figures."""
    content = torch.load(run / CHECKPOINT, map_location="cpu", weights_only=True)
    tensors = export.tensors(content["model"])
    heads = tensors[graph.EMBEDDING].shape[1] // export.HEAD_WIDTH
    tokenizer = Tokenizer.from_file(str(run / "tokenizer.json"))
    rows = list(data.read(folder / "dev.jsonl.gz", weakly=False))
    wanted, seen = matrix(rows), calibrate.fitting_half(rows)
    logits = logits_of(graph.build(tensors, heads, small=True), tokenizer, [r.text for r in rows])

    few = subset(rows, COMPARED)
    full = logits_of(graph.build(tensors, heads, small=False), tokenizer, [r.text for r in few])
    known = matrix(few)[:, 0]
    place = {id(row): at for at, row in enumerate(rows)}
    stored = logits[[place[id(row)] for row in few], 0]
    lost = (metrics.auc(full[:, 0], known) or 0) - (metrics.auc(stored, known) or 0)
    small = lost <= LOSS
    if not small:
        logits = logits_of(
            graph.build(tensors, heads, small=False), tokenizer, [r.text for r in rows]
        )

    scales = calibrate.fit(logits, wanted, seen)
    weight, bias = calibrate.folded(
        tensors["classifier.weight"].astype(np.float64),
        tensors["classifier.bias"].astype(np.float64),
        scales,
    )
    tensors["classifier.weight"] = weight.astype(np.float32)
    tensors["classifier.bias"] = bias.astype(np.float32)
    raw = sigmoid(logits)
    for at, (slope, offset) in scales.items():
        logits[:, at] = slope * logits[:, at] + offset
    scores = sigmoid(logits)
    clean = np.array([r.source in calibrate.CLEAN_CHAT for r in rows]) & (wanted[:, 0] == 0)
    toxic = scores[wanted[:, 0] == 1]
    limits = calibrate.thresholds(scores[clean], toxic)
    unseen = calibrate.crossed(
        [row for row, kept in zip(rows, clean, strict=True) if kept], scores[clean], toxic
    )

    export.write_shipped(
        target,
        graph.build(tensors, heads, small=small),
        tokenizer,
        {
            "name": export.NAME,
            "version": "1.0.0",
            "labels": list(LABELS),
            "max_tokens": MAX_TOKENS,
            "stride": export.STRIDE,
            "thresholds": {LABELS[at]: round(limit, 4) for at, limit in limits.items()},
            "languages": list(data.LANGUAGES),
            "trained": {"stages": stages(run)},
        },
    )
    held_out = list(templates.rows(8000, HELD_OUT_SEED))
    shown = sigmoid(
        logits_of(graph.build(tensors, heads, small=small), tokenizer, [r.text for r in held_out])
    )
    figures: dict[str, Any] = {
        "areas": areas(rows, scores),
        "int8": {"auc_lost": lost, "rows": len(few), "stored": small},
        "calibration": calibration(rows, scores, seen),
        "uncalibrated": calibration(rows, raw, seen),
        "scales": {LABELS[at]: list(pair) for at, pair in scales.items()},
        "thresholds": {LABELS[at]: limit for at, limit in limits.items()},
        "clean_flags_unseen": unseen,
        "false_flags": flags(rows, scores, limits, 0),
        "true_flags": flags(rows, scores, limits, 1),
        "templates": by_function(held_out, shown, limits),
    }
    (run / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    np.savez_compressed(run / "dev_scores.npz", scores=scores.astype(np.float32))
    (target / "reliability.svg").write_text(diagram.reliability(figures["calibration"]), "utf-8")
    return figures


def main(argv: Sequence[str] | None = None) -> None:
    """Reads the arguments, ships, and prints the main figures."""
    parser = argparse.ArgumentParser(description="Turn a run into the shipped files.")
    parser.add_argument("run", type=Path, help="folder of the run")
    parser.add_argument("--data", type=Path, required=True, help="folder of train and dev rows")
    parser.add_argument("--model", type=Path, required=True, help="folder to write")
    given = parser.parse_args(argv)
    figures = ship(given.run, given.data, given.model)
    shown = {name: figures[name] for name in ("areas", "int8", "thresholds", "false_flags")}
    print(json.dumps(shown, indent=1))


if __name__ == "__main__":
    main()
