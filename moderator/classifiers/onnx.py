"""The bundled classifier: a small transformer on onnxruntime, its tokenizer, and its manifest."""

import math
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from moderator.classifiers import batching
from moderator.classifiers.base import Result
from moderator.classifiers.language import LanguageGate
from moderator.classifiers.manifest import Manifest, read_manifest
from moderator.classifiers.occlusion import Occlusion
from moderator.classifiers.tokenization import Tokenization
from moderator.classifiers.windows import highest
from moderator.errors import ClassifierError
from moderator.records import Assessment, Unscored

_Logits = list[float]
_Scores = dict[str, float]


class OnnxClassifier:
    """Scores texts with a model folder's ONNX file; the same text always scores the same.

    A text without a letter or digit of which the model knows no token (emoji, mostly), and one
    that is blank, scores 0 on every label: it holds no words to judge. A text in another
    language, or of unknown tokens only, is `Unscored`, never clean.
    """

    def __init__(
        self, manifest: Manifest, session: Any, tokenization: Tokenization, gate: LanguageGate
    ) -> None:
        self.name = manifest.name
        self.version = f"{manifest.version}+{manifest.files['model.onnx'][:8]}"
        self.labels = manifest.labels
        self.thresholds: Mapping[str, float] = manifest.thresholds
        self._session = session
        self._tokenization = tokenization
        self._gate = gate
        self._occlusion = Occlusion(self._probabilities)

    @classmethod
    def load(cls, folder: Path, threads: int | None = None) -> "OnnxClassifier":
        """The model in `folder`, run on `threads` threads (every core by default).

        The folder holds manifest.json, model.onnx (int64 `input_ids` and `attention_mask` of
        shape [rows, tokens] to float `logits` [rows, labels]) and tokenizer.json.
        `ClassifierError` where one is missing, broken, or not what the manifest's hashes say.
        """
        manifest = read_manifest(folder)
        session = _session(folder / "model.onnx", threads or os.cpu_count() or 1)
        width = session.get_outputs()[0].shape[-1]
        if isinstance(width, int) and width != len(manifest.labels):
            raise ClassifierError(
                f"The model in {folder} gives {width} scores, its manifest names "
                f"{len(manifest.labels)} labels; reinstall the package."
            )
        tokenization = Tokenization(folder / "tokenizer.json", manifest.max_tokens, manifest.stride)
        return cls(manifest, session, tokenization, LanguageGate(manifest.languages))

    def classify(self, texts: Sequence[str]) -> list[Result]:
        """One `Assessment` with a probability per label, or `Unscored`, per text, in order."""
        results: dict[str, Result] = {}
        for text in dict.fromkeys(texts):
            code = self._gate.foreign(batching.well_formed(text)) if text.strip() else None
            if code:
                results[text] = Unscored(self.name, f"language: {code}")
        own = [text for text in dict.fromkeys(texts) if text not in results]
        for text, logits in zip(own, self._logits(own), strict=True):
            results[text] = self._result(text, logits)
        return [results[text] for text in texts]

    def explain(self, text: str, label: str, limit: int = 3) -> tuple[str, ...]:
        """The words whose removal lowers `label` most, gravest first; may be empty."""
        return self._occlusion.explain(text, label, limit)

    def _probabilities(self, texts: Sequence[str]) -> list[_Scores]:
        return [self._named(logits) for logits in self._logits(texts)]

    def _named(self, logits: _Logits | None) -> _Scores:
        """A probability for every label; 0 where there was nothing to judge."""
        scores = map(_sigmoid, logits) if logits else [0.0] * len(self.labels)
        return dict(zip(self.labels, scores, strict=True))

    def _result(self, text: str, logits: _Logits | None) -> Result:
        if logits is None and any(map(str.isalnum, text)):
            return Unscored(self.name, "no token known to the model")
        if logits and not all(map(math.isfinite, logits)):
            return Unscored(self.name, "the model gave no number")
        return Assessment(scores=self._named(logits))

    def _logits(self, texts: Sequence[str]) -> list[_Logits | None]:
        """Each text's highest logit per label over its windows; `[]` and None as windows say."""
        best: list[_Logits | None] = []
        owners: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for index, windows in enumerate(self._tokenization.windows(texts)):
            best.append(None if windows is None else [])
            for window in windows or ():
                owners[tuple(window)].append(index)
        # "GG" and "gg", or a line repeated ten thousand times, are the same windows: run once.
        for logits, indices in zip(self._run(list(owners)), owners.values(), strict=True):
            for index in dict.fromkeys(indices):
                so_far = best[index]
                best[index] = list(map(highest, so_far, logits)) if so_far else logits
        return best

    def _run(self, windows: Sequence[Sequence[int]]) -> list[_Logits]:
        """The logits of each window, in order."""
        import numpy as np

        logits: list[_Logits] = [[] for _ in windows]
        for width, indices in batching.runs([len(window) for window in windows]):
            shape = (batching.rows(width), width)
            ids = np.full(shape, self._tokenization.pad, dtype=np.int64)
            mask = np.zeros(shape, dtype=np.int64)
            mask[:, 0] = 1  # a row that fills up still attends to something
            for row, index in enumerate(indices):
                ids[row, : len(windows[index])] = windows[index]
                mask[row, : len(windows[index])] = 1
            (output,) = self._session.run(["logits"], {"input_ids": ids, "attention_mask": mask})
            for row, index in enumerate(indices):
                logits[index] = output[row].tolist()
        return logits


def _session(path: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's errors share no base but this
        raise ClassifierError(
            f"The model {path} cannot be loaded by onnxruntime "
            f"{onnxruntime.__version__}: {str(error).splitlines()[0]}"
        ) from error


def _sigmoid(logit: float) -> float:
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1.0 + odds)
