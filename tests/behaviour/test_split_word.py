import pytest
from behaviour.playing import named, play

KEYS = "window: 20, count: 2"


def split(*lines: str) -> list[tuple[str, ...] | None]:
    return named(play("split-word", KEYS, *lines))


def sent(*texts: str, who: str = "a") -> list[str]:
    return [f"{number} {who}: {text}" for number, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("lines", "messages"),
    [
        (sent("k", "y", "s"), ("1", "2", "3")),
        (sent("K", "Y", "S"), ("1", "2", "3")),
        (sent("ky", "s"), ("1", "2")),
        (sent("you", "id", "iot"), ("1", "2", "3")),
        (sent("you", "idiot"), ("1", "2")),
        (sent("you are", "an", "idiot"), ("1", "2", "3")),
        (sent("lol", "k", "y", "s"), ("2", "3", "4")),
        (sent("ok so", "you", "idiot"), ("2", "3")),
        (["0 a: k", "1 b: what?", "2 a: y", "3 c: I see nothing yet", "4 a: s"], ("1", "3", "5")),
    ],
)
def test_a_word_in_pieces(lines: list[str], messages: tuple[str, ...]) -> None:
    assert split(*lines) == [messages]


@pytest.mark.parametrize(
    "lines",
    [
        ["0 a: k", "30 a: y", "60 a: s"],
        ["0 a: k", "1 b: y", "2 c: s"],
        sent("k", "y", "so what is on the next slide", "s"),
        sent("you", "are", "a", "star"),
        sent("kylie", "s"),
        # in one message alone
        sent("hey", "kys"),
        sent("you idiot", "lol"),
        sent(" ", "  ", "\u200b"),
    ],
)
def test_no_word_in_pieces(lines: list[str]) -> None:
    assert split(*lines) == []


def test_the_finding_has_category_and_severity_of_the_rule_that_was_spelt() -> None:
    (finding,) = play("split-word", KEYS, *sent("k", "y", "s"))
    assert (finding.rule, finding.category, finding.severity.name) == (
        "test.rule", "insult", "medium",
    )  # fmt: skip
    assert finding.span == (0, 1)
    assert finding.match is not None
    assert finding.match.replace(" ", "") == "kys"


def test_a_rule_below_the_severity_does_not_count() -> None:
    high = "window: 20, count: 2, severity: high"
    with_medium = play("split-word", KEYS, *sent("k", "y", "s"))
    assert with_medium
    assert not play("split-word", high, *sent("k", "y", "s"))


def test_one_message_is_never_in_pieces() -> None:
    assert named(play("split-word", "window: 20, count: 1", *sent("hm", "kys"))) == []


def test_it_is_told_once() -> None:
    assert split(*sent("k", "y", "s", "lol", "ok")) == [("1", "2", "3")]
