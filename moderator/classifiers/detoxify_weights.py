"""Finds a Detoxify checkpoint and makes it safe and ready to load without a network.

The package's own loader unpickles with code execution allowed and asks a hub for the model's
configuration. Here the file is read with `weights_only=True`, its `model_type` is pointed at a
local folder of configuration and tokenizer, and the result is written again in memory: what the
package then unpickles is of our own making.
"""

import hashlib
import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderator.errors import ClassifierError

VARIANTS = {
    "original": "bert-base-uncased",
    "unbiased": "roberta-base",
    "multilingual": "xlm-roberta-base",
    "original-small": "albert-base-v2",
    "unbiased-small": "albert-base-v2",
}
"""The published checkpoints, and the models whose configuration and tokenizer they need."""

_SUFFIXES = (".ckpt", ".pt", ".pth", ".bin")
_MODEL_CLASS = re.compile(r"(?!Auto)[A-Z]\w*ForSequenceClassification")
_TOKENIZER_CLASS = re.compile(r"(?!Auto)[A-Z]\w*Tokenizer(Fast)?")


@dataclass(frozen=True, slots=True)
class Weights:
    """Where a checkpoint lies, the folder of its configuration and tokenizer, and its sha256."""

    name: str
    checkpoint: Path
    folder: Path
    sha256: str


def find_weights(source: str) -> Weights:
    """The checkpoint that `source` names: a variant from the local caches, or a path.

    A path is a checkpoint or a folder that holds one, with config.json and the tokenizer's files
    beside it. `ClassifierError` where anything is missing, and how to get it.
    """
    if source in VARIANTS:
        return _from_caches(source)
    if os.sep in source or Path(source).exists():
        return _from_path(Path(source))
    raise ClassifierError(
        f"Detoxify has no variant {source!r}; known are {', '.join(VARIANTS)}, or the path of a "
        "folder with a checkpoint."
    )


def rewritten(weights: Weights) -> tuple[io.BytesIO, str, frozenset[str]]:
    """The checkpoint as a file in memory that loads offline and runs no code, the name of its
    model class, and the names of the parameters that it holds."""
    import torch

    try:
        loaded: Any = torch.load(weights.checkpoint, map_location="cpu", weights_only=True)
        arguments = dict(loaded["config"]["arch"]["args"])
        classes = [str(name) for name in loaded["config"]["dataset"]["args"]["classes"]]
        state = loaded["state_dict"]
        model_class, tokenizer_class = arguments["model_name"], arguments["tokenizer_name"]
        outputs = int(arguments["num_classes"])  # may be more than are named: identity outputs
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ClassifierError(
            f"The checkpoint {weights.checkpoint} is not in Detoxify's form "
            f"({type(error).__name__}: {error})."
        ) from error
    except Exception as error:  # unpickling can fail in any way
        raise ClassifierError(
            f"The checkpoint {weights.checkpoint} cannot be read as plain weights "
            f"({type(error).__name__}); it is damaged, or holds code, which is never run."
        ) from error
    if not _MODEL_CLASS.fullmatch(str(model_class)):
        raise ClassifierError(
            f"The checkpoint {weights.checkpoint} names the model class {model_class!r}; it must "
            "be a concrete one, as BertForSequenceClassification is."
        )
    if not _TOKENIZER_CLASS.fullmatch(str(tokenizer_class)):
        raise ClassifierError(
            f"The checkpoint {weights.checkpoint} names the tokenizer class {tokenizer_class!r}; "
            "it must be a concrete one, as BertTokenizer is."
        )
    if outputs < len(classes):
        raise ClassifierError(
            f"The checkpoint {weights.checkpoint} names {len(classes)} classes, but its model has "
            f"only {outputs} outputs."
        )
    file = io.BytesIO()
    arch = {
        "model_type": str(weights.folder),
        "model_name": model_class,
        "tokenizer_name": tokenizer_class,
        "num_classes": outputs,
    }
    config = {"dataset": {"args": {"classes": classes}}, "arch": {"args": arch}}
    torch.save({"config": config, "state_dict": state}, file)
    file.seek(0)
    return file, model_class, frozenset(state)


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps the libraries' warnings and progress bars off the terminal."""
    import warnings

    import transformers

    logging: Any = transformers.utils.logging
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _from_path(path: Path) -> Weights:
    path = path.expanduser().absolute()
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES)
        if len(found) != 1:
            raise ClassifierError(
                f"The folder {path} must hold exactly one checkpoint ({', '.join(_SUFFIXES)}); "
                f"it holds {len(found)}."
            )
        path = found[0]
    if not path.is_file():
        raise ClassifierError(f"There is no Detoxify checkpoint at {path}.")
    folder = path.parent
    if not (folder / "config.json").is_file():
        raise ClassifierError(
            f"The checkpoint {path} needs config.json and its tokenizer's files beside it; copy "
            "them from the model that it was trained from."
        )
    return Weights(folder.name, path, folder, _sha256(path))


def _from_caches(variant: str) -> Weights:
    import torch
    from detoxify.detoxify import MODEL_URLS
    from huggingface_hub import try_to_load_from_cache

    file_name = MODEL_URLS[variant].rpartition("/")[2]
    checkpoint = Path(torch.hub.get_dir()) / "checkpoints" / file_name
    config = try_to_load_from_cache(VARIANTS[variant], "config.json")
    missing = [] if checkpoint.is_file() else [str(checkpoint)]
    if not isinstance(config, str):
        missing.append(f"the configuration and tokenizer of {VARIANTS[variant]}")
    if missing or not isinstance(config, str):
        raise ClassifierError(_how_to_get(variant, missing))
    digest = _sha256(checkpoint)
    if not digest.startswith(checkpoint.stem.rpartition("-")[2]):
        raise ClassifierError(
            f"The checkpoint {checkpoint} is damaged: its sha256 begins with {digest[:8]}; delete "
            "it and copy it anew."
        )
    return Weights(variant, checkpoint, Path(config).parent, digest)


def _how_to_get(variant: str, missing: Sequence[str]) -> str:
    return (
        f"Detoxify's {variant} model is not on this machine (missing: {' and '.join(missing)}). "
        f"On a machine with network run: pip install 'moderator[detoxify]' && python -c "
        f"\"from detoxify import Detoxify; Detoxify('{variant}')\"; then copy its folders "
        "~/.cache/torch/hub/checkpoints and ~/.cache/huggingface to the same places here (or set "
        "TORCH_HOME and HF_HOME to where they lie); or put the checkpoint, config.json and the "
        "tokenizer's files into one folder and name it: --model detoxify:/folder"
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
