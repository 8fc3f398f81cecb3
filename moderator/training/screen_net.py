"""The screen as a torch network that counts in the whole numbers of `moderator.classifiers.screen`.

Values are rounded in the forward pass and passed through as they are in the backward one, so that
what is trained is what runs. Source: Jacob et al., Quantization and Training of Neural Networks
for Efficient Integer-Arithmetic-Only Inference, 2018.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from moderator.classifiers.screen import HIGHEST, SUM_SHARE
from moderator.training.metrics import Array

PIECE_STEP = 1 / 32
STEP = 1 / 16
"""What one stands for in a piece's vector, and in an activation."""

WIDTH, CHANNELS, HIDDEN = 64, 96, 64


class ScreenNet(nn.Module):
    """`pieces` [vocabulary, width] are the vectors to start from; padding is id 0.

    Maps ids [texts, length] to [texts, outputs]: the last is the screen's score, those before it
    help in training only.
    """

    def __init__(
        self, pieces: torch.Tensor, outputs: int, channels: int = CHANNELS, hidden: int = HIDDEN
    ) -> None:
        super().__init__()
        width = pieces.shape[1]
        self.pieces = nn.Embedding(len(pieces), width, padding_idx=0)
        self.pieces.weight.data.copy_(pieces)
        self.first = nn.Conv1d(width, channels, 3, padding=1)
        self.second = nn.Conv1d(channels, channels, 3, padding=1)
        self.hidden = nn.Linear(2 * channels, hidden)
        self.score = nn.Linear(hidden, outputs)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        there = (ids != 0).float()[:, None]
        bounded = self.pieces(ids).clamp(-HIGHEST * PIECE_STEP, HIGHEST * PIECE_STEP)
        values = _rounded(bounded, PIECE_STEP).transpose(1, 2) * there
        for layer in (self.first, self.second):
            weight = _rounded(layer.weight, scales(layer.weight))
            total = nn.functional.conv1d(values, weight, layer.bias, padding=1)
            values = _activation(total) * there
        pooled = torch.cat([values.amax(2), _activation(values.sum(2) * SUM_SHARE)], 1)
        weight = _rounded(self.hidden.weight, scales(self.hidden.weight))
        inner = _activation(nn.functional.linear(pooled, weight, self.hidden.bias))
        weight = _rounded(self.score.weight, scales(self.score.weight))
        return nn.functional.linear(inner, weight, self.score.bias)

    def parts(self) -> dict[str, Any]:
        """The arrays of the screen's file, but for what is known and the limits."""
        with torch.no_grad():
            pieces = torch.round(self.pieces.weight / PIECE_STEP).clamp(-HIGHEST, HIGHEST)
            pieces[0] = 0
            found: dict[str, Any] = {"pieces": pieces.numpy().astype(np.int8)}
            layers: tuple[tuple[str, nn.Linear | nn.Conv1d, float], ...] = (
                ("first", self.first, PIECE_STEP),
                ("second", self.second, STEP),
                ("hidden", self.hidden, STEP),
            )
            for name, layer, step in layers:
                steps = scales(layer.weight)
                whole = torch.round(layer.weight / steps)
                order = (2, 1, 0) if whole.ndim == 3 else (1, 0)
                found[f"{name}_weight"] = whole.permute(*order).numpy().astype(np.int8)
                found[f"{name}_scale"] = (steps.flatten() * (step / STEP)).numpy()
                found[f"{name}_offset"] = (_offsets(layer) / STEP).numpy()
            weight = self.score.weight[-1:]
            found["score"] = torch.round(weight / scales(weight))[0].numpy().astype(np.int8)
        return found


def _offsets(layer: nn.Linear | nn.Conv1d) -> torch.Tensor:
    assert layer.bias is not None
    return layer.bias


def scales(weight: torch.Tensor) -> torch.Tensor:
    """What one stands for in the weights of each output."""
    over = tuple(range(1, weight.ndim))
    return weight.detach().abs().amax(over, keepdim=True).clamp(min=1e-8) / HIGHEST


def _rounded(values: torch.Tensor, step: torch.Tensor | float) -> torch.Tensor:
    return values + (torch.round(values / step) * step - values).detach()


def _activation(values: torch.Tensor) -> torch.Tensor:
    return _rounded(values.clamp(0, HIGHEST * STEP), STEP)


def batches(
    ids: Sequence[Sequence[int]], size: int, rng: random.Random
) -> Iterator[tuple[list[int], torch.Tensor]]:
    """Places and padded ids of texts of like length, in an order by chance."""
    order = sorted(range(len(ids)), key=lambda at: len(ids[at]) + 2 * rng.random())
    chunks = [order[start : start + size] for start in range(0, len(order), size)]
    rng.shuffle(chunks)
    for chunk in chunks:
        padded = np.zeros((len(chunk), max(len(ids[at]) for at in chunk)), dtype=np.int64)
        for row, at in enumerate(chunk):
            padded[row, : len(ids[at])] = ids[at]
        yield chunk, torch.from_numpy(padded)


def fit(
    net: ScreenNet,
    ids: Sequence[Sequence[int]],
    margins: Array,
    *,
    epochs: int,
    seed: int,
    rate: float = 3e-3,
    size: int = 256,
) -> Iterator[float]:
    """Trains to foresee `margins` [texts, labels]; yields the mean loss of each epoch.

    The last output learns whether any label may be flagged, the others the labels' margins.
    """
    torch.set_num_threads(1)  # the layers are too small for more, and sums would depend on them
    rng = random.Random(seed)
    known = torch.tensor(np.clip(margins, *RANGE), dtype=torch.float32)
    highest = known.amax(dim=1)
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.01)
    steps = epochs * -(-len(ids) // size)
    step = 0
    for _ in range(epochs):
        net.train()
        total = 0.0
        for chunk, padded in batches(ids, size, rng):
            step += 1
            for group in optimizer.param_groups:
                group["lr"] = rate * min(1.0, 20 * step / steps, 1.01 - step / steps)
            out = net(padded)
            loss = doubt(out[:, -1], highest[chunk])
            loss = loss + nn.functional.smooth_l1_loss(out[:, :-1], known[chunk]) / 2
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimizer.step()
            total += float(loss.detach()) * len(chunk)
        yield total / len(ids)


RANGE = (-9.0, 5.0)
"""Margins are cut to this: how sure the big model is beyond it does not matter."""

NEAR = 3.0
"""How far under its threshold, in logits, a label stops to be of any doubt."""

CARE = 4.0
"""What a text that is or nearly is flagged weighs, against one that is far from it."""


def doubt(found: torch.Tensor, highest: torch.Tensor) -> torch.Tensor:
    """Cross-entropy against 0 for what is far from a flag, 1 for a flag, and between in a line.

    Clean texts are all one to it, unlike their margins: the plainer ones get ever lower scores.
    """
    wanted = (highest / NEAR + 1).clamp(0, 1)
    losses = nn.functional.binary_cross_entropy_with_logits(found, wanted, reduction="none")
    return (losses * (1 + CARE * wanted)).mean()
