"""Makes small real models on the spot: an ONNX model folder, and a checkpoint as Detoxify's are.

The ONNX model adds up weights of words, so that tests can tell what it must say; a random mix of
the sentence's other words is added, so that scores have digits that could differ.
"""

import hashlib
import json
import string
from pathlib import Path
from typing import Any

import numpy as np

LABELS = ("toxicity", "insult", "threat")
MAX_TOKENS = 24
STRIDE = 6

BASE = -4.0
WEIGHTS: dict[str, tuple[float, float, float]] = {
    "idiot": (6.0, 7.0, 0.0),
    "stupid": (5.0, 6.0, 0.0),
    "kill": (4.0, 0.0, 6.0),
    "trash": (3.0, 4.0, 0.0),
    "nice": (-2.0, -2.0, -2.0),
}
_WORD_LIST = """
you are a the team is game i will and hello everyone thanks for class today question please can we
do this that good not so very my your he she they what how when of to in on it see look great
"""
WORDS = _WORD_LIST.split()


def _vocabulary() -> dict[str, int]:
    letters = string.ascii_lowercase + string.digits
    tokens = [
        *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
        *string.punctuation,
        *letters,
        *(f"##{letter}" for letter in letters),
        *(word for word in [*WEIGHTS, *WORDS] if len(word) > 1),
    ]
    return {token: index for index, token in enumerate(tokens)}


def make_tokenizer() -> Any:
    """An uncased WordPiece tokenizer that knows a few words, and Latin letters one by one."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = _vocabulary()
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B [SEP]",
        special_tokens=[(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")],
    )
    return tokenizer


def make_onnx(folder: Path, **changes: object) -> Path:
    """A model folder as the bundled one is; `changes` are made to its manifest."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    vocabulary = _vocabulary()
    generator = np.random.default_rng(7)
    size = 48
    weights = np.zeros((len(vocabulary), len(LABELS)), np.float32)
    for word, values in WEIGHTS.items():
        weights[vocabulary[word]] = values
    constants = {
        "weights": weights,
        "vectors": generator.normal(size=(len(vocabulary), size)).astype(np.float32),
        "inner": generator.normal(size=(size, size)).astype(np.float32) / 7,
        "outer": generator.normal(size=(size, len(LABELS))).astype(np.float32) / 20,
        "base": np.full(len(LABELS), BASE, np.float32),
        "last": np.array([-1], np.int64),
        "tokens": np.array([1], np.int64),
    }
    nodes = [
        helper.make_node("Cast", ["attention_mask"], ["mask2"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask2", "last"], ["mask"]),
        helper.make_node("Gather", ["weights", "input_ids"], ["raw"]),
        helper.make_node("Mul", ["raw", "mask"], ["counted"]),
        helper.make_node("ReduceSum", ["counted", "tokens"], ["words"], keepdims=0),
        helper.make_node("Gather", ["vectors", "input_ids"], ["embedded"]),
        helper.make_node("MatMul", ["embedded", "inner"], ["hidden"]),
        helper.make_node("Tanh", ["hidden"], ["curved"]),
        helper.make_node("Mul", ["curved", "mask"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "tokens"], ["total"], keepdims=0),
        helper.make_node("ReduceSum", ["mask", "tokens"], ["count"], keepdims=0),
        helper.make_node("Div", ["total", "count"], ["mean"]),
        helper.make_node("MatMul", ["mean", "outer"], ["mix"]),
        helper.make_node("Add", ["words", "mix"], ["sum"]),
        helper.make_node("Add", ["sum", "base"], ["logits"]),
    ]
    whole = TensorProto.INT64
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info("input_ids", whole, ["rows", "tokens"]),
            helper.make_tensor_value_info("attention_mask", whole, ["rows", "tokens"]),
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["rows", len(LABELS)])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / "model.onnx"))
    make_tokenizer().save(str(folder / "tokenizer.json"))
    write_manifest(folder, **changes)
    return folder


def write_manifest(folder: Path, **changes: object) -> None:
    """The manifest of the files in `folder` as they are now."""
    manifest: dict[str, object] = {
        "name": "tiny",
        "version": "1",
        "labels": list(LABELS),
        "max_tokens": MAX_TOKENS,
        "stride": STRIDE,
        "languages": ["en"],
        "thresholds": dict.fromkeys(LABELS, 0.5),
        "files": {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in ("model.onnx", "tokenizer.json")
        },
    }
    text = json.dumps({**manifest, **changes}, indent=2)
    (folder / "manifest.json").write_text(text, "utf-8")


def make_detoxify(
    folder: Path, classes: tuple[str, ...] = ("toxic", "insult", "threat"), outputs: int = 3
) -> Path:
    """A folder with a random checkpoint in Detoxify's form, its configuration and tokenizer.

    The model may have more outputs than classes are named, as the published `unbiased` has.
    """
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _vocabulary()
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=40,
        num_labels=outputs,
    )
    torch.manual_seed(3)
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(8)  # or all scores would lie at one half
    config.save_pretrained(folder)
    make_tokenizer().save(str(folder / "tokenizer.json"))
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", "utf-8")
    settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 40}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), "utf-8")
    save_checkpoint(folder / "model.ckpt", classes, model.state_dict(), num_classes=outputs)
    return folder


def save_checkpoint(
    path: Path, classes: tuple[str, ...], state: dict[str, Any], **changes: str | int
) -> None:
    """A checkpoint in Detoxify's form; `changes` are made to what it says of its classes."""
    import torch

    arch = {
        "model_type": "bert-base-uncased",
        "model_name": "BertForSequenceClassification",
        "tokenizer_name": "BertTokenizer",
        "num_classes": len(classes),
        **changes,
    }
    config = {"dataset": {"args": {"classes": list(classes)}}, "arch": {"args": arch}}
    torch.save({"config": config, "state_dict": state}, path)
