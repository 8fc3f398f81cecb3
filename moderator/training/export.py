"""Writes the two forms of a model: the shipped folder, and Detoxify's checkpoint from it.

`python -m moderator.training.export --model models/chat-minilm --detoxify DIR` writes into DIR a
`checkpoint.ckpt` for `Detoxify(checkpoint=…)`, with the configuration and tokenizer beside it.
"""

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, PreTrainedTokenizerFast

from moderator.classifiers.draft import FILE as DRAFT
from moderator.classifiers.screen import FILE as SCREEN
from moderator.training import graph

NAME = "chat-minilm"
STRIDE = 24
HEAD_WIDTH = 32
CHECKPOINT = "checkpoint.ckpt"


def tensors(state: Mapping[str, torch.Tensor]) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """A torch state as float32 arrays of the same names."""
    return {name: value.float().cpu().numpy() for name, value in state.items()}


def write_shipped(
    folder: Path,
    model: onnx.ModelProto,
    tokenizer: Tokenizer,
    facts: Mapping[str, object],
) -> None:
    """`model.onnx`, `tokenizer.json` and a manifest of `facts` with the hashes of both.

    A screen and a draft found there were made for another model, and go.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for made_for_another in (SCREEN, DRAFT):
        (folder / made_for_another).unlink(missing_ok=True)
    files = {"model.onnx": model.SerializeToString(deterministic=True)}
    files["tokenizer.json"] = (tokenizer.to_str(pretty=False) + "\n").encode("utf-8")
    hashes = {}
    for name, content in files.items():
        (folder / name).write_bytes(content)
        hashes[name] = hashlib.sha256(content).hexdigest()
    manifest = {**facts, "files": hashes}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def write_detoxify(source: Path, target: Path) -> Path:
    """A shipped folder as a checkpoint that Detoxify loads without a network; returns its path.

    `model_type` inside is the absolute path of `target`, so the folder cannot be moved afterwards.
    The classes are concrete: with Auto classes Detoxify would ask a hub.
    """
    manifest = json.loads((source / "manifest.json").read_text("utf-8"))
    state = {
        name: torch.tensor(value) for name, value in graph.tensors_of(source / "model.onnx").items()
    }
    target.mkdir(parents=True, exist_ok=True)
    _config(state, manifest["labels"]).save_pretrained(target)
    fast: Any = PreTrainedTokenizerFast
    named = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    fast(
        tokenizer_file=str(source / "tokenizer.json"),
        model_max_length=512,
        model_input_names=["input_ids", "attention_mask"],
        **named,
    ).save_pretrained(target)
    content = {
        "config": {
            "dataset": {"args": {"classes": manifest["labels"]}},
            "arch": {
                "args": {
                    "model_type": str(target.resolve()),
                    "model_name": "BertForSequenceClassification",
                    "tokenizer_name": "PreTrainedTokenizerFast",
                    "num_classes": len(manifest["labels"]),
                }
            },
        },
        "state_dict": state,
    }
    torch.save(content, target / CHECKPOINT)
    return target / CHECKPOINT


def _config(state: Mapping[str, torch.Tensor], labels: Sequence[str]) -> BertConfig:
    vocabulary, width = state[graph.EMBEDDING].shape
    layers = [n for n in state if n.endswith(".intermediate.dense.weight")]
    return BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=len(layers),
        num_attention_heads=width // HEAD_WIDTH,
        intermediate_size=state[layers[0]].shape[0],
        max_position_embeddings=state[graph.POSITION].shape[0],
        id2label=dict(enumerate(labels)),
        label2id={label: at for at, label in enumerate(labels)},
        problem_type="multi_label_classification",
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Reads the arguments and writes the checkpoint."""
    parser = argparse.ArgumentParser(description="Export the shipped model for Detoxify.")
    parser.add_argument("--model", type=Path, required=True, help="the shipped folder")
    parser.add_argument("--detoxify", type=Path, required=True, help="folder to write")
    given = parser.parse_args(argv)
    write_detoxify(given.model, given.detoxify)


if __name__ == "__main__":
    main()
