from collections.abc import Sequence
from typing import ClassVar

import pytest
from doubles import Explaining, Table
from hypothesis import given
from hypothesis import strategies as st

from moderator.classifiers import remembering as module
from moderator.classifiers.base import Explains, Result, Screens, is_concurrent
from moderator.classifiers.remembering import LONGEST, MOST_TEXTS, remembering
from moderator.records import Assessment, Unscored


class Screening(Explaining):
    """Clears all that need not be kept."""

    concurrent = True
    screen_version = "7"
    screen_limits: ClassVar[dict[str, float]] = {"insult": 0.8}

    def screened(self, texts: Sequence[str], keep: Sequence[bool]) -> list[Result]:
        full = self.classify([text for text, kept in zip(texts, keep, strict=True) if kept])
        return [full.pop(0) if kept else Assessment(cleared=True) for kept in keep]


def test_a_text_is_judged_once() -> None:
    table = Table({"bad": {"insult": 0.9}, "hm": "language: de"})
    memory = remembering(table)
    first = memory.classify(["bad", "hm", "bad"])
    assert memory.classify(["hm", "bad", "new"]) == [first[1], first[0], Assessment()]
    assert table.batches == [["bad", "hm"], ["new"]]
    assert first[1] == Unscored("table", "language: de")
    assert memory.classify([]) == []


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", "d" * 300]), max_size=6), max_size=8))
def test_it_says_what_the_classifier_says(batches: list[list[str]]) -> None:
    table = Table({"a": {"insult": 0.7}, "b": "language: de"})
    memory = remembering(table)
    for batch in batches:
        assert memory.classify(batch) == Table.classify(table, batch)


def test_what_is_screened_and_what_is_judged_in_full_are_kept_apart() -> None:
    memory = remembering(Screening(default={"insult": 0.1}))
    assert isinstance(memory, Screens)
    full, cleared = Assessment(scores={"insult": 0.1}), Assessment(cleared=True)
    assert memory.screened(["a", "a"], [False, True]) == [cleared, full]
    assert memory.classify(["a"]) == [full]
    assert memory.screened(["a"], [False]) == [cleared]
    assert memory.screened(["b"], [True]) == memory.classify(["b"])


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_TEXTS >= 8192  # more than all the batches that are under way
    monkeypatch.setattr(module, "MOST_TEXTS", 3)
    table = Table()
    memory = remembering(table)
    memory.classify(["a", "b", "c"])
    memory.classify(["a"])
    memory.classify(["d"])
    memory.classify(["a", "c", "d", "b"])
    assert table.batches == [["a", "b", "c"], ["d"], ["b"]], "the longest unasked goes first"


def test_a_long_text_is_not_remembered() -> None:
    table = Table()
    memory = remembering(table)
    for text in ("x" * LONGEST, "x" * LONGEST, "y" * (LONGEST + 1), "y" * (LONGEST + 1)):
        memory.classify([text])
    assert [len(batch[0]) - LONGEST for batch in table.batches] == [0, 1, 1]


def test_a_failure_is_not_remembered() -> None:
    memory = remembering(Table({"bad": RuntimeError()}))
    for _ in range(2):
        with pytest.raises(RuntimeError):
            memory.classify(["a", "bad"])
    assert memory.classify(["a"]) == [Assessment()]


@pytest.mark.parametrize("kind", [Table, Explaining, Screening])
def test_it_can_do_what_the_classifier_can(kind: type[Table]) -> None:
    inner, memory = kind(), remembering(kind())
    assert isinstance(memory, Explains) == isinstance(inner, Explains)
    assert isinstance(memory, Screens) == isinstance(inner, Screens)
    assert is_concurrent(memory) == is_concurrent(inner)
    if isinstance(memory, Screens):
        assert memory.screen_version == "7"
        assert memory.explain("longest word", "insult", 1) == ("longest",)
