"""Two rule sets over the same messages: how verdicts differ, and models that are asked once."""

import pytest
from doubles import Explaining, Table
from making import message, rule, ruleset

from moderator.comparison import Change, Judges, change, judged_twice, pair, sources
from moderator.records import Message

LIVE = rule("terms", "[oaf, dolt]")
CANDIDATE = ruleset(
    "rules:\n"
    "  - {id: test.rule, kind: terms, category: insult, severity: high, terms: [dolt], "
    "hits: [dolt], misses: [x]}\n"
    "  - {id: new.rule, kind: terms, category: insult, severity: medium, terms: [lout], "
    "hits: [lout], misses: [x]}\n"
    "  - {id: mild.rule, kind: terms, category: insult, severity: low, terms: [twit], "
    "hits: [twit], misses: [x]}\n"
)


def stream(*texts: str) -> list[Message]:
    return [message(text, number) for number, text in enumerate(texts, start=1)]


def judges(*models: Table) -> list[Judges]:
    return [pipeline.moderate for pipeline in pair(LIVE, CANDIDATE, models)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hello", None),
        ("you oaf", Change.dropped),
        ("you lout", Change.added),
        ("you dolt", Change.regraded),
        ("you twit", Change.recorded),
    ],
)
def test_how_a_verdict_differs(text: str, kind: Change | None) -> None:
    ((old, new),) = judged_twice(stream(text), *judges())
    assert change(old, new) is kind
    assert change(old, old) is None


def test_a_model_is_asked_once_and_serves_both() -> None:
    table = Explaining({"awful text": {"insult": 0.95}}, default={"insult": 0.0})
    texts = [f"text {number % 40}" for number in range(100)] + ["awful text"]
    both = list(judged_twice(stream(*texts), *judges(table)))
    asked = [text for batch in table.batches for text in batch]
    assert len(asked) == len(set(asked)) == 41
    live, candidate = both[-1]
    assert live.scores == candidate.scores == {"table": {"insult": 0.95}}
    assert sources(live) == sources(candidate) == ["table:insult"]
    assert live.findings[0].words == ("awful", "text")
    assert candidate.findings[0].words is None


def test_a_broken_text_is_unscored_for_both() -> None:
    table = Table({"bad": ValueError()}, default={"insult": 0.0})
    both = list(judged_twice(stream("a", "bad", "b"), *judges(table)))
    assert [len(live.unscored) for live, _ in both] == [0, 1, 0]
    assert [len(candidate.unscored) for _, candidate in both] == [0, 1, 0]
