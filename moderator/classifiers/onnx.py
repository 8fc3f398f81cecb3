"""The bundled classifier: a small transformer on onnxruntime, its tokenizer, and its manifest."""

import hashlib
import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import compress
from pathlib import Path

from moderator.classifiers import batching
from moderator.classifiers import draft as drafting
from moderator.classifiers import screen as screening
from moderator.classifiers.base import NEVER, Result
from moderator.classifiers.draft import Draft
from moderator.classifiers.language import LanguageGate
from moderator.classifiers.manifest import Manifest, read_manifest
from moderator.classifiers.network import Each, Logits, Network, Windows, probability
from moderator.classifiers.occlusion import Occlusion
from moderator.classifiers.screen import Screen
from moderator.classifiers.tokenization import Tokenization
from moderator.errors import ClassifierError
from moderator.records import Assessment, Unscored

_Scores = dict[str, float]


class OnnxClassifier:
    """Scores texts with a model folder's ONNX file; the same text always scores the same.

    A text without a letter or digit of which the model knows no token (emoji, mostly), and one
    that is blank, scores 0 on every label: it holds no words to judge. A text in another
    language, or of unknown tokens only, is `Unscored`, never clean.

    A model's folder may hold a screen, which `screened` asks first, and a draft, which it asks
    next. `version` is that of the scores, `screen_version` says which messages get none, and is
    there only with a screen. Both were made for scores of at least `screen_limits`, and promise
    nothing for lower ones.
    """

    screen_version: str
    screen_limits: Mapping[str, float]

    concurrent = True

    def __init__(
        self,
        manifest: Manifest,
        network: Network,
        tokenization: Tokenization,
        gate: LanguageGate,
        screen: Screen | None = None,
        draft: Draft | None = None,
    ) -> None:
        self.name = manifest.name
        self.version = f"{manifest.version}+{manifest.files['model.onnx'][:8]}"
        if screen is not None:
            self.screen_version = f"{manifest.version}+{_of_what_clears(manifest)[:8]}"
            limits = manifest.screen_limits
            self.screen_limits = {label: limits.get(label, NEVER) for label in manifest.labels}
        self.labels = manifest.labels
        self.thresholds: Mapping[str, float] = manifest.thresholds
        self._network = network
        self._tokenization = tokenization
        self._gate = gate
        self._screen = screen
        self._draft = draft
        self._explaining = network if draft is None else draft.network
        self._occlusion = Occlusion(self._probabilities, self._foreseen if screen else None)

    @classmethod
    def load(cls, folder: Path, threads: int | None = None) -> "OnnxClassifier":
        """The model in `folder`, run on `threads` threads (every core by default).

        The folder holds manifest.json, model.onnx (as `Network` takes it), tokenizer.json, and
        where the manifest lists them screen.npz and, beside that, draft.onnx. `ClassifierError`
        where one is missing, broken, or not what the manifest's hashes say.
        """
        manifest = read_manifest(folder)
        tokenization = Tokenization(folder / "tokenizer.json", manifest.max_tokens, manifest.stride)
        labels, pad, each = len(manifest.labels), tokenization.pad, _each(threads)
        network = Network.load(folder / "model.onnx", labels, pad, each)
        screen = draft = None
        if screening.FILE in manifest.files:
            screen = Screen.load(folder / screening.FILE)
            if screen.vocabulary != tokenization.vocabulary:
                raise ClassifierError(
                    f"The screen in {folder} knows {screen.vocabulary} pieces, its tokenizer "
                    f"{tokenization.vocabulary}; reinstall the package."
                )
            if drafting.FILE in manifest.files:
                draft = Draft.load(folder, manifest, pad, each)
        gate = LanguageGate(manifest.languages)
        return cls(manifest, network, tokenization, gate, screen, draft)

    def classify(self, texts: Sequence[str]) -> list[Result]:
        """One `Assessment` with a probability per label, or `Unscored`, per text, in order."""
        return self.screened(texts, [True] * len(texts))

    def screened(self, texts: Sequence[str], keep: Sequence[bool]) -> list[Result]:
        """As `classify`, but what screen or draft hold for surely harmless gets no scores.

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
        windows = dict(zip(own, self._tokenization.windows(own), strict=True))
        loose = {text for text, wanted in zip(texts, keep, strict=True) if not wanted}
        cleared = self._cleared({text: windows[text] for text in own if text in loose})
        asked = [text for text in own if text in kept or text not in cleared]
        best = self._network.best([windows[text] for text in asked])
        for text, logits in zip(asked, best, strict=True):
            results[text] = self._result(text, logits)
        harmless = Assessment(cleared=True)
        return [
            harmless if text in cleared and not wanted else results[text]
            for text, wanted in zip(texts, keep, strict=True)
        ]

    def _cleared(self, texts: Mapping[str, Windows]) -> set[str]:
        """What the screen clears, which reads what fits one window, or else the draft."""
        cleared: set[str] = set()
        if self._screen is not None:
            short = {text: one[0] for text, one in texts.items() if one and len(one) == 1}
            verdicts = self._screen.clears(list(short.values()))
            cleared.update(compress(short, verdicts))
        if self._draft is not None:
            left = {text: one for text, one in texts.items() if text not in cleared}
            verdicts = self._draft.clears(list(left.values()))
            cleared.update(compress(left, verdicts))
        return cleared

    def explain(self, text: str, label: str, limit: int = 3) -> tuple[str, ...]:
        """The words whose removal lowers `label` most, gravest first; may be empty."""
        return self._occlusion.explain(text, label, limit)

    def _probabilities(self, texts: Sequence[str]) -> list[_Scores]:
        windows = list(self._tokenization.windows(texts))
        return [self._named(logits) for logits in self._explaining.best(windows, filled_up=False)]

    def _foreseen(self, texts: Sequence[str]) -> list[float]:
        """What the screen makes of each text's first window, as it would stand to be cleared."""
        assert self._screen is not None
        windows = (one[0] if one else () for one in self._tokenization.windows(texts))
        return [float(score) for score in self._screen.scores([ids or (0,) for ids in windows])]

    def _named(self, logits: Logits | None) -> _Scores:
        """A probability for every label; 0 where there was nothing to judge."""
        scores = map(probability, logits) if logits else [0.0] * len(self.labels)
        return dict(zip(self.labels, scores, strict=True))

    def _result(self, text: str, logits: Logits | None) -> Result:
        if logits is None and any(map(str.isalnum, text)):
            return Unscored(self.name, "no token known to the model")
        if logits and not all(map(math.isfinite, logits)):
            return Unscored(self.name, "the model gave no number")
        return Assessment(scores=self._named(logits))


def _each(threads: int | None) -> Each:
    """Whole runs side by side keep cores busier than one run that is split, being small."""
    number = threads or len(os.sched_getaffinity(0))
    return ThreadPoolExecutor(number).map if number > 1 else map


def _of_what_clears(manifest: Manifest) -> str:
    """A hash that changes whenever the screen, the draft or its limits do."""
    files = [manifest.files.get(name) for name in (screening.FILE, drafting.FILE)]
    return hashlib.sha256(repr((files, sorted(manifest.draft_limits.items()))).encode()).hexdigest()
