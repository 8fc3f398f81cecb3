"""A model of a stranger: it runs no code, reads no file but its own, is the one that was shipped.

The hashes in a manifest tell damage from what was shipped. Whoever can write the model's folder can
write those too, so what a tampered model can reach is bounded apart from them.
"""

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import tiny
from onnx import TensorProto, numpy_helper

from moderator.classifiers import language
from moderator.classifiers.detoxify_weights import find_weights, rewritten
from moderator.classifiers.onnx import OnnxClassifier
from moderator.errors import ClassifierError

NAMES = ("model.onnx", "tokenizer.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole model folder."""
    return tiny.make_onnx(tmp_path / "model")


def refused(folder: Path, match: str) -> None:
    with pytest.raises(ClassifierError, match=match):
        OnnxClassifier.load(folder, threads=1)


def test_it_loads_as_it_was_made(folder: Path) -> None:
    (folder / "README.md").write_text("A card may lie beside it.")
    assert OnnxClassifier.load(folder, threads=1).labels == tiny.LABELS


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("position", [0, 100, -1])
def test_a_changed_bit_is_refused(folder: Path, name: str, position: int) -> None:
    content = bytearray((folder / name).read_bytes())
    content[position] ^= 1
    (folder / name).write_bytes(content)
    refused(folder, f"{name} was changed")


@pytest.mark.parametrize("name", ["model.onnx.data", "custom.so", "modeling.py", "__init__.py"])
def test_an_added_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"")
    refused(folder, f"holds {name}, which its manifest .* does not list")


@pytest.mark.parametrize("name", ["../secret", "{tmp}/secret", "..", ".", "", "sub/secret"])
def test_a_manifest_cannot_name_a_file_elsewhere(tmp_path: Path, folder: Path, name: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "sub").mkdir()
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name.format(tmp=tmp_path)] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))
    refused(folder, "no file beside it")


@pytest.mark.parametrize("name", NAMES)
def test_a_link_to_another_file_is_a_changed_file(tmp_path: Path, folder: Path, name: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / name).unlink()
    (folder / name).symlink_to(tmp_path / "secret")
    refused(folder, f"{name} was changed")


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_never_ends_is_not_read(folder: Path, make: Callable[[Path], None]) -> None:
    (folder / "model.onnx").unlink()
    make(folder / "model.onnx")
    refused(folder, "no regular file")


def point_elsewhere(folder: Path, location: str) -> None:
    """Lets the model read some of its weights from another file, its hash being right."""
    model = onnx.load(str(folder / "model.onnx"))
    (tensor,) = (one for one in model.graph.initializer if one.name == "base")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", "0"), ("length", "12")):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    tiny.write_manifest(folder)


@pytest.mark.parametrize("location", ["../secret", "{tmp}/secret", "secret", "link", "./inside"])
def test_a_model_cannot_read_other_files(
    tmp_path: Path, folder: Path, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    values = np.zeros(3, np.float32).tobytes()
    for path in (tmp_path / "secret", tmp_path / "inside"):
        path.write_bytes(values)
    point_elsewhere(folder, location.format(tmp=tmp_path))
    if location == "link":
        (tmp_path / "link").symlink_to("secret")
    refused(folder, "cannot be loaded")


def test_nor_one_beside_it_which_the_runtime_itself_would_read(folder: Path) -> None:
    """Shows that the models of these tests do read other files where they are let."""
    import onnxruntime

    (folder / "inside.md").write_bytes(numpy_helper.to_array(
        next(t for t in onnx.load(str(folder / "model.onnx")).graph.initializer if t.name == "base")
    ).tobytes())  # fmt: skip
    point_elsewhere(folder, "inside.md")
    assert onnxruntime.InferenceSession(str(folder / "model.onnx")).get_outputs()
    refused(folder, "cannot be loaded")


class Trap:
    """An object whose unpickling makes a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._path),)


def in_zip(content: object, path: Path) -> None:
    import torch

    torch.save(content, path)


def in_the_older_form(content: object, path: Path) -> None:
    import torch

    torch.save(content, path, _use_new_zipfile_serialization=False)


def bare(content: object, path: Path) -> None:
    path.write_bytes(pickle.dumps(content))


@pytest.mark.parametrize("save", [in_zip, in_the_older_form, bare])
@pytest.mark.parametrize("where", ["all", "config", "class", "weights", "key"])
def test_a_checkpoint_that_would_run_code_is_refused(
    tmp_path: Path, save: Callable[[object, Path], None], where: str
) -> None:
    trap = tmp_path / "trap"
    evil: Any = Trap(trap)
    args = {"model_name": "BertForSequenceClassification", "num_classes": 1}
    config = {"arch": {"args": args}, "dataset": {"args": {"classes": ["toxic"]}}}
    content: Any = {"config": config, "state_dict": {}}
    if where == "all":
        content = evil
    elif where == "config":
        content["config"] = evil
    elif where == "class":
        config["dataset"]["args"]["classes"] = [evil]  # type: ignore[index]
    elif where == "weights":
        content["state_dict"]["weight"] = evil
    else:
        content[(evil,)] = 1
    (tmp_path / "config.json").write_text("{}")
    save(content, tmp_path / "model.ckpt")
    with pytest.raises(ClassifierError, match="holds code, which is never run"):
        rewritten(find_weights(str(tmp_path)))
    assert not trap.exists()
    pickle.loads(pickle.dumps(evil))
    assert trap.exists()  # it would have


def test_a_checkpoints_folder_brings_no_code(tmp_path: Path) -> None:
    """What a hub's custom models use: classes of their own, named in the configuration."""
    from moderator.classifiers.detoxify import DetoxifyClassifier

    folder, trap = tiny.make_detoxify(tmp_path / "weights"), tmp_path / "trap"
    (folder / "evil.py").write_text(f"import os\nos.mkdir({str(trap)!r})\n")
    for name in ("config.json", "tokenizer_config.json"):
        settings = json.loads((folder / name).read_text())
        settings["auto_map"] = {
            "AutoConfig": "evil.Config",
            "AutoModelForSequenceClassification": "evil.Model",
            "AutoTokenizer": ["evil.Tokenizer", "evil.Tokenizer"],
        }
        settings["trust_remote_code"] = True
        (folder / name).write_text(json.dumps(settings))
    assert DetoxifyClassifier.load(str(folder)).labels
    assert not trap.exists()


def test_another_language_identifier_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert language.identifier_file().is_file()
    other = tmp_path / "lid.176.ftz"
    other.write_bytes(language.identifier_file().read_bytes() + b"\0")
    with pytest.raises(ClassifierError, match="was changed"):
        language.load_identifier(other)
