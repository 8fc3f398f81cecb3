"""What this machine could do at best: a large matrix multiply, against what a model's graph does.

Floating-point operations are counted from the graph as it runs: onnxruntime's own profile tells
every multiplication's shapes, whatever was fused.
"""

import json
import math
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

SIDE = 2_048
TIMES = 7
FP32, INT8 = "fp32", "int8"
PRODUCTS = ("MatMul", "Gemm")
"""What a multiplication's name holds: MatMul, FusedMatMul, MatMulInteger, DynamicQuantizeMatMul,
Gemm, QGemm and so on."""


def write_products(folder: Path) -> None:
    """The multiplication as a model, in fp32 and in int8; for `best`. Needs onnx."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    chance = np.random.default_rng(1)
    for name, kind, operator, left, right in (
        (FP32, np.float32, "MatMul", TensorProto.FLOAT, TensorProto.FLOAT),
        (INT8, np.int8, "MatMulInteger", TensorProto.UINT8, TensorProto.INT32),
    ):
        weights = chance.integers(-100, 100, (SIDE, SIDE)).astype(kind)
        graph = helper.make_graph(
            [helper.make_node(operator, ["a", "b"], ["c"])],
            name,
            [helper.make_tensor_value_info("a", left, (SIDE, SIDE))],
            [helper.make_tensor_value_info("c", right, (SIDE, SIDE))],
            [numpy_helper.from_array(weights, "b")],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.save(model, folder / f"{name}.onnx")


def best(folder: Path) -> dict[str, float]:
    """Operations a second of a square multiplication on one core: numpy, and onnxruntime's both.

    numpy's threads are numbered by the environment.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    chance = np.random.default_rng(1)
    square = chance.random((SIDE, SIDE), dtype=np.float32)
    found = {"numpy fp32": _rate(lambda: square @ square)}
    for kind, entries in ((FP32, square), (INT8, (square * 255).astype(np.uint8))):
        session = onnxruntime.InferenceSession(
            str(folder / f"{kind}.onnx"), options, providers=["CPUExecutionProvider"]
        )
        feed = {"a": entries}
        found[f"onnxruntime {kind}"] = _rate(partial(session.run, None, feed))
    return found


def _rate(multiply: Callable[[], object]) -> float:
    multiply()
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        multiply()
        took.append(time.perf_counter() - began)
    return 2 * SIDE**3 / median(took)


def operations(model: Path, feed: Mapping[str, Any]) -> dict[str, float]:
    """Floating-point operations of one run, in fp32 and in int8 multiplications."""
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(folder) / "profile")
        session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        session.run(None, dict(feed))
        events = json.loads(Path(session.end_profiling()).read_bytes())
    found = {FP32: 0.0, INT8: 0.0}
    for event in events:
        told = event.get("args", {})
        operator = told.get("op_name", "")
        if event.get("cat") != "Node" or not any(name in operator for name in PRODUCTS):
            continue
        (left,) = told["input_type_shape"][0].values()
        (out,) = told["output_type_shape"][0].values()
        kind = INT8 if "Integer" in operator or "Quant" in operator or operator[0] == "Q" else FP32
        found[kind] += 2.0 * math.prod(left) * out[-1]
    if not any(found.values()):
        raise SystemExit(f"No multiplication was seen in {model}.")
    return found
