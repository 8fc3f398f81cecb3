"""From a run to the shipped folder, with a toy model and a handful of rows."""

import gzip
import json
from pathlib import Path

import pytest
import torch
from training import toy

from moderator.classifiers.manifest import read_manifest
from moderator.training import ship, train
from moderator.training.encoder import build_tokenizer
from moderator.training.labels import LABELS


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """Two stages of a toy run, the second started from the first, and its dev rows beside it."""
    tokenizer = build_tokenizer()
    rows = toy.rows(400)
    with gzip.open(tmp_path / "dev.jsonl.gz", "wt", encoding="utf-8") as out:
        for at, row in enumerate(rows):
            known = {n: v for n, v in zip(LABELS, row.labels, strict=True) if v >= 0}
            source = "chitchat" if not row.labels[0] and at % 2 else "template"
            out.write(
                json.dumps({"text": row.text, "source": source, "lang": "en", "labels": known})
                + "\n"
            )
    for name, start in (("first", ""), ("second", str(tmp_path / "first"))):
        folder = tmp_path / name
        folder.mkdir()
        tokenizer.save(str(folder / "tokenizer.json"))
        settings = train.Settings(rows=64, batch=16, rate=1e-3, seed=3, start=start)
        model: torch.nn.Module = toy.model()
        state = train.State(model, train.optimizer(model, settings))
        train.fit(state, tokenizer, rows[:64], settings, folder)
    return tmp_path


def test_a_run_becomes_a_folder_that_the_runtime_reads(finished: Path) -> None:
    target = finished / "shipped"
    figures = ship.ship(finished / "second", finished, target)
    manifest = read_manifest(target)
    assert manifest.labels == LABELS
    assert set(manifest.thresholds) == set(LABELS)
    assert (target / "reliability.svg").read_text().startswith("<svg")
    assert json.loads((finished / "second" / "figures.json").read_text()) == json.loads(
        json.dumps(figures)
    )
    assert figures["areas"]["toxicity"]["all"]["toxic"] > 0
    clean = figures["false_flags"]["chitchat"]
    assert clean["rows"] >= 50
    assert clean["toxicity"] <= clean["all"]


def test_the_stages_of_a_chain_are_all_named(finished: Path) -> None:
    found = ship.stages(finished / "second")
    assert [stage["steps"] for stage in found] == [4, 4]
    assert found[0]["rows"] == 64
