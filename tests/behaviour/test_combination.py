import pytest
from behaviour.playing import named, play

from moderator.errors import ConfigError

KEYS = (
    "window: 600, count: 3, strong: [secret], signs: {age: [[{LOWER: old}]], "
    "app: [[{LOWER: app}]], picture: [[{LOWER: pic}]], secret: [[{LOWER: secret}]]}"
)


def combination(*lines: str) -> list[tuple[str, ...] | None]:
    return named(play("combination", KEYS, *lines))


@pytest.mark.parametrize(
    ("lines", "messages"),
    [
        (["0 v: how old", "9 v: hm", "20 v: an app", "31 v: a pic"], ("1", "3", "4")),
        (["0 v: how old", "20 v: a secret"], ("1", "2")),
        (["0 v: old app, pic"], ("1",)),
        (["0 v: secret app"], ("1",)),
    ],
)
def test_enough_signs(lines: list[str], messages: tuple[str, ...]) -> None:
    assert combination(*lines) == [messages]


@pytest.mark.parametrize(
    "lines",
    [
        ["0 v: how old", "9 v: an app"],
        # a sign counts once
        ["0 v: an app", "9 v: the app", "12 v: that app", "20 v: my app"],
        ["0 v: secret", "9 v: a secret"],
        ["0 v: how old", "9 w: an app", "12 x: a pic"],
        ["0 v: how old", "300 v: an app", "700 v: a pic"],
    ],
)
def test_too_few(lines: list[str]) -> None:
    assert combination(*lines) == []


def test_every_further_sign_is_a_finding() -> None:
    lines = ["0 v: secret app", "9 v: so", "20 v: an app", "700 v: an app"]
    assert combination(*lines) == [("1",), ("1", "3")]


def test_padding_hides_no_sign() -> None:
    assert combination(f"0 v: {'so ' * 20_000} secret app") == [("1",)]


def test_a_pattern_that_cannot_be_used_names_rule_and_sign() -> None:
    keys = "window: 1, count: 2, strong: [a], signs: {a: [[{SHAPE: dd}]], b: [[{LOWER: x}]]}"
    with pytest.raises(ConfigError, match=r"test\.rule, sign a: unknown attribute SHAPE"):
        play("combination", keys, "0 v: x")
