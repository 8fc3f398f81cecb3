"""Reads a bundled model's manifest and makes sure that its files are the ones it was made with."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moderator.errors import ClassifierError

_DOCUMENTS = (".md", ".svg")
"""What may lie in a model's folder unlisted: its card and the card's pictures."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a model folder says of itself.

    `max_tokens` counts the special tokens too; `stride` is how many tokens neighbouring windows
    share. `thresholds` are the model's own, by label; `screen_limits` those for which its
    screen and draft were made; `draft_limits` what a message scores under that the draft clears;
    `languages` ISO 639-1 codes; `files` maps each file of the model to its sha256 in hex.
    """

    name: str
    version: str
    labels: tuple[str, ...]
    max_tokens: int
    stride: int
    languages: tuple[str, ...]
    files: Mapping[str, str]
    thresholds: Mapping[str, float] = field(default_factory=dict)
    screen_limits: Mapping[str, float] = field(default_factory=dict)
    draft_limits: Mapping[str, float] = field(default_factory=dict)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the model in `folder`, its files checked against their hashes.

    `ClassifierError` where the folder, a file or a key is missing, a file was changed, or one
    lies there that the manifest does not list.
    """
    path = folder / "manifest.json"
    try:
        raw = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ClassifierError(
            f"The model's manifest {path} cannot be read ({error.strerror}); reinstall the package."
        ) from error
    except ValueError as error:
        raise ClassifierError(f"The model's manifest {path} is not valid JSON: {error}.") from error
    manifest = _typed(raw, path)
    for name, expected in manifest.files.items():
        _check(folder / name, expected)
    for file in sorted(folder.iterdir()):
        if file.name not in (path.name, *manifest.files) and file.suffix not in _DOCUMENTS:
            raise ClassifierError(
                f"The model's folder holds {file.name}, which its manifest {path} does not list; "
                "reinstall the package."
            )
    return manifest


def _typed(raw: Any, path: Path) -> Manifest:
    try:
        manifest = Manifest(
            name=str(raw["name"]),
            version=str(raw["version"]),
            labels=tuple(map(str, raw["labels"])),
            max_tokens=int(raw["max_tokens"]),
            stride=int(raw["stride"]),
            languages=tuple(map(str, raw["languages"])),
            files={str(name): str(digest) for name, digest in raw["files"].items()},
            **{
                name: {str(k): float(v) for k, v in raw.get(name, {}).items()}
                for name in ("thresholds", "screen_limits", "draft_limits")
            },
        )
    except KeyError as error:
        raise ClassifierError(f"The model's manifest {path} lacks the key {error}.") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise ClassifierError(f"The model's manifest {path} is malformed: {error}.") from error
    for name in ("model.onnx", "tokenizer.json"):
        if name not in manifest.files:
            raise ClassifierError(f"The model's manifest {path} lists no hash for {name}.")
    for name in manifest.files:
        if name in ("", "..") or Path(name).name != name:
            raise ClassifierError(f"The model's manifest {path} names {name!r}, no file beside it.")
    return manifest


def _check(path: Path, expected: str) -> None:
    try:
        if path.exists() and not path.is_file():  # a pipe or a device might never end
            raise ClassifierError(f"The model's file {path} is no regular file.")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ClassifierError(
            f"The model's file {path} cannot be read ({error.strerror}); reinstall the package."
        ) from error
    if digest != expected.lower():
        raise ClassifierError(
            f"The model's file {path} was changed: its sha256 begins with {digest[:12]}, the "
            f"manifest says {expected[:12]}; reinstall the package."
        )
