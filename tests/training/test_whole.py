"""The graph in whole numbers: near the one in float32, and nobody's neighbours' business."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper
from training import toy

from moderator.training import batches, export, graph, whole
from moderator.training.encoder import build_tokenizer

TEXTS = ["hi", "you are an idiot 😂", "kill the process and restart it please", "no " * 40]
HEADS = 2


def ids(texts: list[str]) -> list[list[int]]:
    return batches.encode(build_tokenizer(), texts, 96)


@pytest.fixture(scope="module")
def tensors() -> graph.Tensors:
    return export.tensors(toy.model().state_dict())


@pytest.fixture(scope="module")
def spans(tensors: graph.Tensors) -> whole.Ranges:
    return whole.ranges(tensors, HEADS, ids([row.text for row in toy.rows(60)]))


@pytest.fixture(scope="module")
def made(tensors: graph.Tensors, spans: whole.Ranges) -> onnx.ModelProto:
    return whole.build(tensors, HEADS, spans)


def logits(model: onnx.ModelProto, texts: list[list[int]]) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    tokens, mask = batches.pad(texts)
    feeds = {"input_ids": tokens.numpy(), "attention_mask": mask.numpy()}
    return session.run(None, feeds)[0]


def test_it_says_nearly_what_the_weights_say(made: onnx.ModelProto, tensors: graph.Tensors) -> None:
    plain = graph.build(tensors, HEADS, small=False)
    apart = np.abs(logits(made, ids(TEXTS)) - logits(plain, ids(TEXTS)))
    assert 0 < apart.max() < 0.01


def test_a_row_is_the_same_bits_whatever_shares_its_batch(made: onnx.ModelProto) -> None:
    alone = logits(made, ids(TEXTS[:1] * 4))[0]
    assert (logits(made, ids([TEXTS[0], *["go team"] * 3]))[0] == alone).all()


def test_every_layer_but_the_head_reads_bytes(made: onnx.ModelProto) -> None:
    multiplied = [node for node in made.graph.node if node.op_type == "MatMulIntegerToFloat"]
    stored = {one.name: numpy_helper.to_array(one) for one in made.graph.initializer}
    # In each of two layers query, key with value, what joins the heads, and two more; the pool.
    assert len(multiplied) == 2 * 5 + 1
    for node in multiplied:
        matrix = stored[node.input[1]]
        assert matrix.dtype == np.int8
        assert np.abs(matrix).max() == whole.MOST
        # Even where two products are summed in 16 bits nothing is cut off.
        assert 2 * whole.BYTE * whole.MOST < 1 << 15
    assert stored["classifier.weight"].dtype == np.float32


def test_scales_span_what_is_read_and_hold_a_zero(spans: whole.Ranges) -> None:
    assert all(low <= 0 <= high and low < high for low, high in spans.values())
    assert "bert.pooler.dense" in spans
    assert spans["bert.encoder.layer.1.output.dense"][0] > -0.18  # the least that GELU gives


def test_what_lies_beyond_a_scale_is_cut_off(tensors: graph.Tensors, spans: whole.Ranges) -> None:
    tight = {name: (low / 100, high / 100) for name, (low, high) in spans.items()}
    found = logits(whole.build(tensors, HEADS, tight), ids(TEXTS))
    assert np.isfinite(found).all()
    assert np.abs(found - logits(graph.build(tensors, HEADS, small=False), ids(TEXTS))).max() > 0.01
