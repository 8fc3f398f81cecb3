"""Trains the bundled classifier: `python -m moderator.training.train --data DIR --out RUNDIR`.

A run is fixed by its data, seed and number of rows. It writes a checkpoint every few minutes and
goes on from it when started again with the same arguments. With `--minutes` the rate falls to
zero by then, however many of the rows were seen; the result then depends on the machine's speed.
"""

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from moderator.training import augment, batches, data, metrics, templates
from moderator.training.encoder import MAX_TOKENS, build_model, build_tokenizer
from moderator.training.labels import LABELS, Row

CHECKPOINT = "checkpoint.pt"
SUBSET = 1500
SHORT = 60
CLEAN = ("chitchat", "irc_ubuntu")


@dataclass(frozen=True, slots=True)
class Settings:
    """What fixes a run. `start` is an earlier run to take the weights from, or empty."""

    rows: int = 260_000
    batch: int = 48
    rate: float = 1.2e-4
    warmup: float = 0.06
    decay: float = 0.01
    seed: int = 20
    minutes: float = 0.0
    start: str = ""


@dataclass(slots=True)
class State:
    """What a checkpoint holds: the model, the optimiser, the position and the time spent."""

    model: torch.nn.Module
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0

    def save(self, path: Path, settings: Settings) -> None:
        """Writes aside and renames, so that a stop in the middle loses nothing."""
        content = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "random": torch.get_rng_state(),
            "step": self.step,
            "seconds": self.seconds,
            "settings": asdict(settings),
        }
        aside = path.with_suffix(".part")
        torch.save(content, aside)
        aside.replace(path)

    def load(self, path: Path) -> None:
        """Takes up the position of a checkpoint."""
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        self.model.load_state_dict(content["model"])
        self.optimizer.load_state_dict(content["optimizer"])
        torch.set_rng_state(content["random"])
        self.step, self.seconds = content["step"], content["seconds"]


def optimizer(model: torch.nn.Module, settings: Settings) -> torch.optim.Optimizer:
    """AdamW; biases and layer norms do not decay."""
    decayed = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() <= 1]
    groups: list[dict[str, Any]] = [
        {"params": decayed, "weight_decay": settings.decay},
        {"params": plain},
    ]
    return torch.optim.AdamW(groups, lr=settings.rate, weight_decay=0.0, fused=True)


def rate(progress: float, settings: Settings) -> float:
    """The learning rate at a progress in 0..1: up in a line, then down in a line to zero."""
    if progress < settings.warmup:
        return settings.rate * progress / settings.warmup
    return settings.rate * max(0.0, (1 - progress) / (1 - settings.warmup))


def chosen_rows(rows: Sequence[Row], settings: Settings) -> list[Row]:
    """The rows of a run in order, evasions put on: fixed by the rows and the settings."""
    rng = random.Random(settings.seed)
    drawn = data.draw(rows, settings.rows, rng)
    return [
        Row(augment.maybe(r.text, rng, evasions(r)), r.source, r.labels, r.group) for r in drawn
    ]


def evasions(row: Row) -> float:
    """How often a row gets an evasion: a short template, toxic or not, more than the rest."""
    short = row.source == "template" and len(row.text) < SHORT
    return augment.SHORT_RATE if short else augment.RATE


def fit(
    state: State,
    tokenizer: Tokenizer,
    rows: Sequence[Row],
    settings: Settings,
    out: Path,
    *,
    every: float = 300.0,
    stop_at: int | None = None,
    dev: Sequence[Row] = (),
) -> None:
    """Trains from the state's step to the end, or to `stop_at` steps (then a checkpoint stands)."""
    device = str(next(state.model.parameters()).device)
    ids = batches.encode(tokenizer, [row.text for row in rows], MAX_TOKENS)
    order = batches.plan([len(i) for i in ids], settings.batch, random.Random(settings.seed))
    last, losses = time.monotonic(), []
    began = saved = last
    while state.step < len(order):
        progress = state.step / len(order)
        if settings.minutes:
            progress = max(progress, state.seconds / (settings.minutes * 60))
        if progress >= 1 or state.step == stop_at:
            break
        for group in state.optimizer.param_groups:
            group["lr"] = rate(progress, settings)
        chunk = order[state.step]
        tokens, mask = batches.pad([ids[at] for at in chunk])
        state.model.train()
        with batches.autocast(device.split(":")[0]):
            logits = state.model(input_ids=tokens.to(device), attention_mask=mask.to(device)).logits
        loss = batches.masked_loss(
            logits.float(), batches.targets([rows[at] for at in chunk]).to(device)
        )
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(state.model.parameters(), 1.0)
        state.optimizer.step()
        state.optimizer.zero_grad(set_to_none=True)
        state.step += 1
        losses.append(loss.detach())
        now = time.monotonic()
        state.seconds, last = state.seconds + now - last, now
        if state.step % 100 == 0:
            mean = float(torch.stack(losses).mean())
            entry = {
                "step": state.step, "of": len(order), "loss": round(mean, 4),
                "rows_per_second": round(100 * settings.batch / (now - began), 1),
                "minutes": round(state.seconds / 60, 2), "rate": rate(progress, settings),
            }  # fmt: skip
            note(out, entry)
            losses, began = [], now
        if now - saved > every:
            state.save(out / CHECKPOINT, settings)
            if dev:
                note(out, {"step": state.step, **judge(state.model, tokenizer, dev, device)})
            last = saved = began = time.monotonic()
    state.save(out / CHECKPOINT, settings)


def judge(
    model: torch.nn.Module, tokenizer: Tokenizer, rows: Sequence[Row], device: str
) -> dict[str, Any]:
    """Areas under the curve of toxicity by source, by label and under 20 characters."""
    logits = batches.score(model, tokenizer, [r.text for r in rows], device.split(":")[0])
    scores = torch.sigmoid(logits).double().numpy()
    wanted = np.array([r.labels for r in rows], dtype=np.float64)
    groups: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        groups["all"].append(at)
        groups[row.source].append(at)
        if len(row.text) < 20:
            groups["under_20"].append(at)
    found: dict[str, Any] = {}
    for name, places in sorted(groups.items()):
        value = metrics.auc(scores[places, 0], wanted[places, 0])
        if value is not None:
            found[name] = round(value, 4)
    labels = {label: metrics.auc(scores[:, at], wanted[:, at]) for at, label in enumerate(LABELS)}
    clean = [at for at, row in enumerate(rows) if row.source in CLEAN]
    flagged = metrics.flags_per_thousand(scores[clean], {0: 0.5})
    return {
        "toxicity_auc": found,
        "label_auc": {name: round(v, 4) for name, v in labels.items() if v is not None},
        "clean_over_half": round(flagged, 2),
    }


def note(out: Path, entry: dict[str, Any]) -> None:
    """Adds a line to the run's log."""
    with (out / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry) + "\n")


def subset(rows: Sequence[Row], count: int) -> list[Row]:
    """The `count` rows whose texts hash lowest: the same at every checkpoint."""
    return sorted(rows, key=lambda row: data.fraction(row.text))[:count]


def main(argv: Sequence[str] | None = None) -> None:
    """Reads the arguments, then trains or goes on."""
    usual = Settings()
    parser = argparse.ArgumentParser(description="Train the bundled classifier.")
    parser.add_argument("--data", type=Path, required=True, help="folder of train and dev rows")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--threads", type=int, default=0, help="processor threads (all)")
    parser.add_argument("--minutes", type=float, default=0.0, help="longest training time (none)")
    parser.add_argument("--rows", type=int, default=usual.rows, help="row passes")
    parser.add_argument("--rate", type=float, default=usual.rate, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--start", default="", help="an earlier run to take the weights from")
    given = parser.parse_args(argv)
    settings = Settings(
        rows=given.rows, rate=given.rate, seed=given.seed, minutes=given.minutes, start=given.start
    )
    if given.threads:
        torch.set_num_threads(given.threads)
    given.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings.seed)
    tokenizer = build_tokenizer()
    tokenizer.save(str(given.out / "tokenizer.json"))
    model = build_model(len(LABELS))
    if settings.start:
        earlier = torch.load(Path(settings.start) / CHECKPOINT, weights_only=True)
        model.load_state_dict(earlier["model"])
    module: torch.nn.Module = model
    module.to("cuda" if torch.cuda.is_available() else "cpu")
    state = State(module, optimizer(module, settings))
    if (given.out / CHECKPOINT).exists():
        state.load(given.out / CHECKPOINT)
    rows = data.training_rows(given.data / "train.jsonl.gz")
    rows += templates.rows(int(settings.rows * 0.55), settings.seed)
    dev = subset(list(data.read(given.data / "dev.jsonl.gz", weakly=False)), SUBSET)
    fit(state, tokenizer, chosen_rows(rows, settings), settings, given.out, dev=dev)


if __name__ == "__main__":
    main()
