import json
import time
from collections.abc import Sequence
from typing import ClassVar

import pytest
from doubles import Table
from hypothesis import given
from hypothesis import strategies as st

from moderator.classifiers.base import Result
from moderator.classifiers.failure import Failure
from moderator.errors import ClassifierError
from moderator.isolation import PARTS, PATIENCE, Isolated
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


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        (float("nan"), "gave no number for insult"),
        (float("inf"), "gave no number for insult"),
        (-0.01, "gave no probability for insult"),
        (1.01, "gave no probability for insult"),
    ],
)
def test_what_is_no_probability_is_a_failure(score: float, reason: str) -> None:
    isolated = Isolated(Table({"bad": {"insult": score}}))
    assert isolated.classify(["a", "bad"]) == [Assessment(), Unscored("table", reason)]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "out of memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "out of memory"),
        (RuntimeError("bad allocation"), "out of memory"),
        (RecursionError(), "failed with RecursionError"),
        (Failure("worker died (signal 11)"), "worker died (signal 11)"),
    ],
    ids=repr,
)
def test_a_reason_says_what_happened(error: Exception, reason: str) -> None:
    isolated = Isolated(Table({"bad": error}))
    assert isolated.classify(["a", "bad"])[1] == Unscored("table", reason)


def test_a_culprit_in_a_long_batch_is_found_in_few_tries() -> None:
    table = Table({"700": RuntimeError()})
    texts = [str(number) for number in range(1024)]
    results = Isolated(table).classify(texts)
    assert [
        text for text, result in zip(texts, results, strict=True) if result != Assessment()
    ] == ["700"]
    assert [len(batch) for batch in table.batches] == [1024, *[32] * PARTS, *[1] * 32]


@given(st.integers(0, 70).flatmap(lambda n: st.lists(st.booleans(), min_size=n, max_size=n)))
def test_parts_give_what_single_texts_would(bad: list[bool]) -> None:
    texts = [f"{'bad' if one else 'good'} {number}" for number, one in enumerate(bad)]
    answers = {text: RuntimeError() for text, one in zip(texts, bad, strict=True) if one}
    alone = Isolated(Table(answers))
    alone.classify(["good"])
    singly = [alone.classify([text])[0] for text in texts]
    isolated = Isolated(Table(answers))
    isolated.classify(["good"])
    assert isolated.classify(texts) == singly
    assert isolated.failed == sum(bad)


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


def test_a_bad_beginning_is_no_bad_model() -> None:
    answers = {str(number): RuntimeError() for number in range(2 * PATIENCE)}
    isolated = Isolated(Table(answers), patience=0.0)
    results = isolated.classify([str(number) for number in range(1024)])
    assert sum(isinstance(one, Unscored) for one in results) == 2 * PATIENCE
    isolated.conclude()


def test_it_is_given_up_in_time_when_every_failure_takes_long() -> None:
    class Slow(Table):
        def classify(self, texts: Sequence[str]) -> list[Result]:
            time.sleep(0.01)
            return super().classify(texts)

    slow = Slow(default=Failure("time limit of 20 s"))
    isolated = Isolated(slow, patience=0.025)
    with pytest.raises(ClassifierError, match="failed on every one of 3 messages"):
        isolated.classify([str(number) for number in range(50)])
    assert [len(batch) for batch in slow.batches] == [50, *[2] * 25, 1, 1, 1]


def test_what_says_that_it_is_of_no_use_is_given_up_at_once() -> None:
    table = Table({"gone": ClassifierError("The model cannot be run.")})
    isolated = Isolated(table)
    isolated.classify(["good"])
    with pytest.raises(ClassifierError, match="cannot be run"):
        isolated.classify(["a", "gone", "b"])
    assert table.batches == [["good"], ["a", "gone", "b"]]


def test_state_survives_a_run() -> None:
    before = Isolated(Table({"good": Assessment()}, default=RuntimeError()))
    before.classify(["a", "b"])
    after = Isolated(before.classifier)
    after.restore(json.loads(json.dumps(before.state())))
    with pytest.raises(ClassifierError, match="every one of 2 messages"):
        after.conclude()
    after.classify(["good"])
    last = Isolated(before.classifier)
    last.restore(json.loads(json.dumps(after.state())))
    assert last.failed == 2
    last.conclude()


class Screening(Table):
    """Clears what it may, and fails on the texts of the table."""

    screen_version = "1"

    screen_limits: ClassVar[dict[str, float]] = {"insult": 0.8}

    def screened(self, texts: Sequence[str], keep: Sequence[bool]) -> list[Result]:
        results = self.classify(texts)
        return [
            result if kept else Assessment(cleared=True)
            for result, kept in zip(results, keep, strict=True)
        ]

    def explain(self, text: str, label: str, limit: int = 3) -> tuple[str, ...]:
        return ()


def test_parts_of_a_screened_batch_keep_what_is_to_be_kept() -> None:
    isolated = Isolated(Screening({"bad": MemoryError()}, default={"insult": 0.12345}))
    texts = ["a", "b", "bad", "c", "d"]
    cleared, scored = Assessment(cleared=True), Assessment(scores={"insult": 0.1235})
    assert isolated.screened(texts, [False, True, True, False, True]) == [
        cleared, scored, Unscored("table", "out of memory"), cleared, scored,
    ]  # fmt: skip


def test_what_cannot_screen_judges_in_full() -> None:
    isolated = Isolated(Table(default={"insult": 0.5}))
    assert isolated.screened(["a", "b"], [False, True]) == [Assessment(scores={"insult": 0.5})] * 2


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
