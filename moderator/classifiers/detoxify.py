"""Detoxify's models, through the real package, offline and without running a checkpoint's code."""

import math
import os
from collections import defaultdict
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

from moderator.classifiers.base import Result
from moderator.classifiers.batching import well_formed
from moderator.classifiers.detoxify_weights import find_weights, quiet, rewritten
from moderator.classifiers.language import LanguageGate
from moderator.classifiers.occlusion import Occlusion
from moderator.classifiers.windows import highest, slices
from moderator.errors import ClassifierError
from moderator.records import Assessment, Unscored

BATCH = 32
DIGITS = 5
"""Scores are rounded to this many: sums of another batch size differ in the seventh."""

_MOST_TOKENS = 512
_OVERLAP = 64
_MULTILINGUAL = ("en", "fr", "es", "it", "pt", "tr", "ru")

_Scores = dict[str, float]


class DetoxifyClassifier:
    """Scores texts with a Detoxify model; its labels are the checkpoint's own.

    Texts of one length go through the package's `predict` together, so that none is padded;
    longer ones than the model reads go in overlapping windows, the highest score of each label
    counting. A text in a language that the model was not trained on is `Unscored`, and so is one
    of words that it does not know at all; one without any word scores 0.
    """

    concurrent = True

    def __init__(self, name: str, version: str, model: Any, languages: Sequence[str]) -> None:
        self.name = name
        self.version = version
        self.labels: tuple[str, ...] = tuple(model.class_names)
        self._model = model
        self._gate = LanguageGate(languages)
        self._size = _window_size(model)
        self._unknown = model.tokenizer.unk_token_id
        self._occlusion = Occlusion(self._scores)

    @classmethod
    def load(cls, source: str = "unbiased") -> "DetoxifyClassifier":
        """The variant `source` from the local caches, or the checkpoint at the path `source`.

        Never uses the network. `ClassifierError` where the extra is not installed or weights are
        missing, damaged or incomplete.
        """
        for package in ("detoxify", "torch", "transformers"):
            if find_spec(package) is None:
                raise ClassifierError(
                    f"Detoxify needs the package {package}, which is not installed; run: "
                    "pip install 'moderator[detoxify]'"
                )
        # Read when the hub's client is first imported: without it a missing file costs retries.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import transformers
        from detoxify import Detoxify

        with quiet():
            weights = find_weights(source)
            file, model_class, given = rewritten(weights)
            if not hasattr(transformers, model_class):
                raise ClassifierError(
                    f"The checkpoint {weights.checkpoint} needs transformers' {model_class}, which "
                    "the installed version does not have."
                )
            try:
                model = Detoxify(checkpoint=file)
            except Exception as error:  # torch, transformers and tokenizers raise their own kinds
                reason = str(error).partition("\n")[0]
                raise ClassifierError(
                    f"Detoxify cannot load {weights.checkpoint} with the configuration in "
                    f"{weights.folder}: {reason}"
                ) from error
        missing = {name for name, _ in model.model.named_parameters()} - given
        if missing:
            raise ClassifierError(
                f"The checkpoint {weights.checkpoint} lacks {len(missing)} of the model's weights "
                f"({min(missing)} for one); it would score at random."
            )
        languages = _MULTILINGUAL if model_class.startswith("XLM") else ("en",)
        stamp = f"{version('detoxify')}+{weights.sha256[:8]}"
        return cls(f"detoxify:{weights.name}", stamp, model, languages)

    def classify(self, texts: Sequence[str]) -> list[Result]:
        """One `Assessment` with a probability per label, or `Unscored`, per text, in order."""
        distinct = {text: well_formed(text) for text in dict.fromkeys(texts)}
        results: dict[str, Result] = {}
        own: dict[str, str] = {}
        for (text, clean), ids in zip(
            distinct.items(), self._ids(list(distinct.values())), strict=True
        ):
            code = self._gate.foreign(clean)
            if code:
                results[text] = Unscored(self.name, f"language: {code}")
            elif any(token != self._unknown for token in ids):
                own[text] = clean
            elif any(map(str.isalnum, text)):
                results[text] = Unscored(self.name, "no token known to the model")
            else:
                results[text] = Assessment(scores=dict.fromkeys(self.labels, 0.0))
        for text, scores in zip(own, self._scores(list(own.values())), strict=True):
            results[text] = (
                Assessment(scores=scores)
                if all(map(math.isfinite, scores.values()))
                else Unscored(self.name, "the model gave no number")
            )
        return [results[text] for text in texts]

    def explain(self, text: str, label: str, limit: int = 3) -> tuple[str, ...]:
        """The words whose removal lowers `label` most, gravest first; may be empty."""
        return self._occlusion.explain(well_formed(text), label, limit)

    def _scores(self, texts: Sequence[str]) -> list[_Scores]:
        """Each text's highest score per label over its windows."""
        parts: list[str] = []
        owners: list[int] = []
        for index, (text, length) in enumerate(zip(texts, self._lengths(texts), strict=True)):
            within = (
                [text]
                if length <= self._size
                else slices(text, self._size, min(_OVERLAP, self._size // 4), self._lengths)
            )
            parts += within
            owners += [index] * len(within)
        best = [dict.fromkeys(self.labels, 0.0) for _ in texts]
        for owner, scores in zip(owners, self._predict(parts), strict=True):
            best[owner] = {
                label: highest(best[owner][label], scores[label]) for label in self.labels
            }
        return best

    def _predict(self, parts: Sequence[str]) -> list[_Scores]:
        by_length: defaultdict[int, list[int]] = defaultdict(list)
        for index, length in enumerate(self._lengths(parts)):
            by_length[length].append(index)
        scores: list[_Scores] = [{} for _ in parts]
        with quiet():
            for _, indices in sorted(by_length.items()):
                for start in range(0, len(indices), BATCH):
                    batch = indices[start : start + BATCH]
                    columns = self._model.predict([parts[index] for index in batch])
                    for label, values in columns.items():
                        # Of one text alone the package gives a number, of several a list.
                        column = values if isinstance(values, list) else [values]
                        for index, value in zip(batch, column, strict=True):
                            scores[index][label] = round(float(value), DIGITS)
        return scores

    def _lengths(self, texts: Sequence[str]) -> list[int]:
        return [len(ids) for ids in self._ids(texts)]

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Each text's tokens, special ones apart."""
        if not texts:
            return []
        with quiet():
            ids: list[list[int]] = self._model.tokenizer(list(texts), add_special_tokens=False)[
                "input_ids"
            ]
        return ids


def _window_size(model: Any) -> int:
    """The tokens of a window, special ones apart; a few are kept free, for words that divide
    otherwise at a window's edge."""
    positions = getattr(model.model.config, "max_position_embeddings", _MOST_TOKENS)
    return min(_MOST_TOKENS, int(positions), int(model.tokenizer.model_max_length)) - 8
