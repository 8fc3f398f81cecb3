"""What an installation puts where: one package, its data inside, nothing beside it."""

import importlib.metadata
import json
from pathlib import Path

import pytest

from moderator.resources import data_path

DISTRIBUTION = importlib.metadata.distribution("moderator")


def test_nothing_lands_beside_the_package() -> None:
    origin = json.loads(DISTRIBUTION.read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable"):
        pytest.skip("an editable installation has no files of its own")
    tops = {Path(file).parts[0] for file in DISTRIBUTION.files or []}
    folders = {top for top in tops if top != ".."}
    assert folders == {"moderator", f"moderator-{DISTRIBUTION.version}.dist-info"}
    assert (data_path("rules.yaml").parent.name, data_path("rules.yaml").is_file()) == (
        "data",
        True,
    )


def test_the_default_model_comes_along() -> None:
    names = {path.name for path in (data_path("models") / "chat-minilm").iterdir()}
    assert {"manifest.json", "model.onnx", "tokenizer.json", "README.md"} <= names
    size = sum(p.stat().st_size for p in data_path("models").rglob("*") if p.is_file())
    assert size <= 64 * 1024 * 1024
