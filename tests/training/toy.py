"""A random model of toy size, and rows to train it on."""

import torch
from transformers import BertConfig, BertForSequenceClassification

from moderator.training import templates
from moderator.training.encoder import build_tokenizer
from moderator.training.labels import LABELS, Row


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
