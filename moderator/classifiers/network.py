"""A transformer in an ONNX file, run on windows of tokens; the same window gives the same bits."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from moderator.classifiers import batching
from moderator.classifiers.windows import highest
from moderator.errors import ClassifierError

FEW_TOKENS = 64
"""Tokens of a run of what comes in small batches, so that every thread gets some of it."""

Logits = list[float]
Each = Callable[..., Iterable[list[Logits]]]
"""`map`, or one that does several at once."""

Windows = list[list[int]] | None
"""A text's windows as token ids; none where it holds no token, None where no token is known."""


class Network:
    """Takes int64 `input_ids` and `attention_mask` [rows, tokens] to float `logits` [rows, labels].

    `pad` fills windows up; `each` has the runs done, of which one takes one thread.
    """

    def __init__(self, session: Any, pad: int, each: Each) -> None:
        self._session = session
        self._pad = pad
        self._each = each

    @classmethod
    def load(cls, path: Path, labels: int, pad: int, each: Each) -> "Network":
        """The network in `path`; `ClassifierError` where it is none, or not of so many labels."""
        session = _session(path)
        width = session.get_outputs()[0].shape[-1]
        if isinstance(width, int) and width != labels:
            raise ClassifierError(
                f"The model in {path} gives {width} scores, its manifest names "
                f"{labels} labels; reinstall the package."
            )
        return cls(session, pad, each)

    def best(self, texts: Sequence[Windows], *, filled_up: bool = True) -> list[Logits | None]:
        """Each text's highest logit per label over its windows; `[]` and None as windows say.

        Runs that are not `filled_up` are faster, and for texts that always come together: the
        same text could score otherwise in the last digits in another company.
        """
        best: list[Logits | None] = []
        owners: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for index, windows in enumerate(texts):
            best.append(None if windows is None else [])
            for window in windows or ():
                owners[tuple(window)].append(index)
        # "GG" and "gg", or a line repeated ten thousand times, are the same windows: run once.
        for logits, indices in zip(
            self._run(list(owners), filled_up), owners.values(), strict=True
        ):
            for index in dict.fromkeys(indices):
                so_far = best[index]
                best[index] = list(map(highest, so_far, logits)) if so_far else logits
        return best

    def _run(self, windows: Sequence[Sequence[int]], filled_up: bool) -> list[Logits]:
        """The logits of each window, in order."""
        logits: list[Logits] = [[] for _ in windows]
        tokens = batching.TOKENS_A_RUN if filled_up else FEW_TOKENS
        runs = list(batching.runs([len(window) for window in windows], tokens))

        def one(width: int, indices: Sequence[int]) -> list[Logits]:
            rows = batching.rows(width) if filled_up else len(indices)
            return self._once([windows[index] for index in indices], rows, width)

        found = self._each(one, *zip(*runs, strict=True)) if runs else ()
        for (_, indices), rows in zip(runs, found, strict=True):
            for index, row in zip(indices, rows, strict=True):
                logits[index] = row
        return logits

    def _once(self, windows: Sequence[Sequence[int]], rows: int, width: int) -> list[Logits]:
        """One run of windows, padded to `width` tokens and filled up to so many rows."""
        import numpy as np

        ids = np.full((rows, width), self._pad, dtype=np.int64)
        mask = np.zeros((rows, width), dtype=np.int64)
        mask[:, 0] = 1  # a row that fills up still attends to something
        for row, window in enumerate(windows):
            ids[row, : len(window)] = window
            mask[row, : len(window)] = 1
        (output,) = self._session.run(["logits"], {"input_ids": ids, "attention_mask": mask})
        found: list[Logits] = output[: len(windows)].tolist()
        return found


def probability(logit: float) -> float:
    """The sigmoid of a logit."""
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1.0 + odds)


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    try:
        # From bytes: by its path, a model could name other files to read its weights from, which
        # before version 1.24 could lie anywhere.
        return onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the runtime's errors share no base but this
        raise ClassifierError(
            f"The model {path} cannot be loaded by onnxruntime "
            f"{onnxruntime.__version__}: {str(error).splitlines()[0]}"
        ) from error
