"""Detoxify's `original` where it cannot be had: its shape, random weights, a real tokeniser.

Speed and memory do not depend on what the weights are. The tokeniser is that of the bundled model,
whose 30,522 pieces are those of bert-base-uncased.

    python checkpoints.py FOLDER

Writes both files, in a process of its own, since torch takes much memory.
"""

import json
import sys
import warnings
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from model_speed import MODEL, write_bert_base

PIECES = 30_522
TOKENIZER = MODEL / "tokenizer.json"
CHECKPOINT, EXPORTED = "base.ckpt", "base.onnx"


def checkpoint(folder: Path) -> Path:
    """A checkpoint for Detoxify in `folder`, made where it is not there yet."""
    pieces = len(json.loads(TOKENIZER.read_text("utf-8"))["model"]["vocab"])
    if pieces != PIECES:
        raise SystemExit(f"The tokeniser has {pieces:,} pieces, not {PIECES:,}.")
    file = folder / CHECKPOINT
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_bert_base(folder)
    return file


def export(checkpoint: Path) -> Path:
    """The same model for ONNX Runtime, in fp32, made beside it where it is not there yet."""
    file = checkpoint.with_name(EXPORTED)
    if file.exists():
        return file
    import torch
    from detoxify import Detoxify

    class Logits(torch.nn.Module):
        """Plain tensors in and out."""

        def __init__(self, model: torch.nn.Module) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.model(input_ids=ids, attention_mask=mask).logits
            return logits

    model = Logits(Detoxify(checkpoint=str(checkpoint)).model).eval()
    ids = torch.randint(5, PIECES, (3, 11))
    mask = torch.ones_like(ids)
    mask[0, 8:] = 0
    names = ["input_ids", "attention_mask"]
    axes = {name: {0: "rows", 1: "tokens"} for name in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the old exporter, which writes one file, is deprecated
        torch.onnx.export(
            model, (ids, mask), str(file), input_names=names, output_names=["logits"],
            dynamic_axes=axes, dynamo=False, opset_version=17,
        )  # fmt: skip
    _check(file, model, ids, mask)
    return file


def _check(file: Path, model: object, ids: object, mask: object) -> None:
    """Both give the same for the same rows, padded ones too."""
    import numpy as np
    import onnxruntime
    import torch

    assert isinstance(ids, torch.Tensor)
    assert isinstance(mask, torch.Tensor)
    assert isinstance(model, torch.nn.Module)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    (got,) = session.run(None, {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})
    with torch.no_grad():
        wanted = model(ids, mask).numpy()
    if not np.allclose(got, wanted, atol=1e-3):
        file.unlink()
        raise SystemExit(f"The export differs from the model by {abs(got - wanted).max()}.")


if __name__ == "__main__":
    export(checkpoint(Path(sys.argv[1])))
