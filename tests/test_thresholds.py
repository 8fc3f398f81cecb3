"""The default thresholds stand by what the bundled model was calibrated for."""

from moderator.classifiers.manifest import read_manifest
from moderator.config import load
from moderator.records import Action
from moderator.resources import data_path

MODEL = read_manifest(data_path("models") / "chat-minilm")
CATEGORIES = load().categories


def test_no_threshold_is_below_the_model_s_own() -> None:
    for label, threshold in MODEL.thresholds.items():
        assert min(CATEGORIES[label].thresholds.values()) >= threshold, label


def test_swearing_alone_is_recorded_and_not_flagged() -> None:
    obscene = CATEGORIES["obscene"]
    assert {obscene.actions[severity] for severity in obscene.thresholds} == {Action.record}
