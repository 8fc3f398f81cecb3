"""Rows in batches of similar length, as tensors; labels that are unknown carry no weight."""

import random
from collections.abc import Iterator, Sequence

import torch
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits

from moderator.training.encoder import MAX_TOKENS
from moderator.training.labels import LABELS, Row

POOL = 40
"""Batches that are sorted by length together; their order is shuffled again."""


def plan(lengths: Sequence[int], size: int, rng: random.Random) -> list[list[int]]:
    """Indices of rows in batches of `size`, near in length within a pool, in random order."""
    batches: list[list[int]] = []
    for start in range(0, len(lengths), size * POOL):
        pool = sorted(range(start, min(start + size * POOL, len(lengths))), key=lengths.__getitem__)
        group = [pool[at : at + size] for at in range(0, len(pool), size)]
        rng.shuffle(group)
        batches += group
    return batches


def encode(tokenizer: Tokenizer, texts: Sequence[str], limit: int) -> list[list[int]]:
    """Token ids with the special tokens, cut to `limit` tokens."""
    return [cut(found.ids, limit) for found in tokenizer.encode_batch(list(texts))]


def cut(ids: list[int], limit: int) -> list[int]:
    """The first `limit` ids, the last of them the separator."""
    return ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]]


def pad(ids: Sequence[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Input ids and attention mask, both [rows, longest], int64."""
    width = max(len(row) for row in ids)
    tokens = torch.zeros((len(ids), width), dtype=torch.long)
    mask = torch.zeros_like(tokens)
    for at, row in enumerate(ids):
        tokens[at, : len(row)] = torch.tensor(row)
        mask[at, : len(row)] = 1
    return tokens, mask


def targets(rows: Sequence[Row]) -> torch.Tensor:
    """Labels [rows, labels] as floats; -1 is unknown."""
    return torch.tensor([row.labels for row in rows], dtype=torch.float32)


def masked_loss(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy, the mean over known cells of a label, summed over labels by weight.

    Toxicity, which every other label leans on, counts three times.
    """
    known = (wanted >= 0).float()
    cells = binary_cross_entropy_with_logits(logits, wanted.clamp(min=0), reduction="none") * known
    weight = torch.ones(wanted.shape[1], device=logits.device)
    weight[0] = 3.0
    return (cells.sum(dim=0) * weight).sum() / len(wanted)


@torch.no_grad()
def score(
    model: torch.nn.Module, tokenizer: Tokenizer, texts: Sequence[str], device: str, size: int = 64
) -> torch.Tensor:
    """Logits [texts, labels] in the order given, float32; long texts are cut, not windowed."""
    model.eval()
    ids = encode(tokenizer, texts, MAX_TOKENS)
    order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
    out = torch.zeros((len(ids), len(LABELS)))
    for chunk in _chunks(order, size):
        tokens, mask = pad([ids[at] for at in chunk])
        with autocast(device):
            logits = model(input_ids=tokens.to(device), attention_mask=mask.to(device)).logits
        out[chunk] = logits.float().cpu()
    return out


def autocast(device: str) -> torch.autocast:
    """bfloat16 where the processor computes it natively, float32 otherwise."""
    able = device != "cpu" or "avx512_bf16" in torch.backends.cpu.get_cpu_capability().lower()
    return torch.autocast(device, dtype=torch.bfloat16, enabled=able or amx())


def amx() -> bool:
    """Whether the processor multiplies bfloat16 matrices."""
    probe = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return bool(probe and probe())


def _chunks(order: list[int], size: int) -> Iterator[list[int]]:
    for at in range(0, len(order), size):
        yield order[at : at + size]
