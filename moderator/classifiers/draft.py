"""The draft: the model itself in whole numbers, several times as fast, and nearly right.

It clears messages that the model would surely not flag: those whose every label scores under a
line that `moderator.training.draft` draws, well under what flags, by what the two differ on dev.
The others the model judges itself, whatever the draft said. Explanations ask the draft alone.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from moderator.classifiers.manifest import Manifest
from moderator.classifiers.network import Each, Network, Windows, probability

FILE = "draft.onnx"


class Draft:
    """`limits` are probabilities by label; a label without one is not looked at."""

    def __init__(
        self, network: Network, labels: Sequence[str], limits: Mapping[str, float]
    ) -> None:
        self.network = network
        self._limits = [(at, limits[label]) for at, label in enumerate(labels) if label in limits]

    @classmethod
    def load(cls, folder: Path, manifest: Manifest, pad: int, each: Each) -> "Draft":
        """The draft of a model's folder; `ClassifierError` where it is no network."""
        network = Network.load(folder / FILE, len(manifest.labels), pad, each)
        return cls(network, manifest.labels, manifest.draft_limits)

    def clears(self, texts: Sequence[Windows]) -> list[bool]:
        """Whether each text is surely harmless; one without a token that it knows never is."""
        return [
            all(probability(logits[at]) < limit for at, limit in self._limits) if logits else False
            for logits in self.network.best(texts)
        ]
