"""The prefilter may let too much through, and must never hold back a text that matches."""

from hypothesis import given
from hypothesis import strategies as st
from spacy.matcher import Matcher

from moderator.classifiers.prefilter import Prefilter
from moderator.classifiers.tokeniser import document, split, vocabulary
from moderator.config import load
from moderator.text import fold

VOCAB = vocabulary()
RULES = [rule for rule in load().rules if rule.kind == "tokens"]
PATTERNS = [(rule.id, pattern) for rule in RULES for pattern in rule.tokens]
MATCHING = Prefilter(PATTERNS)


def passes(patterns: list, text: str) -> bool:
    prefilter = Prefilter((str(number), pattern) for number, pattern in enumerate(patterns))
    return bool(prefilter.passing(split(fold(text).text)[0]))


def test_every_obligatory_token_needs_a_word_of_its_own() -> None:
    pattern = ({"LOWER": {"IN": ["find", "hunt"]}}, {"LOWER": "big", "OP": "?"}, {"LOWER": "you"})
    assert passes([pattern], "you hunt")
    assert passes([pattern], "I will FIND you")
    assert not passes([pattern], "find big them")
    assert not passes([pattern], "big you")
    assert not passes([pattern], "")


def test_the_text_attribute_is_about_the_token_as_it_stands() -> None:
    assert passes([({"TEXT": "you"},)], "hey you")
    assert not passes([({"TEXT": "you"},)], "hey there")


def test_tokens_without_words_hold_nothing_back() -> None:
    wordless = ({"IS_DIGIT": True}, {"LENGTH": {">=": 3}})
    assert passes([wordless], "anything")
    assert passes([wordless, ({"LOWER": "you"},)], "anything")
    assert passes([({"LOWER": {"NOT_IN": ["you"]}}, {"LOWER": "idiot"})], "an idiot")
    assert not passes([({"LOWER": {"NOT_IN": ["you"]}}, {"LOWER": "idiot"})], "you")


def test_a_negated_or_optional_token_needs_no_word() -> None:
    for operator in ("!", "?", "*"):
        assert passes([({"LOWER": "not", "OP": operator}, {"LOWER": "idiot"})], "idiot")
    assert not passes([({"LOWER": "very", "OP": "+"}, {"LOWER": "idiot"})], "idiot")


MATCHER = Matcher(VOCAB)
for each in RULES:
    MATCHER.add(each.id, [[dict(token) for token in pattern] for pattern in each.tokens])

WORDS = sorted(
    {
        word
        for _, pattern in PATTERNS
        for token in pattern
        for value in [token.get("LOWER")]
        for word in (value.get("IN", []) if isinstance(value, dict) else [value])
        if isinstance(word, str)
    }
)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14))
def test_what_matches_passes(words: list[str]) -> None:
    tokens = split(fold(" ".join(words)).text)[0]
    matching = {VOCAB.strings[key] for key, _, _ in MATCHER(document(VOCAB, tokens))}
    assert matching <= MATCHING.passing(tokens)


def test_every_sample_that_hits_passes() -> None:
    for rule in RULES:
        own = Prefilter((rule.id, pattern) for pattern in rule.tokens)
        for sample in rule.hits:
            assert own.passing(split(fold(sample).text)[0]), sample
