"""The two forms of a model: the ONNX graph as shipped, and Detoxify's checkpoint."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from training import toy
from transformers import BertForSequenceClassification

from moderator.errors import ClassifierError
from moderator.training import batches, export, graph
from moderator.training.encoder import build_tokenizer
from moderator.training.labels import LABELS

TEXTS = ["hi", "you are an idiot 😂", "kill the process and restart it please", "", "no " * 40]


def onnx_logits(path: Path, ids: list[list[int]]) -> np.ndarray:
    session = onnxruntime.InferenceSession(path)
    tokens, mask = batches.pad(ids)
    feeds = {"input_ids": tokens.numpy(), "attention_mask": mask.numpy()}
    return session.run(None, feeds)[0]


def torch_logits(model: BertForSequenceClassification, ids: list[list[int]]) -> np.ndarray:
    tokens, mask = batches.pad(ids)
    with torch.no_grad():
        return model.eval()(input_ids=tokens, attention_mask=mask).logits.numpy()


def shipped(folder: Path, *, small: bool) -> Path:
    state = export.tensors(toy.model().state_dict())
    facts = {"name": "toy", "labels": list(LABELS)}
    export.write_shipped(folder, graph.build(state, 2, small=small), build_tokenizer(), facts)
    return folder


def test_the_graph_agrees_with_torch(tmp_path: Path) -> None:
    ids = batches.encode(build_tokenizer(), TEXTS, 96)
    found = onnx_logits(shipped(tmp_path, small=False) / "model.onnx", ids)
    assert np.abs(found - torch_logits(toy.model(), ids)).max() < 1e-4


def test_the_manifest_hashes_what_lies_beside_it(tmp_path: Path) -> None:
    manifest = json.loads((shipped(tmp_path, small=True) / "manifest.json").read_text())
    assert set(manifest["files"]) == {"model.onnx", "tokenizer.json"}
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest


def test_whole_numbers_shrink_the_file_and_change_little(tmp_path: Path) -> None:
    ids = batches.encode(build_tokenizer(), TEXTS, 96)
    large = shipped(tmp_path / "large", small=False) / "model.onnx"
    small = shipped(tmp_path / "small", small=True) / "model.onnx"
    assert small.stat().st_size < 0.3 * large.stat().st_size
    assert np.abs(onnx_logits(small, ids) - onnx_logits(large, ids)).max() < 0.02


def test_a_row_scores_the_same_whatever_shares_its_batch(tmp_path: Path) -> None:
    path = shipped(tmp_path, small=True) / "model.onnx"
    ids = batches.encode(build_tokenizer(), ["you are late", "see you all there", "you fool"], 96)
    alone = np.concatenate([onnx_logits(path, [row]) for row in ids])
    assert np.abs(onnx_logits(path, ids) - alone).max() < 1e-5


@pytest.mark.parametrize("small", [False, True])
def test_detoxifys_form_holds_the_shipped_weights(tmp_path: Path, small: bool) -> None:
    source = shipped(tmp_path / "shipped", small=small)
    path = export.write_detoxify(source, tmp_path / "detoxify")
    content = torch.load(path, weights_only=True)
    args = content["config"]["arch"]["args"]
    assert args["model_type"] == str((tmp_path / "detoxify").resolve())
    assert content["config"]["dataset"]["args"]["classes"] == list(LABELS)
    model = BertForSequenceClassification.from_pretrained(
        None,
        config=BertForSequenceClassification.config_class.from_pretrained(args["model_type"]),
        state_dict=content["state_dict"],
    )
    ids = batches.encode(build_tokenizer(), TEXTS, 96)
    found = onnx_logits(source / "model.onnx", ids)
    assert np.abs(found - torch_logits(model, ids)).max() < 1e-4


def test_a_foreign_graph_is_refused(tmp_path: Path) -> None:
    import onnx
    from onnx import helper

    empty = helper.make_model(helper.make_graph([], "g", [], []))
    onnx.save(empty, tmp_path / "model.onnx")
    with pytest.raises(ClassifierError, match="not a model"):
        graph.tensors_of(tmp_path / "model.onnx")
