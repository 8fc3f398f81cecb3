"""The screen: a tiny network that tells which short messages surely need no transformer.

It reads the word pieces that the transformer would read: a vector a piece, two convolutions over
three neighbours each, the highest and the sum over the message, one hidden layer, one number. It
was trained to foresee the transformer's own verdict (`moderator.training.screen`), and its bar
lies where hardly a message that the transformer would flag is cleared. What it has not met in
training it never clears: an unknown piece, one met too seldom, a long message.

All values are whole numbers, small enough for float32 to hold every sum exactly. So neither the
order of summation nor what else is in a batch can change a result, on any machine.
"""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moderator.errors import ClassifierError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float32]
    Ids = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]
    Layer = tuple[Numbers, Numbers, Numbers]

FILE = "screen.npz"
HIGHEST = 127
"""Vectors hold -127..127, activations 0..127, weights -127..127."""

SUM_SHARE = 0.25
"""What the sum over a message is multiplied by before it is cut at `HIGHEST`."""

_EXACT = 1 << 24
_TEXTS_A_PASS = 256
_LAYERS = ("first", "second", "hidden")
_PARTS = {
    "pieces": ("i1", 2), "known": ("b1", 1), "score": ("i1", 1), "limits": ("i8", 1),
    **{f"{layer}_weight": ("i1", 3 if layer != "hidden" else 2) for layer in _LAYERS},
    **{f"{layer}_{part}": ("f4", 1) for layer in _LAYERS for part in ("scale", "offset")},
}  # fmt: skip
"""The arrays of the file: type and number of axes.

`pieces` [vocabulary, width], the padding's row 0; `known` [vocabulary]; weights [3, in, out] and
[in, out], with scale and offset [out] that bring sums back to 0..127; `score` [in]; `limits` are
the bar and the most pieces of a message, those at its ends included.
"""


class Screen:
    """Clears messages by their piece ids. Built from the arrays of `_PARTS`, checked by `load`."""

    def __init__(self, parts: "dict[str, Any]") -> None:
        import numpy as np

        self._pieces: Any = parts["pieces"]
        self._known: Any = parts["known"]
        self._first, self._second, self._hidden = (
            (
                parts[f"{layer}_weight"].astype(np.float32),
                parts[f"{layer}_scale"],
                parts[f"{layer}_offset"],
            )
            for layer in _LAYERS
        )
        self._score = parts["score"].astype(np.float32)
        self._bar, self._longest = map(int, parts["limits"])
        self.vocabulary: int = len(self._known)

    @classmethod
    def load(cls, path: Path) -> "Screen":
        """The screen in an .npz file; `ClassifierError` where it is none."""
        import numpy as np

        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                parts = {name: arrays[name] for name in _PARTS}
            _check(parts)
        except Exception as error:  # a broken archive raises whatever its depths raise
            raise ClassifierError(
                f"The screen {path} cannot be loaded: {str(error).splitlines()[0]}; "
                "reinstall the package."
            ) from error
        return cls(parts)

    def clears(self, windows: Sequence[Sequence[int]]) -> list[bool]:
        """Whether each message is surely harmless, given as piece ids with those at its ends."""
        cleared: list[bool] = []
        for start in range(0, len(windows), _TEXTS_A_PASS):
            cleared += self._pass(windows[start : start + _TEXTS_A_PASS])
        return cleared

    def _pass(self, windows: Sequence[Sequence[int]]) -> list[bool]:
        fit = [at for at, ids in enumerate(windows) if 0 < len(ids) <= self._longest]
        cleared = [False] * len(windows)
        if fit:
            verdicts = self._judge([windows[at] for at in fit])
            for at, verdict in zip(fit, verdicts, strict=True):
                cleared[at] = verdict
        return cleared

    def scores(self, windows: Sequence[Sequence[int]]) -> "Numbers":
        """A whole number for each message, none empty: the higher, the likelier a flag."""
        return self._scores(*_laid_out(windows))

    def _judge(self, windows: Sequence[Sequence[int]]) -> list[bool]:
        import numpy as np

        ids, starts, gap = _laid_out(windows)
        known = np.logical_and.reduceat(self._known[ids] | gap, starts)
        verdicts: list[bool] = (known & (self._scores(ids, starts, gap) < self._bar)).tolist()
        return verdicts

    def _scores(self, ids: "Ids", starts: "Ids", gap: "Mask") -> "Numbers":
        import numpy as np

        values = self._pieces[ids].astype(np.float32)
        for layer in (self._first, self._second):
            values = _convolved(values, layer)
            values[gap] = 0
        highest = np.maximum.reduceat(values, starts)
        total = np.add.reduceat(values, starts)
        pooled = np.concatenate([highest, _whole(total * np.float32(SUM_SHARE))], axis=1)
        weight, scale, offset = self._hidden
        scores: Numbers = _whole(pooled @ weight * scale + offset) @ self._score
        return scores


def _laid_out(windows: Sequence[Sequence[int]]) -> "tuple[Ids, Ids, Mask]":
    """All ids in a row, a gap before the first and after each; where each begins; the gaps."""
    import numpy as np

    lengths = np.fromiter(map(len, windows), np.int64, len(windows))
    starts = 1 + np.cumsum(lengths + 1) - (lengths + 1)
    ids = np.zeros(int(lengths.sum()) + len(windows) + 1, np.int64)
    gap = np.zeros(len(ids), bool)
    gap[0] = gap[starts + lengths] = True
    ids[~gap] = np.fromiter(chain.from_iterable(windows), np.int64, int(lengths.sum()))
    return ids, starts, gap


def _convolved(values: "Numbers", layer: "Layer") -> "Numbers":
    """Each row with its two neighbours, weighed, scaled and cut to 0..127; the outer rows are 0."""
    import numpy as np

    (before, here, after), scale, offset = layer
    out = np.zeros((len(values), here.shape[1]), np.float32)
    inner = values[:-2] @ before
    inner += values[1:-1] @ here
    inner += values[2:] @ after
    inner *= scale
    inner += offset
    out[1:-1] = _whole(inner)
    return out


def _whole(values: "Numbers") -> "Numbers":
    import numpy as np

    np.rint(values, out=values)
    return np.clip(values, 0, HIGHEST, out=values)


def _check(parts: "dict[str, Any]") -> None:
    """`ValueError` unless the arrays fit together and no sum of theirs can be inexact."""
    import numpy as np

    for name, (kind, axes) in _PARTS.items():
        array = parts[name]
        if array.dtype != np.dtype(kind) or array.ndim != axes or not array.size:
            raise ValueError(f"{name} has the wrong type or shape")
    vocabulary, width = parts["pieces"].shape
    first, second = parts["first_weight"].shape, parts["second_weight"].shape
    hidden, last = parts["hidden_weight"].shape, parts["score"].shape
    fits = (
        parts["known"].shape == (vocabulary,)
        and parts["limits"].shape == (2,)
        and first[:2] == (3, width)
        and second[:2] == (3, first[2])
        and hidden[0] == 2 * second[2]
        and last == (hidden[1],)
        and all(
            parts[f"{layer}_{part}"].shape == parts[f"{layer}_weight"].shape[-1:]
            for layer in _LAYERS
            for part in ("scale", "offset")
        )
    )
    summed = max(3 * first[1], 3 * second[1], hidden[0], last[0], int(parts["limits"][1]))
    if not fits or summed * (HIGHEST + 1) ** 2 >= _EXACT or parts["pieces"][0].any():
        raise ValueError("its arrays do not fit together")
