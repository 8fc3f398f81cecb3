"""A random model of toy size, and rows to train it on."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertForSequenceClassification

from moderator.training import templates
from moderator.training.encoder import build_tokenizer
from moderator.training.labels import LABELS, Row

FACTS: dict[str, Any] = {
    "name": "toy", "version": "1", "labels": list(LABELS), "max_tokens": 72, "stride": 24,
    "languages": ["en"], "thresholds": {}, "trained": {},
}  # fmt: skip


def model(seed: int = 0) -> BertForSequenceClassification:
    """Two layers, width 64, heads of 32 as in the real one, the real vocabulary."""
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=build_tokenizer().get_vocab_size(),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=96,
        max_position_embeddings=128,
        num_labels=len(LABELS),
        problem_type="multi_label_classification",
    )
    return BertForSequenceClassification(config)


def rows(count: int) -> list[Row]:
    """Template rows, every function among them."""
    return list(templates.rows(count, 5))


def write(path: Path, rows: Sequence[Row]) -> None:
    """A file of labelled rows, as training reads it."""
    with gzip.open(path, "wt", encoding="utf-8") as out:
        for at, row in enumerate(rows):
            known = {n: v for n, v in zip(LABELS, row.labels, strict=True) if v >= 0}
            source = "chitchat" if at % 2 else "gametox"
            line = {"text": row.text, "source": source, "lang": "en", "labels": known}
            out.write(json.dumps(line) + "\n")
