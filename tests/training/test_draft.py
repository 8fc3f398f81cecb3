"""How the model's draft is made: its limits keep every flag of dev, and it is repeatable."""

import json
import math
from pathlib import Path

import pytest
from training import toy

from moderator.classifiers.draft import FILE
from moderator.classifiers.network import probability
from moderator.classifiers.onnx import OnnxClassifier
from moderator.errors import ClassifierError
from moderator.training import draft, export, graph, screen
from moderator.training.encoder import build_tokenizer

LIMITS = {"toxicity": 0.5004, "insult": 0.6}  # a random model is undecided


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Labelled rows and a toy model in the shipped form, with a screen's limits."""
    rows = toy.rows(300)
    toy.write(tmp_path / "train.jsonl.gz", rows[::2])
    toy.write(tmp_path / "dev.jsonl.gz", rows[1::2])
    facts = {**toy.FACTS, "screen_limits": LIMITS}
    tensors = export.tensors(toy.model().state_dict())
    model = graph.build(tensors, 2, small=True)
    export.write_shipped(tmp_path / "model", model, build_tokenizer(), facts)
    return tmp_path


def test_a_draft_is_put_beside_the_model_and_is_repeatable(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = folder / "model"
    draft.main(["--data", str(folder), "--model", str(model)])
    made = json.loads(capsys.readouterr().out)
    assert 0 < made["flagged"] < made["rows"] <= 150
    assert made["lost"] == 0
    content = (model / FILE).read_bytes()
    manifest = json.loads((model / "manifest.json").read_text())
    assert manifest["trained"]["draft"] == {"short": made["short"]}
    assert set(manifest["draft_limits"]) == set(LIMITS)
    for label, limit in manifest["draft_limits"].items():
        assert draft.logit(LIMITS[label]) - draft.logit(limit) == pytest.approx(made["short"])
    OnnxClassifier.load(model, threads=1)  # its hash is listed

    assert draft.run(folder, model) == made
    assert (model / FILE).read_bytes() == content


def test_without_a_screen_there_is_nothing_to_draw_a_line_by(folder: Path) -> None:
    path = folder / "model" / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["screen_limits"]
    path.write_text(json.dumps(manifest))
    with pytest.raises(ClassifierError, match="has no screen yet; train it first"):
        draft.run(folder, folder / "model")


def test_a_new_model_or_screen_needs_a_new_draft(folder: Path) -> None:
    model = folder / "model"
    draft.run(folder, model)
    screen.write(model, {"pieces": [1]}, {}, {"insult": 0.7})
    manifest = json.loads((model / "manifest.json").read_text())
    assert not (model / FILE).exists()
    assert "draft_limits" not in manifest
    assert FILE not in manifest["files"]

    (model / FILE).write_bytes(b"another's")
    tensors = export.tensors(toy.model(1).state_dict())
    export.write_shipped(model, graph.build(tensors, 2, small=True), build_tokenizer(), {})
    assert not (model / FILE).exists()


@pytest.mark.parametrize("score", [0.01, 0.5, 0.97])
def test_logit(score: float) -> None:
    assert probability(draft.logit(score)) == pytest.approx(score)
    assert math.isclose(draft.logit(0.5), 0)
