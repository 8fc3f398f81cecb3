import pytest

from moderator.behaviour.likeness import nearest, signature, words
from moderator.text import fold


def sign(text: str) -> str:
    folded = fold(text).text
    return signature(folded, words(folded))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FIX THE AUDIO", "fix the audio!!!"),
        ("fix the audio", "fix the audioooooo"),
        ("fix the audio", "fix teh audio"),
        ("join my server 1", "join my server 22"),
        ("follow tidewatch now", "follow tidewatch right now"),
        ("ｆｏｌｌｏｗ ｔｉｄｅｗａｔｃｈ", "follow tidewatch"),
        ("följ kanalen nu", "folj kanalen nu"),
        ("👍👍👍", "👍"),
        ("приходите все сюда", "Приходите все сюда!"),
    ],
)
def test_the_same_to_a_reader(one: str, other: str) -> None:
    assert nearest(sign(one), [sign(other)])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fix the audio", "fix the video"),
        ("Q1 is about cells", "Q2 is about plants"),
        ("yes", "yep"),
        ("lol", "loli"),
        ("42", "17"),
        ("👍", "👎"),
        ("how do I unmute", "how do I share"),
    ],
)
def test_not_the_same(one: str, other: str) -> None:
    assert not nearest(sign(one), [sign(other)])


def test_a_long_text_is_compared_by_its_beginning() -> None:
    assert len(sign("ab " * 10_000)) <= 300
