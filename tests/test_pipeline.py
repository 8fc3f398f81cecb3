import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count, islice
from typing import Any, ClassVar

import orjson
import pytest
from doubles import Answer, Explaining, Table, finding
from hypothesis import given
from hypothesis import strategies as st
from making import message, ruleset

from moderator.classifiers.base import Result
from moderator.classifiers.rules import RulesClassifier
from moderator.errors import ClassifierError
from moderator.pipeline import Judged, Pipeline
from moderator.policy import Policy
from moderator.records import Assessment, Finding, Message, Severity, Unscored

RULES = ruleset("rules: []\n")


def pipeline(*classifiers: Any, **options: Any) -> Pipeline:
    return Pipeline(classifiers, Policy(RULES), **options)


def judged(texts: list[str], *classifiers: Any, **options: Any) -> list[Judged]:
    messages = [message(text, number) for number, text in enumerate(texts)]
    return list(pipeline(*classifiers, **options).moderate(messages))


def test_no_message_gives_nothing() -> None:
    table = Table()
    assert judged([], table) == []
    assert table.batches == []


def test_findings_scores_and_verdict_come_together() -> None:
    by_rule = finding(span=(0, 3), match="bad")
    rules = Table({"bad": Assessment(findings=(by_rule,))}, name="rules")
    model = Table({"bad": {"insult": 0.95, "threat": 0.2}})
    good, bad = judged(["good", "bad"], rules, model)
    assert (good.findings, good.scores, good.verdict.flagged) == ((), {}, False)
    assert bad.scores == {"table": {"insult": 0.95, "threat": 0.2}}
    first, second = bad.findings
    assert first == by_rule
    assert (second.label, second.severity, second.threshold) == ("insult", Severity.high, 0.9)
    assert bad.verdict.severity is Severity.high


def test_a_message_that_one_classifier_cannot_judge_still_has_the_others() -> None:
    rules = Table({"ja": Assessment(findings=(finding(),))}, name="rules")
    (one,) = judged(["ja"], rules, Table({"ja": "language: de"}))
    assert one.unscored == (Unscored("table", "language: de"),)
    assert one.verdict.flagged
    assert one.scores == {}


def test_a_text_that_repeats_is_judged_once_a_batch() -> None:
    table = Table({"a": {"insult": 0.7}})
    results = judged(["a", "b", "a", "a"], table)
    assert table.batches == [["a", "b"]]
    assert [one.verdict.flagged for one in results] == [True, False, True, True]


def test_a_broken_classifier_stops_the_run() -> None:
    with pytest.raises(ClassifierError, match="every one of 2"):
        judged(["a", "b"], Table(), Table(default=RuntimeError(), name="broken"))


def test_one_bad_message_does_not() -> None:
    one, two, three = judged(["a", "b", "c"], Table({"b": RuntimeError()}))
    assert not one.unscored
    assert not three.unscored
    assert two.unscored == (Unscored("table", "failed with RuntimeError"),)
    assert not two.verdict.flagged


def test_it_reads_no_further_than_it_must() -> None:
    read = []

    def endless() -> Iterator[Message]:
        for number in count():
            read.append(number)
            yield message("x", number)

    results = pipeline(Table(), batch_size=4, context=2).moderate(endless())
    assert [one.message.id for one in islice(results, 3)] == ["m0", "m1", "m2"]
    assert len(read) == 8


def test_a_batch_of_long_messages_is_a_short_one() -> None:
    table = Table()
    texts = [letter * 2**20 for letter in "abcdefghi"]
    assert [one.message.payload for one in judged(texts, table)] == texts
    assert [len(batch) for batch in table.batches] == [4, 4, 1]


@given(st.lists(st.sampled_from("abcde"), max_size=30), st.integers(1, 9), st.integers(0, 4))
def test_results_do_not_depend_on_the_batch_size(
    texts: list[str], batch_size: int, context: int
) -> None:
    def run(size: int) -> list[Judged]:
        answers = {"a": {"insult": 0.7}, "b": "language: de", "c": RuntimeError()}
        return judged(["ok", *texts], Table(answers), batch_size=size, context=context)

    assert run(batch_size) == run(100)


# Context


def test_context_is_the_neighbours_on_either_side() -> None:
    results = judged(list("abcde"), Table(), context=2)
    shown = [
        ("".join(m.payload for m in one.before), "".join(m.payload for m in one.after))
        for one in results
    ]
    assert shown == [("", "bc"), ("a", "cd"), ("ab", "de"), ("bc", "e"), ("cd", "")]


def test_context_stays_within_a_session() -> None:
    messages = [replace(message(text, n), session_id=text) for n, text in enumerate("aabba")]
    results = list(pipeline(Table(), context=2).moderate(messages))
    assert [len(one.before) for one in results] == [0, 1, 0, 1, 0]
    assert [len(one.after) for one in results] == [1, 0, 1, 0, 0]


def test_no_context_is_none() -> None:
    assert all(one.before == one.after == () for one in judged(list("abc"), Table(), context=0))


# Display names


RUDE_NAME = Table({"Rude": Assessment(findings=(finding(span=(0, 4), match="Rude"),))}, name="n")


def named(*people: tuple[str, str], batch_size: int = 2) -> list[Judged]:
    messages = [message("hi", number, who, name) for number, (who, name) in enumerate(people)]
    names = [RUDE_NAME]
    return list(pipeline(Table(), name_classifiers=names, batch_size=batch_size).moderate(messages))


def test_a_name_is_judged_once_and_stands_on_the_first_message() -> None:
    results = named(("p1", "Ann"), ("p2", "Rude"), ("p2", "Rude"), ("p1", "Ann"), ("p2", "Rude"))
    assert [len(one.findings) for one in results] == [0, 1, 0, 0, 0]
    (of_name,) = results[1].findings
    assert (of_name.field, of_name.span, of_name.match) == ("displayName", (0, 4), "Rude")
    assert results[1].verdict.flagged


def test_two_people_of_one_name_and_two_names_of_one_person_are_each_judged() -> None:
    results = named(("p1", "Rude"), ("p2", "Rude"), ("p1", "Ann"), ("p1", "Rude"), ("p3", "Rude"))
    assert [len(one.findings) for one in results] == [1, 1, 0, 0, 1]


def test_a_name_has_no_score_and_no_words() -> None:
    model = Explaining({"Rude": {"insult": 0.9}})
    one = next(pipeline(name_classifiers=[model]).moderate([message("hi", 1, "p1", "Rude")]))
    assert one.scores == {}
    (of_name,) = one.findings
    assert (of_name.label, of_name.field, of_name.words) == ("insult", "displayName", None)


def test_a_pipeline_remembers_nothing_of_another_stream() -> None:
    both = pipeline(Table(), name_classifiers=[RUDE_NAME])
    for _ in range(2):
        (one,) = both.moderate([message("hi", 1, "p1", "Rude")])
        assert len(one.findings) == 1


def test_a_name_that_cannot_be_judged_is_not_clean() -> None:
    naming = Table({"Bad": RuntimeError("no")}, name="rules")
    people = [message("a", 1, "p1", "Bad"), message("b", 2, "p2", "Ann")]
    first, second = pipeline(Table(), name_classifiers=[naming]).moderate(people)
    assert [one.reason for one in first.unscored] == ["display name: failed with RuntimeError"]
    assert second.unscored == ()


# Behaviour


class Thirds:
    """Finds something in every third message that it sees."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, list[str]]] = []

    def see(self, message: Message, findings: Sequence[Finding]) -> list[Finding]:
        self.seen.append((message.id, [one.category for one in findings]))
        if message.payload == "broken":
            raise KeyError(message.payload)
        ids = tuple(number for number, _ in self.seen[-3:])
        return [finding("spam", rule="flood", messages=ids)] if len(self.seen) % 3 == 0 else []


def test_behaviour_sees_every_message_in_order_with_what_was_found() -> None:
    made: list[Thirds] = []

    def new() -> Thirds:
        made.append(Thirds())
        return made[-1]

    model = Table({"bad": {"insult": 0.95}})
    both = pipeline(model, name_classifiers=[RUDE_NAME], behaviour=new, batch_size=2)
    people = [message("a", 1), message("bad", 2), message("b", 3, "p2", "Rude")]
    for _ in range(2):  # a stream begins with nothing remembered
        first, _, third = both.moderate(people)
        assert made[-1].seen == [("m1", []), ("m2", ["insult"]), ("m3", ["insult"])]
        assert first.findings == ()
        assert [one.rule for one in third.findings] == ["test.rule", "flood"]
        assert third.findings[1].messages == ("m1", "m2", "m3")
        assert third.verdict.categories == ("insult", "spam")
    assert len(made) == 2


def test_texts_that_nobody_sent_are_no_behaviour() -> None:
    watching = Thirds()
    texts = [message("a", number, who="") for number in range(3)]
    judged_texts = pipeline(Table(), behaviour=lambda: watching).moderate(texts)
    assert not any(one.findings for one in judged_texts)
    assert watching.seen == []


def test_behaviour_that_fails_is_told_and_ends_no_run() -> None:
    model = Table({"broken": {"insult": 0.95}})
    texts = [message("broken", 1), message("a", 2)]
    one, two = pipeline(model, behaviour=Thirds).moderate(texts)
    assert one.verdict.flagged
    assert one.unscored == (Unscored("behaviour", "failed with KeyError"),)
    assert two.unscored == ()


# Words


def test_words_are_looked_for_on_flagged_messages_only() -> None:
    model = Explaining({"really awful": {"insult": 0.7}, "fine by me": {"insult": 0.3}})
    awful, fine = judged(["really awful", "fine by me"], model)
    assert awful.findings[0].words == ("really", "awful")
    assert fine.findings == ()
    (plain,) = judged(["really awful"], model, words=False)
    assert plain.findings[0].words is None


def test_rules_and_model_together_find_what_each_finds() -> None:
    rules = ruleset(
        "rules:\n  - {id: a.b, kind: terms, category: insult, severity: high, "
        "terms: [idiot], hits: [idiot], misses: [x]}\n"
    )
    both = Pipeline(
        [RulesClassifier(rules), Table({"You ÍDIOT": {"toxicity": 0.65}})], Policy(rules)
    )
    (one,) = both.moderate([message("You ÍDIOT")])
    by_rule, by_model = one.findings
    assert (by_rule.rule, by_rule.span, by_rule.match) == ("a.b", (4, 9), "ÍDIOT")
    assert (by_model.label, by_model.score, by_model.span) == ("toxicity", 0.65, None)


# Going on from another run


class Counting:
    """Behaviour that finds every third message, wherever the run began."""

    def __init__(self) -> None:
        self.count = 0

    def see(self, message: Message, findings: Sequence[Finding]) -> list[Finding]:
        self.count += 1
        return [finding(rule="test.third", field="payload")] if self.count % 3 == 0 else []

    def state(self) -> dict[str, Any]:
        return {"count": self.count}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.count = state["count"]


@given(
    st.lists(st.sampled_from(["a", "b", "c", "bad one"]), max_size=30),
    st.integers(0, 30),
    st.integers(1, 9),
    st.integers(0, 4),
)
def test_a_run_goes_on_where_another_stopped(
    texts: list[str], stop: int, batch_size: int, context: int
) -> None:
    def built(table: Table) -> Pipeline:
        return pipeline(
            table, name_classifiers=[RUDE_NAME], behaviour=Counting, batch_size=batch_size,
            context=context,
        )  # fmt: skip

    def answers() -> Explaining:
        return Explaining({"a": {"insult": 0.7}, "b": "language: de", "bad one": {"insult": 1.0}})

    messages = [
        message(text, number, f"p{number % 3}", ["Ann", "Rude"][number % 2])
        for number, text in enumerate(texts)
    ]
    whole = list(built(answers()).moderate(messages))
    run = built(answers()).begin()
    first = list(islice(run.judged(messages), stop))
    state = orjson.loads(orjson.dumps(run.state()))
    table = answers()
    again = built(table).begin(state)
    assert [*first, *again.judged(messages)] == whole
    judged_anew = sum(map(len, table.batches))
    assert judged_anew <= max(0, len(messages) - len(first))


# Screening, and work on a thread


class Screening(Explaining):
    """A model on a thread, whose first model clears every text that begins with "ok"."""

    concurrent = True
    screen_version = "1"
    screen_limits: ClassVar[dict[str, float]] = {"insult": 0.8}

    def screened(self, texts: Sequence[str], keep: Sequence[bool]) -> list[Result]:
        return [
            Assessment(cleared=True)
            if text.startswith("ok") and not kept
            else self.classify([text])[0]
            for text, kept in zip(texts, keep, strict=True)
        ]


def screened(messages: list[Message], **options: Any) -> list[Judged]:
    rules = Table(
        {"ok you oaf": Assessment(findings=(finding(),)), "ok odd": "failed"}, name="rules"
    )
    model = Screening({"bad": {"insult": 0.95}}, default={"insult": 0.1})
    return list(pipeline(rules, model, screening=True, **options).moderate(messages))


def test_what_is_surely_harmless_is_cleared_without_scores() -> None:
    fine, bad, hm = screened([message(text, n) for n, text in enumerate(["ok fine", "bad", "hm"])])
    assert (fine.cleared, fine.scores, fine.verdict.flagged) == (("table",), {}, False)
    assert (bad.cleared, bad.verdict.flagged) == ((), True)
    assert (hm.cleared, hm.scores) == ((), {"table": {"insult": 0.1}})


def test_what_a_rule_found_or_could_not_judge_is_not_cleared() -> None:
    found, odd = screened([message("ok you oaf", 1), message("ok odd", 2)])
    assert found.scores == odd.scores == {"table": {"insult": 0.1}}
    assert found.cleared == odd.cleared == ()


def test_what_is_flagged_for_its_name_or_for_behaviour_is_judged_in_full() -> None:
    messages = [message("ok hi", n, "p1", "Ann") for n in range(3)]
    named = message("ok hi", 9, "p2", "Rude")
    results = screened([*messages, named], name_classifiers=[RUDE_NAME], behaviour=Counting)
    assert [one.cleared for one in results] == [("table",), ("table",), (), ()]
    assert [bool(one.scores) for one in results] == [False, False, True, True]


def test_all_is_judged_in_full_where_no_screening_is_asked_for() -> None:
    model = Screening(default={"insult": 0.1})
    (one,) = pipeline(model).moderate([message("ok fine")])
    assert (one.cleared, one.scores) == ((), {"table": {"insult": 0.1}})


@given(st.lists(st.sampled_from("abcde"), max_size=40), st.integers(1, 9))
def test_a_thread_changes_nothing(texts: list[str], batch_size: int) -> None:
    answers: dict[str, Answer] = {"a": {"insult": 0.7}, "b": "language: de", "c": RuntimeError()}
    here = judged(["ok", *texts], Explaining(answers), batch_size=batch_size)
    there = judged(["ok", *texts], Screening(answers), batch_size=batch_size)
    assert there == here


def test_a_run_that_is_left_early_ends_its_threads() -> None:
    before = set(threading.enumerate())
    results = pipeline(Screening(), batch_size=2).moderate(message("x", n) for n in count())
    next(results)
    assert set(threading.enumerate()) > before
    results.close()  # type: ignore[attr-defined]
    assert set(threading.enumerate()) <= before


def test_a_broken_model_on_a_thread_stops_the_run() -> None:
    broken = Screening(default=RuntimeError(), name="broken")
    with pytest.raises(ClassifierError, match="every one of 2"):
        judged(["a", "b"], broken)
