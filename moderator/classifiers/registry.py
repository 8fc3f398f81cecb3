"""Builds classifiers from plain specifications, here or in another process.

A specification is text: `chat-minilm` (a model that comes with the package), `detoxify:unbiased`,
`detoxify:/folder/of/a/checkpoint`, or `none`.
"""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from moderator.errors import ConfigError
from moderator.resources import data_path

if TYPE_CHECKING:
    from moderator.classifiers.base import Classifier

DEFAULT_MODEL = "chat-minilm"
NO_MODEL = "none"


def _bundled(_: str) -> "Classifier":
    from moderator.classifiers.onnx import OnnxClassifier

    # Every core, but where one is told otherwise, as for all that has threads.
    threads = os.environ.get("OMP_NUM_THREADS", "")
    return OnnxClassifier.load(
        data_path("models") / DEFAULT_MODEL, int(threads) if threads.isdecimal() else None
    )


def _detoxify(variant: str) -> "Classifier":
    from moderator.classifiers.detoxify import DetoxifyClassifier

    return DetoxifyClassifier.load(variant or "unbiased")


MODELS: dict[str, Callable[[str], "Classifier"]] = {
    DEFAULT_MODEL: _bundled,
    "detoxify": _detoxify,
}


def build_model(specification: str) -> "Classifier":
    """The classifier that `specification` names; `ConfigError` lists the known ones."""
    builder, parameter = _parted(specification)
    return builder(parameter)


def build_apart(specification: str) -> "Classifier":
    """The same in a process of its own, which is loading; what is wrong is told at its first use.

    `ConfigError` for a specification that is not known, at once.
    """
    from moderator.classifiers.apart import Apart

    _parted(specification)
    return Apart(specification)


def build_models(
    specifications: Sequence[str], build: Callable[[str], "Classifier"] = build_model
) -> list["Classifier"]:
    """Each distinct model once, in order; `none` stands alone for no model."""
    distinct = list(dict.fromkeys(specifications))
    if NO_MODEL in distinct:
        if len(distinct) > 1:
            raise ConfigError("The model 'none' cannot be combined with others.")
        return []
    return [build(specification) for specification in distinct]


def _parted(specification: str) -> tuple[Callable[[str], "Classifier"], str]:
    """What builds it, and from what."""
    kind, _, parameter = specification.partition(":")
    if kind not in MODELS or (parameter and kind != "detoxify"):
        known = f"{DEFAULT_MODEL}, detoxify:VARIANT, detoxify:/folder, {NO_MODEL}"
        raise ConfigError(f"The model {specification!r} is not known; known are {known}.")
    return MODELS[kind], parameter
