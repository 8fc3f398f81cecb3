"""Trains the model's screen: `python -m moderator.training.screen --data DIR --out RUNDIR`.

Draws texts (`distil`), asks the shipped model about each (kept in RUNDIR, so that a run goes on
when it was stopped), trains the screen to foresee the answers, sets its bar on the dev rows, and
writes screen.npz into the folder of `--model`, with its hash in the manifest. A draft found there
was made for other limits, and goes. All figures are left as `screen.json` in RUNDIR. A run is fixed
by its data, model, number of texts, epochs and seed.
"""

import argparse
import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from moderator.classifiers.base import NEVER
from moderator.classifiers.draft import FILE as DRAFT
from moderator.classifiers.manifest import read_manifest
from moderator.classifiers.onnx import OnnxClassifier
from moderator.classifiers.screen import FILE, Screen
from moderator.classifiers.tokenization import Tokenization
from moderator.config import load
from moderator.policy import Policy
from moderator.ruleset import RuleSet
from moderator.training import data, distil, graph, screen_net
from moderator.training.calibrate import CLEAN_CHAT
from moderator.training.labels import Row
from moderator.training.metrics import Array, Mask

LOST_ONE_IN = 1000
"""Of so many messages of dev that the model alone would flag, one may be cleared: half of what is
promised, since on messages unlike dev's more is lost."""

DRAWN, POINTED = 240_000, 6
"""Texts of a draw; to so many comes one of a draw from what is harmful."""

LONGEST = 32
"""Pieces of a message, with those at its ends, beyond which it is not cleared."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What fixes a run, beside its data and the model."""

    texts: int = 340_000
    epochs: int = 4
    seed: int = 31


def limits(ruleset: RuleSet, labels: Sequence[str]) -> dict[str, float]:
    """From which probability on each label flags a message; labels that only record have none."""
    flags_from = {label: Policy(ruleset).flags_from(label) for label in labels}
    return {label: limit for label, limit in flags_from.items() if limit < NEVER}


def windows(tokenization: Tokenization, texts: Sequence[str]) -> list[list[int]]:
    """Each text's piece ids; none for one that the screen is not to read, being too long or odd."""
    return [
        found[0] if found and len(found) == 1 and len(found[0]) <= LONGEST else []
        for found in tokenization.windows(texts)
    ]


def vectors(model: Path, width: int) -> torch.Tensor:
    """The model's own vectors of its pieces in their `width` main directions."""
    pieces = graph.tensors_of(model / "model.onnx")[graph.EMBEDDING].astype(np.float64)
    pieces -= pieces.mean(axis=0)
    _, directions = np.linalg.eigh(pieces.T @ pieces)
    turned = pieces @ directions[:, ::-1][:, :width]
    return torch.tensor(turned / turned.std() / 2, dtype=torch.float32)


def train(
    model: Path, ids: Sequence[list[int]], margins: Array, settings: Settings
) -> dict[str, Any]:
    """The arrays of a screen without a bar yet."""
    usable = [at for at, pieces in enumerate(ids) if pieces and np.isfinite(margins[at]).all()]
    texts, answers = [ids[at] for at in usable], margins[usable]
    torch.manual_seed(settings.seed)
    net = screen_net.ScreenNet(vectors(model, screen_net.WIDTH), answers.shape[1] + 1)
    losses = screen_net.fit(net, texts, answers, epochs=settings.epochs, seed=settings.seed)
    for epoch, loss in enumerate(losses, 1):
        print(f"epoch {epoch} of {settings.epochs}: loss {loss:.4f}", flush=True)
    parts = net.parts()
    known = np.zeros(len(parts["pieces"]), dtype=bool)
    known[[piece for pieces in texts for piece in pieces]] = True
    return {**parts, "known": known, "limits": np.array([0, LONGEST])}


def scores(screen: Screen, ids: Sequence[list[int]], known: Mask) -> Array:
    """The screen's score of each text; without end where it may not clear the text at all."""
    found = np.full(len(ids), np.inf)
    read = [at for at, pieces in enumerate(ids) if pieces and known[pieces].all()]
    for start in range(0, len(read), 256):
        chunk = read[start : start + 256]
        found[chunk] = screen.scores([ids[at] for at in chunk])
    return found


def bar(found: Array, flagged: Mask) -> int:
    """The highest bar under which no more of the flagged lie than may be lost."""
    readable = found[np.isfinite(found)]
    over = readable.max() + 1 if len(readable) else 0
    reached = np.sort(np.append(found[flagged], np.inf))
    return int(min(reached[int(flagged.sum()) // LOST_ONE_IN], over))


def figures(
    rows: Sequence[Row], margins: Array, labels: Sequence[str], found: Array
) -> dict[str, Any]:
    """What the bar costs and spares on the dev rows, by source and by label, and halves crossed."""
    flagged = np.nan_to_num(margins, nan=-np.inf).max(axis=1) >= 0
    scored = np.isfinite(margins).all(axis=1)
    cleared = found < bar(found, flagged)
    source = np.array([row.source for row in rows])
    half = np.array([data.fraction("screen " + row.text) < 0.5 for row in rows])
    crossed = sum(
        int((found[~one & flagged] < bar(found[one], flagged[one])).sum()) for one in (half, ~half)
    )

    def over(chosen: Mask) -> dict[str, int]:
        return {
            "flagged": int((chosen & flagged).sum()),
            "lost": int((chosen & flagged & cleared).sum()),
            "others": int((chosen & scored & ~flagged).sum()),
            "cleared": int((chosen & scored & ~flagged & cleared).sum()),
        }

    return {
        "all": over(np.ones(len(rows), dtype=bool)),
        "clean chat": over(np.isin(source, CLEAN_CHAT)),
        "lost, halves crossed": crossed,
        "sources": {name: over(source == name) for name in sorted(set(source))},
        "labels": {
            label: over(np.nan_to_num(margins[:, at], nan=-1.0) >= 0)
            for at, label in enumerate(labels)
        },
    }


def write(
    model: Path, parts: Mapping[str, Any], told: Mapping[str, Any], acting: Mapping[str, float]
) -> None:
    """screen.npz into the model's folder; its hash, its limits, how it was made: the manifest."""
    with (model / FILE).open("wb") as out:
        np.savez(out, **parts)
    path = model / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["files"][FILE] = hashlib.sha256((model / FILE).read_bytes()).hexdigest()
    manifest["files"].pop(DRAFT, None)
    manifest.pop("draft_limits", None)
    (model / DRAFT).unlink(missing_ok=True)
    manifest["screen_limits"] = dict(acting)
    manifest["trained"]["screen"] = dict(told)
    path.write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


def draws(rows: Sequence[Row], seed: int) -> Iterator[tuple[str, list[str]]]:
    """Texts to learn from, without end: draws of each kind in turn, each with its name."""
    for number in itertools.count(seed):
        yield f"texts-{number}", distil.texts(rows, DRAWN, number)
        yield f"pointed-{number}", distil.pointed(rows, DRAWN // POINTED, number)


def told(
    teacher: OnnxClassifier, texts: Sequence[str], acting: Mapping[str, float], folder: Path
) -> Array:
    """The teacher's margins of all texts."""
    chunks: list[Array] = []
    for chunk in distil.teach(teacher, texts, acting, folder):
        chunks.append(chunk)
        print(f"{folder.name}: {sum(map(len, chunks)):,} of {len(texts):,} texts", flush=True)
    return np.concatenate(chunks)


def run(folder: Path, out: Path, model: Path, settings: Settings) -> dict[str, Any]:
    """Draws, asks, trains, sets the bar, writes; the figures."""
    out.mkdir(parents=True, exist_ok=True)
    teacher = OnnxClassifier.load(model, threads=1)
    acting = limits(load(), teacher.labels)
    rows = data.training_rows(folder / "train.jsonl.gz")
    dev = list(data.read(folder / "dev.jsonl.gz", weakly=False))
    seen = [row.text for row in dev]
    margins = told(teacher, seen, acting, out / "dev")
    texts: list[str] = []
    answers: list[Array] = []
    for name, drawn in draws(rows, settings.seed):
        asked = drawn[: settings.texts - len(texts)]
        texts += asked
        answers.append(told(teacher, asked, acting, out / name))
        if len(texts) == settings.texts:
            break
    manifest = read_manifest(model)
    tokenization = Tokenization(model / "tokenizer.json", manifest.max_tokens, manifest.stride)
    parts = train(model, windows(tokenization, texts), np.concatenate(answers), settings)
    found = scores(Screen(parts), windows(tokenization, seen), parts["known"])
    flagged = np.nan_to_num(margins, nan=-np.inf).max(axis=1) >= 0
    parts["limits"][0] = bar(found, flagged)
    write(model, parts, asdict(settings), acting)
    made = figures(dev, margins, list(acting), found)
    (out / "screen.json").write_text(json.dumps(made, indent=1) + "\n", "utf-8")
    return made


def main(argv: Sequence[str] | None = None) -> None:
    """Reads the arguments, then trains or goes on."""
    usual = Settings()
    parser = argparse.ArgumentParser(description="Train the bundled classifier's screen.")
    parser.add_argument("--data", type=Path, required=True, help="folder of train and dev rows")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--model", type=Path, required=True, help="the shipped folder")
    parser.add_argument("--texts", type=int, default=usual.texts, help="texts to learn from")
    parser.add_argument("--epochs", type=int, default=usual.epochs)
    parser.add_argument("--seed", type=int, default=usual.seed)
    given = parser.parse_args(argv)
    settings = Settings(given.texts, given.epochs, given.seed)
    made = run(given.data, given.out, given.model, settings)
    print(json.dumps({name: made[name] for name in ("all", "clean chat")}, indent=1))


if __name__ == "__main__":
    main()
