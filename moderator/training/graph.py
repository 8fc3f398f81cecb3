"""The model as an ONNX graph, written node by node, and read back into named tensors.

Inputs `input_ids` and `attention_mask`, int64 [rows, tokens]; output `logits`, float32
[rows, labels]. Matrices may be stored as int8 with a float32 scale per output (per token for the
embedding); the graph turns them into float32 by `Cast` and `Mul`, which onnxruntime folds when it
loads the model, so activations are never quantised and a row's result does not depend on others.
The last layer computes its first position only, for nothing else reaches the head.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from moderator.errors import ClassifierError

Tensors = Mapping[str, npt.NDArray[np.float32]]
OPSET = 17
IR = 8
FAR = -1e9
"""Added to the scores of padding, which the softmax then turns into exact zeros."""

EMBEDDING = "bert.embeddings.word_embeddings.weight"
POSITION = "bert.embeddings.position_embeddings.weight"
KIND = "bert.embeddings.token_type_embeddings.weight"
LAYER = "bert.encoder.layer."


class Builder:
    """Collects nodes and stored tensors; each method returns the name of its result."""

    def __init__(self, tensors: Tensors, *, small: bool) -> None:
        self.tensors, self.small = tensors, small
        self.nodes: list[onnx.NodeProto] = []
        self.stored: dict[str, onnx.TensorProto] = {}
        self.told: dict[str, int] = {}

    def store(self, name: str, value: npt.NDArray[np.generic]) -> str:
        """A tensor kept in the file under a name."""
        if name not in self.stored:
            self.stored[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """One operation; its result bears the operation's name and a running number."""
        result = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [result], **attributes))
        return result

    def shape(self, *sizes: int) -> str:
        """A constant list of whole numbers."""
        return self.store("shape_" + "_".join(map(str, sizes)), np.array(sizes, dtype=np.int64))

    def number(self, value: float) -> str:
        """A constant number."""
        return self.store(f"number_{value!r}", np.array(value, dtype=np.float32))

    def matrix(self, name: str, value: npt.NDArray[np.float32]) -> str:
        """A matrix [outputs, inputs] as stored, turned into float32 [inputs, outputs]."""
        if not self.small:
            return self.store(name, value.T.copy())
        whole, scale = quantise(value)
        self.store(name + ".int8", whole.T)
        self.store(name + ".scale", scale[:, 0])
        return self.node(
            "Mul", self.node("Cast", name + ".int8", to=TensorProto.FLOAT), name + ".scale"
        )

    def dense(self, x: str, *names: str) -> str:
        """A linear layer, or several side by side, joined along the outputs."""
        weight = np.concatenate([self.tensors[f"{n}.weight"] for n in names])
        bias = np.concatenate([self.tensors[f"{n}.bias"] for n in names])
        product = self.node("MatMul", x, self.matrix(f"{names[0]}.weight", weight))
        return self.node("Add", product, self.store(f"{names[0]}.bias", bias))

    def norm(self, x: str, name: str) -> str:
        """Layer normalisation over the last axis."""
        weight = self.store(f"{name}.weight", self.tensors[f"{name}.weight"])
        bias = self.store(f"{name}.bias", self.tensors[f"{name}.bias"])
        return self.node("LayerNormalization", x, weight, bias, axis=-1, epsilon=1e-12)

    def gelu(self, x: str) -> str:
        """x · Φ(x), by the error function."""
        bent = self.node("Erf", self.node("Div", x, self.number(float(np.sqrt(2.0)))))
        half = self.node("Mul", x, self.node("Add", bent, self.number(1.0)))
        return self.node("Mul", half, self.number(0.5))

    def embed(self, ids: str) -> str:
        """Word plus position vectors, normalised; the first token type is part of the position."""
        table = self.tensors[EMBEDDING]
        if self.small:
            whole, scale = quantise(table)
            rows = self.node("Gather", self.store(EMBEDDING + ".int8", whole), ids)
            factor = self.node("Gather", self.store(EMBEDDING + ".scale", scale), ids)
            words = self.node("Mul", self.node("Cast", rows, to=TensorProto.FLOAT), factor)
        else:
            words = self.node("Gather", self.store(EMBEDDING, table), ids)
        place = self.tensors[POSITION] + self.tensors[KIND][0]
        length = self.node("Slice", self.node("Shape", ids), self.shape(1), self.shape(2))
        places = self.node("Slice", self.store(POSITION, place), self.shape(0), length)
        return self.norm(self.node("Add", words, places), "bert.embeddings.LayerNorm")

    def heads(self, x: str, count: int) -> str:
        """[rows, tokens, width] as [rows, heads, tokens, width / heads]."""
        split = self.node("Reshape", x, self.shape(0, 0, count, -1))
        return self.node("Transpose", split, perm=[0, 2, 1, 3])

    def layer(self, x: str, far: str, name: str, heads: int, *, last: bool) -> str:
        """One encoder layer; the last one yields [rows, 1, width]."""
        own = f"{name}.attention.self"
        width = self.tensors[f"{own}.query.bias"].shape[0]
        focus = self.node("Slice", x, self.shape(0), self.shape(1), self.shape(1)) if last else x
        query = self.heads(self.dense(focus, f"{own}.query"), heads)
        both = self.dense(x, f"{own}.key", f"{own}.value")
        ends = [self.shape(0), self.shape(width), self.shape(2 * width), self.shape(2)]
        key = self.heads(self.node("Slice", both, ends[0], ends[1], ends[3]), heads)
        value = self.heads(self.node("Slice", both, ends[1], ends[2], ends[3]), heads)
        turned = self.node("Transpose", key, perm=[0, 1, 3, 2])
        scaled = self.node("Mul", query, self.number(float((width // heads) ** -0.5)))
        weights = self.node("Add", self.node("MatMul", scaled, turned), far)
        mixed = self.node("MatMul", self.node("Softmax", weights, axis=-1), value)
        joined = self.node(
            "Reshape", self.node("Transpose", mixed, perm=[0, 2, 1, 3]), self.shape(0, 0, -1)
        )
        out = self.dense(joined, f"{name}.attention.output.dense")
        near = self.norm(self.node("Add", out, focus), f"{name}.attention.output.LayerNorm")
        wide = self.gelu(self.dense(near, f"{name}.intermediate.dense"))
        narrow = self.dense(wide, f"{name}.output.dense")
        return self.norm(self.node("Add", narrow, near), f"{name}.output.LayerNorm")


def quantise(
    matrix: npt.NDArray[np.float32], most: int = 127
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """A matrix as whole numbers -most..most and a scale [rows, 1] a row; symmetric, rounded."""
    scale = np.maximum(np.abs(matrix).max(axis=1, keepdims=True) / most, 1e-12).astype(np.float32)
    return np.rint(matrix / scale).astype(np.int8), scale


def build(tensors: Tensors, heads: int, *, small: bool) -> onnx.ModelProto:
    """The graph of a `BertForSequenceClassification`'s tensors; `small` stores int8."""
    return assemble(Builder(tensors, small=small), heads)


def assemble(b: Builder, heads: int) -> onnx.ModelProto:
    """The graph that a builder makes of its tensors.

    The head stays in float32: calibration is folded into it. Results that the builder `told`, with
    so many axes, are outputs, too.
    """
    tensors = b.tensors
    layers = 1 + max(int(n.split(".")[3]) for n in tensors if n.startswith(LAYER))
    labels = tensors["classifier.weight"].shape[0]
    mask = b.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    hidden = b.node("Mul", b.node("Sub", b.number(1.0), mask), b.number(FAR))
    far = b.node("Unsqueeze", hidden, b.shape(1, 2))
    x = b.embed("input_ids")
    for at in range(layers):
        x = b.layer(x, far, f"{LAYER}{at}", heads, last=at == layers - 1)
    first = b.node("Squeeze", x, b.shape(1))
    pooled = b.node("Tanh", b.dense(first, "bert.pooler.dense"))
    b.small = False
    logits = b.dense(pooled, "classifier")
    b.nodes.append(helper.make_node("Identity", [logits], ["logits"]))
    sizes = ["rows", "tokens"]
    graph = helper.make_graph(
        b.nodes,
        "classifier",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, sizes)
            for name in ("input_ids", "attention_mask")
        ],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["rows", labels]),
            *(
                helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * axes)
                for name, axes in b.told.items()
            ),
        ],
        list(b.stored.values()),
    )
    domains = {"": OPSET, **{node.domain: 1 for node in b.nodes if node.domain}}
    opsets = [helper.make_opsetid(*domain) for domain in domains.items()]
    model = helper.make_model(graph, opset_imports=opsets)
    model.ir_version, model.producer_name = IR, "moderator"
    onnx.checker.check_model(model)
    return model


def tensors_of(path: Path) -> dict[str, npt.NDArray[np.float32]]:
    """The tensors of a file that `build` wrote, under the names of the torch model, in float32.

    Raises `ClassifierError` if the file is not such a graph.
    """
    stored = {t.name: numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}
    found: dict[str, npt.NDArray[np.float32]] = {}
    for name, value in stored.items():
        if name.endswith(".int8"):
            plain = name.removesuffix(".int8")
            wide = value.astype(np.float32) * stored[plain + ".scale"]
            found[plain] = wide if plain == EMBEDDING else wide.T
        elif name.endswith(".weight") and value.ndim == 2 and name not in (EMBEDDING, POSITION):
            found[name] = value.T
        elif name.endswith((".weight", ".bias")):
            found[name] = value
    if EMBEDDING not in found or "classifier.weight" not in found:
        raise ClassifierError(f"{path} is not a model of this project; train or fetch one.")
    found[KIND] = np.zeros((2, found[EMBEDDING].shape[1]), dtype=np.float32)
    for name in [n for n in found if ".attention.self.key." in n]:
        found[name], found[name.replace(".key.", ".value.")] = np.split(found[name], 2)
    return {name: np.ascontiguousarray(value) for name, value in found.items()}
