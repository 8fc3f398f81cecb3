"""Batches, the masked loss, and a run that goes on where it was stopped."""

import json
import random
from pathlib import Path

import torch
from training import toy

from moderator.training import augment, batches, train
from moderator.training.encoder import build_tokenizer
from moderator.training.labels import LABELS, UNKNOWN, Row

SETTINGS = train.Settings(rows=80, batch=8, rate=1e-3, seed=1)


def run(out: Path, stops: list[int | None]) -> dict[str, torch.Tensor]:
    """Trains a tiny model, stopped and taken up again after each of the steps."""
    out.mkdir()
    rows = train.chosen_rows(toy.rows(400), SETTINGS)
    tokenizer = build_tokenizer()
    for stop in stops:
        model: torch.nn.Module = toy.model(seed=7)
        state = train.State(model, train.optimizer(model, SETTINGS))
        if (out / train.CHECKPOINT).exists():
            torch.manual_seed(999)
            state.load(out / train.CHECKPOINT)
        train.fit(state, tokenizer, rows, SETTINGS, out, stop_at=stop)
    found: dict[str, torch.Tensor] = model.state_dict()
    return found


def test_a_resumed_run_ends_with_the_same_weights(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole", [None])
    parts = run(tmp_path / "parts", [3, 7, None])
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    start = toy.model(seed=7).state_dict()
    assert not torch.equal(start["classifier.weight"], whole["classifier.weight"])
    assert not list((tmp_path / "parts").glob("*.part"))


def test_minutes_bring_the_rate_down_and_end_the_run(tmp_path: Path) -> None:
    settings = train.Settings(rows=80, batch=8, minutes=0.001, seed=1)
    model: torch.nn.Module = toy.model()
    state = train.State(model, train.optimizer(model, settings), seconds=1.0)
    train.fit(state, build_tokenizer(), toy.rows(80), settings, tmp_path)
    assert state.step == 0


def test_the_rate_rises_then_falls_to_zero() -> None:
    settings = train.Settings()
    values = [train.rate(at / 100, settings) for at in range(101)]
    assert values[0] == values[100] == 0
    assert max(values) <= settings.rate
    assert values.index(max(values)) == round(settings.warmup * 100)


def test_unknown_labels_do_not_move_the_model() -> None:
    logits = torch.zeros((2, len(LABELS)), requires_grad=True)
    wanted = torch.full((2, len(LABELS)), float(UNKNOWN))
    wanted[0, 1] = 1
    torch.autograd.backward(batches.masked_loss(logits, wanted))
    assert logits.grad is not None
    assert logits.grad[0, 1] < 0
    assert torch.count_nonzero(logits.grad) == 1


def test_batches_hold_every_row_once_and_near_lengths() -> None:
    rng = random.Random(0)
    lengths = [rng.randint(3, 60) for _ in range(1000)]
    order = batches.plan(lengths, 16, random.Random(1))
    assert sorted(at for batch in order for at in batch) == list(range(1000))
    spread = [max(lengths[a] for a in b) - min(lengths[a] for a in b) for b in order]
    assert sum(spread) / len(spread) < 6
    assert order == batches.plan(lengths, 16, random.Random(1))


def test_a_long_text_keeps_its_ends() -> None:
    assert batches.cut([1, 5, 6, 7, 2], 4) == [1, 5, 6, 2]
    assert batches.cut([1, 5, 2], 4) == [1, 5, 2]


def test_judging_reports_what_has_both_classes(tmp_path: Path) -> None:
    rows = toy.rows(120)
    found = train.judge(toy.model(), build_tokenizer(), rows, "cpu")
    assert 0 <= found["toxicity_auc"]["all"] <= 1
    assert "toxicity" in found["label_auc"]
    train.note(tmp_path, found)
    assert json.loads((tmp_path / "log.jsonl").read_text()) == found


def test_short_templates_of_both_kinds_get_more_evasions() -> None:
    zeros = (0,) * len(LABELS)
    for labels in (zeros, (1, *zeros[1:])):
        assert train.evasions(Row("you there", "template", labels)) == augment.SHORT_RATE
        assert train.evasions(Row("you there " * 9, "template", labels)) == augment.RATE
        assert train.evasions(Row("you there", "sbic", labels)) == augment.RATE
