"""The words that are named are the ones that carried the score."""

import math
import random
from collections.abc import Sequence

import pytest
import tiny
from tiny import BASE, WEIGHTS

from moderator.classifiers.occlusion import MAX_WORDS, SHORTLIST, Occlusion, explain


class Counting:
    """Scores a text by the weights of its words, and counts what it was asked."""

    def __init__(self, weights: dict[str, float]) -> None:
        self.weights = weights
        self.asked = 0

    def __call__(self, texts: Sequence[str]) -> list[float]:
        self.asked += len(texts)
        return [1 / (1 + math.exp(-self.log_odds(text))) for text in texts]

    def log_odds(self, text: str) -> float:
        words = (word.strip("!?.,").casefold() for word in text.split())
        return BASE + sum(self.weights.get(word, 0.0) for word in words)


INSULT = {word: values[1] for word, values in WEIGHTS.items()}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("you are an Idiot!!", ("Idiot",)),
        ("STUPID, stupid idiot", ("STUPID", "idiot")),  # a word that repeats goes as one
        ("what a trash game", ("trash",)),
        ("hello everyone", ()),
        ("that was nice", ()),  # lowers the score itself: its removal raises it
        ("", ()),
        ("   \n", ()),
        ("idiot", ("idiot",)),
        ("🔥 idiot 🔥", ("idiot",)),
    ],
)
def test_words_are_named_gravest_first_and_as_written(text: str, words: tuple[str, ...]) -> None:
    assert explain(text, Counting(INSULT)) == words


def test_marks_and_emoji_can_carry_a_score() -> None:
    assert explain("look 🖕 here", Counting({"🖕": 6.0})) == ("🖕",)


def test_at_most_as_many_words_as_asked() -> None:
    assert len(explain("idiot stupid trash", Counting(INSULT), limit=1)) == 1
    assert explain("idiot stupid trash", Counting(INSULT), limit=0) == ()


def test_long_text_is_searched_at_bounded_cost() -> None:
    text = "hello everyone " * 3000 + "you idiot " + "see you " * 50_000
    score = Counting(INSULT)
    assert explain(text, score) == ("idiot",)
    assert score.asked < MAX_WORDS / 20


def test_removing_named_words_lowers_a_score_more_than_removing_random_ones() -> None:
    score, generator = Counting(INSULT), random.Random(5)
    plain = tiny.WORDS
    named_drop = random_drop = 0.0
    for _ in range(50):
        words = generator.sample(plain, 8) + generator.sample(["idiot", "stupid", "trash"], 2)
        generator.shuffle(words)
        named = explain(" ".join(words), score)
        others = generator.sample(words, len(named))
        before = score.log_odds(" ".join(words))
        named_drop += before - score.log_odds(" ".join(w for w in words if w not in named))
        random_drop += before - score.log_odds(" ".join(w for w in words if w not in others))
    assert named_drop > 3 * random_drop


def test_what_was_scored_serves_other_labels() -> None:
    insult, threat = Counting(INSULT), Counting({"kill": 6.0})

    def score(texts: Sequence[str]) -> list[dict[str, float]]:
        pairs = zip(insult(texts), threat(texts), strict=True)
        return [{"insult": one, "threat": other} for one, other in pairs]

    occlusion = Occlusion(score)
    assert occlusion.explain("i will kill you idiot", "insult", 3) == ("idiot",)
    asked = insult.asked
    assert occlusion.explain("i will kill you idiot", "threat", 3) == ("kill",)
    assert insult.asked == asked
    assert occlusion.explain("hello idiot", "insult", 3) == ("idiot",)


# Where a fast first model foresees which words matter

LONG = "the idiot who wrote this stupid slide about maps should be here"


def test_what_is_foreseen_is_looked_at_alone() -> None:
    plain, guided = Counting(INSULT), Counting(INSULT)
    assert explain(LONG, plain) == explain(LONG, guided, foresees=plain) == ("idiot", "stupid")
    assert guided.asked == 2 * (1 + SHORTLIST)


def test_a_wrong_foresight_names_nothing_that_did_not_carry() -> None:
    def backwards(texts: Sequence[str]) -> list[float]:
        return [-score for score in Counting(INSULT)(texts)]

    assert explain(LONG, Counting(INSULT), foresees=backwards) == ()


def test_short_texts_need_no_foresight() -> None:
    def never(texts: Sequence[str]) -> list[float]:
        raise AssertionError(texts)

    assert explain("you are an idiot", Counting(INSULT), foresees=never) == ("idiot",)
