"""From labelled rows to a screen in the model's folder, with a toy model."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from training import toy

from moderator.classifiers.onnx import OnnxClassifier
from moderator.classifiers.screen import FILE, Screen
from moderator.config import load
from moderator.training import export, graph, screen, screen_net
from moderator.training.encoder import build_tokenizer
from moderator.training.labels import LABELS

SETTINGS = screen.Settings(texts=300, epochs=2, seed=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labelled rows and a toy model in the shipped form."""
    made = tmp_path_factory.mktemp("data")
    rows = toy.rows(500)
    toy.write(made / "train.jsonl.gz", rows[::2])
    toy.write(made / "dev.jsonl.gz", rows[1::2])
    tensors = export.tensors(toy.model().state_dict())
    export.write_shipped(
        made / "model", graph.build(tensors, 2, small=True), build_tokenizer(), toy.FACTS
    )
    return made


def test_a_run_puts_a_screen_beside_the_model_and_is_repeatable(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(screen, "DRAWN", 180)
    model = folder / "model"
    made = screen.run(folder, tmp_path / "run", model, SETTINGS)
    content = (model / FILE).read_bytes()
    classifier = OnnxClassifier.load(model, threads=1)
    assert classifier.screen_version.startswith("1+")
    manifest = json.loads((model / "manifest.json").read_text())
    assert manifest["trained"]["screen"] == {"texts": 300, "epochs": 2, "seed": 5}
    assert json.loads((tmp_path / "run" / "screen.json").read_text()) == made
    every = made["all"]
    assert every["lost"] * screen.LOST_ONE_IN <= every["flagged"]
    assert every["flagged"] + every["others"] == len(toy.rows(500)[1::2])
    assert set(made["sources"]) == {"chitchat", "gametox"}
    assert "obscene" not in made["labels"]

    assert screen.run(folder, tmp_path / "again", model, SETTINGS) == made
    assert (model / FILE).read_bytes() == content
    assert "epoch 2 of 2" in capsys.readouterr().out
    names = ["dev", "pointed-5", "texts-5", "texts-6"]
    assert sorted(path.name for path in (tmp_path / "run").iterdir() if path.is_dir()) == names


def test_what_was_trained_is_what_runs() -> None:
    """The torch network and the whole numbers of the runtime agree but for halves rounded apart."""
    torch.manual_seed(2)
    net = screen_net.ScreenNet(torch.randn(200, 16) / 2, outputs=3, channels=20, hidden=12)
    limits = {"known": np.ones(200, bool), "limits": np.array([0, 40])}
    parts = net.parts()
    draw = np.random.default_rng(2)
    windows = [draw.integers(1, 200, length).tolist() for length in (1, 2, 3, 9, 9, 17, 40)]
    found = Screen(parts | limits).scores(windows)
    (step,) = screen_net.scales(net.score.weight[-1:]).flatten().tolist()
    with torch.no_grad():
        for ids, score in zip(windows, found, strict=True):
            wanted = float(net(torch.tensor([ids]))[0, -1] - net.score.bias[-1])
            assert score * step * screen_net.STEP == pytest.approx(wanted, abs=0.01)


def test_padding_and_neighbours_do_not_matter_in_training_either() -> None:
    torch.manual_seed(4)
    net = screen_net.ScreenNet(torch.randn(50, 8) / 2, outputs=2, channels=8, hidden=8)
    alone = net(torch.tensor([[3, 4, 5]]))
    mixed = net(torch.tensor([[3, 4, 5, 0, 0], [6, 7, 8, 9, 10]]))
    assert torch.allclose(alone[0], mixed[0], atol=1e-5)


def test_it_learns() -> None:
    """A piece that makes a flag, and one beside another that does, come out on top."""
    draw = np.random.default_rng(6)
    ids = [draw.integers(1, 40, draw.integers(2, 8)).tolist() for _ in range(300)]
    rude = [7 in one or (8, 9) in itertools.pairwise(one) for one in ids]
    wanted = np.where(rude, 1.0, -6.0)
    torch.manual_seed(6)
    net = screen_net.ScreenNet(torch.randn(40, 16) / 2, outputs=2, channels=16, hidden=16)
    losses = list(screen_net.fit(net, ids, wanted[:, None], epochs=8, seed=6, size=16, rate=0.01))
    assert losses[-1] < losses[0] / 3
    limits = {"known": np.ones(40, bool), "limits": np.array([0, 40])}
    found = Screen(net.parts() | limits).scores(ids)
    assert np.median(found[wanted > 0]) > np.percentile(found[wanted < 0], 95)


@pytest.mark.parametrize(
    ("flagged", "lost"), [(1, 0), (999, 0), (1000, 1), (1999, 1), (2000, 2), (3000, 3)]
)
def test_the_bar_loses_one_flag_in_so_many(flagged: int, lost: int) -> None:
    found = np.arange(9000.0)
    found[::7] = np.inf
    which = np.zeros(9000, dtype=bool)
    which[np.random.default_rng(1).choice(9000, flagged, replace=False)] = True
    bar = screen.bar(found, which)
    assert (found[which] < bar).sum() == lost
    assert not (found[which] == bar - 1).any() or lost


def test_the_bar_where_nothing_is_flagged_or_ties() -> None:
    assert screen.bar(np.array([1.0, 5.0, np.inf]), np.zeros(3, dtype=bool)) == 6
    assert screen.bar(np.array([4.0] * 1200), np.ones(1200, dtype=bool)) == 4


def test_only_labels_that_flag_have_a_limit() -> None:
    found = screen.limits(load(), (*LABELS, "something_else"))
    assert "obscene" not in found
    assert found["threat"] == 0.5
    assert found["something_else"] == found["toxicity"] == 0.9261
