"""The bundled classifier: a small transformer on onnxruntime, its tokenizer, and its manifest."""

import math
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from moderator.classifiers import batching
from moderator.classifiers.base import NEVER, Result
from moderator.classifiers.language import LanguageGate
from moderator.classifiers.manifest import Manifest, read_manifest
from moderator.classifiers.occlusion import Occlusion
from moderator.classifiers.screen import FILE, Screen
from moderator.classifiers.tokenization import Tokenization
from moderator.classifiers.windows import highest
from moderator.errors import ClassifierError
from moderator.records import Assessment, Unscored

_Logits = list[float]
_Scores = dict[str, float]
_Windows = list[list[int]] | None


class OnnxClassifier:
    """Scores texts with a model folder's ONNX file; the same text always scores the same.

    A text without a letter or digit of which the model knows no token (emoji, mostly), and one
    that is blank, scores 0 on every label: it holds no words to judge. A text in another
    language, or of unknown tokens only, is `Unscored`, never clean.

    A model's folder may hold a screen, which `screened` asks first. `version` is that of the
    scores, `screen_version` says which messages get none, and is there only with a screen. Its
    bar was set for scores of at least `screen_limits`, and promises nothing for lower ones.
    """

    screen_version: str
    screen_limits: Mapping[str, float]

    concurrent = True

    def __init__(
        self,
        manifest: Manifest,
        session: Any,
        tokenization: Tokenization,
        gate: LanguageGate,
        screen: Screen | None = None,
    ) -> None:
        self.name = manifest.name
        self.version = f"{manifest.version}+{manifest.files['model.onnx'][:8]}"
        if screen is not None:
            self.screen_version = f"{manifest.version}+{manifest.files[FILE][:8]}"
            limits = manifest.screen_limits
            self.screen_limits = {label: limits.get(label, NEVER) for label in manifest.labels}
        self.labels = manifest.labels
        self.thresholds: Mapping[str, float] = manifest.thresholds
        self._session = session
        self._tokenization = tokenization
        self._gate = gate
        self._screen = screen
        self._occlusion = Occlusion(self._probabilities, self._foreseen if screen else None)

    @classmethod
    def load(cls, folder: Path, threads: int | None = None) -> "OnnxClassifier":
        """The model in `folder`, run on `threads` threads (every core by default).

        The folder holds manifest.json, model.onnx (int64 `input_ids` and `attention_mask` of
        shape [rows, tokens] to float `logits` [rows, labels]), tokenizer.json, and screen.npz
        where the manifest lists one. `ClassifierError` where one is missing, broken, or not what
        the manifest's hashes say.
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
        screen = Screen.load(folder / FILE) if FILE in manifest.files else None
        if screen is not None and screen.vocabulary != tokenization.vocabulary:
            raise ClassifierError(
                f"The screen in {folder} knows {screen.vocabulary} pieces, its tokenizer "
                f"{tokenization.vocabulary}; reinstall the package."
            )
        return cls(manifest, session, tokenization, LanguageGate(manifest.languages), screen)

    def classify(self, texts: Sequence[str]) -> list[Result]:
        """One `Assessment` with a probability per label, or `Unscored`, per text, in order."""
        return self.screened(texts, [True] * len(texts))

    def screened(self, texts: Sequence[str], keep: Sequence[bool]) -> list[Result]:
        """As `classify`, but what the screen holds for surely harmless gets no scores.

        Such a text is an `Assessment` with `cleared`; a text with `keep` never is. A text in
        another language is `Unscored` here, too.
        """
        kept = {text for text, wanted in zip(texts, keep, strict=True) if wanted}
        results: dict[str, Result] = {}
        for text in dict.fromkeys(texts):
            code = self._gate.foreign(batching.well_formed(text)) if text.strip() else None
            if code:
                results[text] = Unscored(self.name, f"language: {code}")
        own = [text for text in dict.fromkeys(texts) if text not in results]
        windows = list(self._tokenization.windows(own))
        cleared = set() if all(keep) else self._cleared(own, windows)
        asked = [at for at, text in enumerate(own) if text in kept or text not in cleared]
        for at, logits in zip(asked, self._best([windows[at] for at in asked]), strict=True):
            results[own[at]] = self._result(own[at], logits)
        harmless = Assessment(cleared=True)
        return [
            harmless if text in cleared and not wanted else results[text]
            for text, wanted in zip(texts, keep, strict=True)
        ]

    def _cleared(self, texts: Sequence[str], windows: Sequence[_Windows]) -> set[str]:
        """The texts that the screen clears; it reads what fits one window."""
        if self._screen is None:
            return set()
        short = [
            (text, one[0])
            for text, one in zip(texts, windows, strict=True)
            if one is not None and len(one) == 1
        ]
        verdicts = self._screen.clears([ids for _, ids in short])
        return {text for (text, _), clear in zip(short, verdicts, strict=True) if clear}

    def explain(self, text: str, label: str, limit: int = 3) -> tuple[str, ...]:
        """The words whose removal lowers `label` most, gravest first; may be empty."""
        return self._occlusion.explain(text, label, limit)

    def _probabilities(self, texts: Sequence[str]) -> list[_Scores]:
        windows = list(self._tokenization.windows(texts))
        return [self._named(logits) for logits in self._best(windows, filled_up=False)]

    def _foreseen(self, texts: Sequence[str]) -> list[float]:
        """What the screen makes of each text's first window, as it would stand to be cleared."""
        assert self._screen is not None
        windows = (one[0] if one else () for one in self._tokenization.windows(texts))
        return [float(score) for score in self._screen.scores([ids or (0,) for ids in windows])]

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

    def _best(self, texts: Sequence[_Windows], *, filled_up: bool = True) -> list[_Logits | None]:
        """Each text's highest logit per label over its windows; `[]` and None as windows say.

        Runs that are not `filled_up` are faster, and for texts that always come together: the
        same text could score otherwise in the last digits in another company.
        """
        best: list[_Logits | None] = []
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

    def _run(self, windows: Sequence[Sequence[int]], filled_up: bool) -> list[_Logits]:
        """The logits of each window, in order."""
        import numpy as np

        logits: list[_Logits] = [[] for _ in windows]
        for width, indices in batching.runs([len(window) for window in windows]):
            shape = (batching.rows(width) if filled_up else len(indices), width)
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
    # Threads that wait for work would take the core on which the rules run meanwhile.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
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


def _sigmoid(logit: float) -> float:
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1.0 + odds)
