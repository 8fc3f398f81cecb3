"""The model's graph in whole numbers: what each matrix is multiplied by is rounded to bytes.

The scale of these bytes is fixed: it spans all but the outermost of what the matrix was multiplied
by on a sample of texts, and what lies beyond is cut off. So neither a text's neighbours nor its own
length change a result. Sums of whole numbers are the same in any order. Source: Jacob et al.,
Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference, 2018.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import onnx
import onnxruntime

from moderator.training import graph

RUNTIME = "com.microsoft"
"""The operators of onnxruntime itself: one multiplies whole numbers and scales the sums."""

MOST = 63
"""The largest number in a matrix. Processors without an instruction for products of bytes sum two
of them in 16 bits: 2 · 255 · 63 fits."""

BYTE = 255
SPANNED = 0.999
"""The share of tokens whose numbers a scale spans, to either side."""

Ranges = Mapping[str, tuple[float, float]]
"""By a layer's name, the lowest and highest number that it reads; zero lies between."""


class Probe(graph.Builder):
    """Tells what each layer reads, under the layer's name."""

    def dense(self, x: str, *names: str) -> str:
        """As ever, with one more output."""
        self.told[names[0]] = 3 if names[0].startswith(graph.LAYER) else 2
        self.nodes.append(onnx.helper.make_node("Identity", [x], [names[0]]))
        return super().dense(x, *names)


class Whole(graph.Builder):
    """Multiplies whole numbers in every layer but the head."""

    def __init__(self, tensors: graph.Tensors, ranges: Ranges) -> None:
        super().__init__(tensors, small=True)
        self.ranges = ranges
        self.rounded: dict[tuple[str, float, float], tuple[str, str, str]] = {}

    def bytes_of(self, x: str, name: str) -> tuple[str, str, str]:
        """Vectors as bytes, what one of them stands for, and the byte that stands for zero."""
        low, high = self.ranges[name]
        if (x, low, high) not in self.rounded:
            one = np.float32((high - low) / BYTE)
            zero = np.uint8(round(-low / float(one)))
            span = (
                self.store(f"{name}.one", np.array(one)),
                self.store(f"{name}.zero", np.array(zero)),
            )
            self.rounded[x, low, high] = self.node("QuantizeLinear", x, *span), *span
        return self.rounded[x, low, high]

    def dense(self, x: str, *names: str) -> str:
        """A linear layer, or several side by side, joined along the outputs."""
        if not self.small:
            return super().dense(x, *names)
        weight = np.concatenate([self.tensors[f"{n}.weight"] for n in names])
        bias = np.concatenate([self.tensors[f"{n}.bias"] for n in names])
        name = names[0]
        whole, scale = graph.quantise(weight, MOST)
        numbers, one, zero = self.bytes_of(x, name)
        return self.node(
            "MatMulIntegerToFloat",
            numbers,
            self.store(f"{name}.weight.int8", whole.T),
            one,
            self.store(f"{name}.weight.scale", scale[:, 0]),
            zero,
            "",
            self.store(f"{name}.bias", bias),
            domain=RUNTIME,
        )


def ranges(tensors: graph.Tensors, heads: int, texts: Iterable[Sequence[int]]) -> Ranges:
    """What each layer reads on texts of token ids, in float32."""
    probe = Probe(tensors, small=False)
    session = onnxruntime.InferenceSession(graph.assemble(probe, heads).SerializeToString())
    ends: dict[str, list[np.ndarray]] = {name: [] for name in probe.told}
    for text in texts:
        ids = np.array([text], dtype=np.int64)
        found = session.run(
            list(probe.told), {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        )
        for name, read in zip(probe.told, found, strict=True):
            ends[name].append(np.stack([read.min(axis=-1).ravel(), read.max(axis=-1).ravel()]))
    spans: dict[str, tuple[float, float]] = {}
    for name, parts in ends.items():
        lowest, highest = np.concatenate(parts, axis=1)
        low, high = np.quantile(lowest, 1 - SPANNED), np.quantile(highest, SPANNED)
        spans[name] = float(min(low, 0)), float(max(high, 0))
    return spans


def build(tensors: graph.Tensors, heads: int, spans: Ranges) -> onnx.ModelProto:
    """The graph of a `BertForSequenceClassification`'s tensors, multiplied as whole numbers."""
    return graph.assemble(Whole(tensors, spans), heads)
