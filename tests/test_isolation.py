from collections.abc import Sequence

import pytest
from doubles import Table

from moderator.classifiers.base import Result
from moderator.errors import ClassifierError
from moderator.isolation import PATIENCE, Isolated
from moderator.records import Assessment, Unscored


def test_results_pass_through_in_order() -> None:
    isolated = Isolated(Table({"a": {"insult": 0.5}, "b": "language: de"}))
    assert isolated.classify(["b", "a", "c"]) == [
        Unscored("table", "language: de"),
        Assessment(scores={"insult": 0.5}),
        Assessment(),
    ]
    assert isolated.classify([]) == []
    isolated.conclude()
    assert isolated.failed == 0


def test_only_the_culprit_of_a_batch_stays_unscored() -> None:
    table = Table({"bad": RuntimeError("bad is what the message said")}, default={"insult": 0.1})
    isolated = Isolated(table)
    first, culprit, last = isolated.classify(["a", "bad", "b"])
    assert first == last == Assessment(scores={"insult": 0.1})
    assert culprit == Unscored("table", "failed with RuntimeError")
    assert table.batches == [["a", "bad", "b"], ["a"], ["bad"], ["b"]]
    isolated.conclude()


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -0.01, 1.01])
def test_what_is_no_probability_is_a_failure(score: float) -> None:
    isolated = Isolated(Table({"bad": {"insult": score}}))
    assert isolated.classify(["a", "bad"]) == [
        Assessment(),
        Unscored("table", "failed with ClassifierError"),
    ]


class Miscounting(Table):
    """Gives one result too few or too many for a batch, and is right on single texts."""

    def __init__(self, by: int) -> None:
        super().__init__()
        self._by = by

    def classify(self, texts: Sequence[str]) -> list[Result]:
        results = super().classify(texts)
        if len(texts) == 1:
            return results
        return results[: self._by] if self._by < 0 else results + results[: self._by]


@pytest.mark.parametrize("by", [-1, 1])
def test_a_wrong_count_is_never_matched_up(by: int) -> None:
    table = Miscounting(by)
    assert Isolated(table).classify(["a", "b", "c"]) == [Assessment()] * 3
    assert table.batches == [["a", "b", "c"], ["a"], ["b"], ["c"]]


def test_scores_are_rounded_as_they_are_written() -> None:
    (result,) = Isolated(Table(default={"insult": 0.59996})).classify(["a"])
    assert result == Assessment(scores={"insult": 0.6})


def test_a_classifier_that_fails_on_everything_is_given_up_at_the_end() -> None:
    isolated = Isolated(Table(default=RuntimeError("secret words")))
    assert all(isinstance(one, Unscored) for one in isolated.classify(["a", "b"]))
    with pytest.raises(ClassifierError, match="table failed on every one of 2 messages") as raised:
        isolated.conclude()
    assert "secret" not in str(raised.value)


def test_it_is_given_up_before_a_long_dump_is_through() -> None:
    isolated = Isolated(Table(default=RuntimeError()))
    with pytest.raises(ClassifierError):
        for number in range(PATIENCE):
            isolated.classify([str(number)])
    assert isolated.failed == PATIENCE


def test_after_a_success_no_number_of_failures_stops_the_run() -> None:
    isolated = Isolated(Table({"good": Assessment()}, default=RuntimeError()))
    isolated.classify(["good"])
    isolated.classify([str(number) for number in range(2 * PATIENCE)])
    isolated.conclude()
    assert isolated.failed == 2 * PATIENCE


def test_refusing_a_text_is_no_failure() -> None:
    isolated = Isolated(Table(default="language: de"))
    isolated.classify([str(number) for number in range(2 * PATIENCE)])
    isolated.conclude()
    assert isolated.failed == 0


def test_a_stopped_run_is_not_taken_for_a_bad_message() -> None:
    class Interrupted(Table):
        def classify(self, texts: Sequence[str]) -> list[Result]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Isolated(Interrupted()).classify(["a"])
