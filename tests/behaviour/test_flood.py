import pytest
from behaviour.playing import named, play

KEYS = "window: 60, count: 3, words: [yes, thank, you, all]"


def flood(*lines: str) -> list[tuple[str, ...] | None]:
    return named(play("flood", KEYS, *lines))


def every(seconds: float, *texts: str, who: str = "a") -> list[str]:
    return [f"{number * seconds} {who}: {text}" for number, text in enumerate(texts)]


@pytest.mark.parametrize(
    "texts",
    [
        ["fix the audio"] * 3,
        ["fix the audio", "FIX THE AUDIO!!", "fix teh audiooo"],
        ["win 100 coins now", "win 200 coins now", "win 300 coins now"],
        ["приходите все сюда"] * 3,
    ],
)
def test_a_flood(texts: list[str]) -> None:
    assert flood(*every(5, *texts)) == [("1", "2", "3")]


@pytest.mark.parametrize(
    "lines",
    [
        every(5, "fix the audio", "fix the audio"),
        every(31, "fix the audio", "fix the audio", "fix the audio"),
        every(5, "fix the audio", "what a nice slide", "turn the page"),
        # answers
        every(2, *["lol"] * 5),
        every(2, *["thank you all"] * 5),
        every(2, "👍", "👍👍", "👍", "+1", "👍"),
        every(2, "1", "2", "3", "4", "5", "6", "7"),
        # several people
        [f"{at} p{at}: fix the audio" for at in range(9)],
    ],
)
def test_no_flood(lines: list[str]) -> None:
    assert flood(*lines) == []


def test_an_answer_has_to_come_twice_as_often() -> None:
    assert flood(*every(2, *["lol"] * 6)) == [("1", "2", "3", "4", "5", "6")]
    assert flood(*every(2, *["thank you all"] * 6)) == [("1", "2", "3", "4", "5", "6")]


def test_other_messages_in_between_do_not_matter() -> None:
    texts = ["fix the audio", "hello", "fix the audio", "is anybody there", "fix the audio"]
    assert flood(*every(3, *texts)) == [("1", "3", "5")]


def test_counting_begins_anew_after_a_finding() -> None:
    found = flood(*every(1, *["fix the audio"] * 8))
    assert found == [("1", "2", "3"), ("4", "5", "6")]


def test_the_finding() -> None:
    (finding,) = play("flood", KEYS, *every(1, *["fix the audio"] * 3))
    assert (finding.classifier, finding.rule, finding.label) == ("behaviour", "test.rule", None)
    assert (finding.category, finding.severity.name) == ("spam", "medium")
    assert (finding.score, finding.threshold) == (1.0, 1.0)
    assert (finding.field, finding.span, finding.match) == ("payload", (0, 13), "fix the audio")
    assert len(finding.version) == 12
