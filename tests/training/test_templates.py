"""The grammars: deterministic, well formed, and with the same words on both sides."""

import random
from collections import Counter

import pytest

from moderator.errors import ConfigError
from moderator.training import grammar, templates
from moderator.training.labels import LABELS

TOXIC = LABELS.index("toxicity")
OBSCENE = LABELS.index("obscene")
SPAM = LABELS.index("spam")


def test_same_seed_same_rows() -> None:
    assert list(templates.rows(800, 3)) == list(templates.rows(800, 3))
    assert list(templates.rows(800, 3)) != list(templates.rows(800, 4))


def test_every_function_yields_rows_with_full_toxicity() -> None:
    rows = list(templates.rows(3000, 1))
    assert {row.group for row in rows} == {f.name for f in grammar.functions()}
    assert {row.labels[TOXIC] for row in rows} == {0, 1}
    assert all(row.text and "{name}" not in row.text for row in rows)


def test_functions_are_many_and_their_names_unique() -> None:
    names = Counter(f.name for f in grammar.functions())
    assert len(names) >= 20
    assert set(names.values()) == {1}


@pytest.mark.parametrize(
    ("aimed", "harmless"),
    [
        ("directed_insult", "quoted_reported"),
        ("directed_insult", "negative_thing"),
        ("directed_insult", "undirected_swearing"),
        ("slur_aimed", "quoted_reported"),
        ("identity_attack", "neutral_identity"),
        ("threat", "violent_idiom"),
        ("self_harm_urging", "self_harm_disclosure"),
        ("veiled_threat", "veiled_twin"),
        ("blackmail", "blackmail_twin"),
        ("everyday_violence", "everyday_violence_twin"),
        ("wishing_harm", "wishing_well"),
        ("nudged_to_die", "nudged_twin"),
        ("body_shaming", "body_twin"),
        ("sexual_harassment", "sexual_twin"),
        ("sexual_solicitation", "sexual_twin"),
        ("exclusion", "group_twin"),
        ("stereotype", "group_twin"),
        ("room_insult", "room_twin"),
        ("short_rude", "short_kind"),
    ],
)
def test_contrast_sets_share_words_and_differ_in_toxicity(aimed: str, harmless: str) -> None:
    rows = [r for r in templates.rows(12_000, 2) if r.group in (aimed, harmless)]
    words = {
        name: {w for r in rows if r.group == name for w in r.text.lower().split()}
        for name in (aimed, harmless)
    }
    assert len(words[aimed] & words[harmless]) >= 40
    assert {r.labels[TOXIC] for r in rows if r.group == aimed} == {1}
    assert {r.labels[TOXIC] for r in rows if r.group == harmless} == {0}


def test_swearing_at_nobody_is_obscene_and_not_toxic() -> None:
    rows = [r for r in templates.rows(6000, 2) if r.group == "undirected_swearing"]
    assert any(r.labels[OBSCENE] == 1 for r in rows)
    assert not any(r.labels[TOXIC] for r in rows)


def test_expansion_leaves_no_slot_and_no_doubled_space() -> None:
    rng = random.Random(0)
    for function in grammar.functions():
        for template in function.templates:
            text = grammar.expand(template, rng)
            assert text == text.strip()
            assert "  " not in text


def test_an_unknown_slot_is_named() -> None:
    with pytest.raises(ConfigError, match="nosuch"):
        grammar.expand("hello {nosuch}", random.Random(0))


def test_skeletons_keep_only_what_is_fixed() -> None:
    found = grammar.skeletons()
    assert len(found) == sum(len(f.templates) for f in grammar.functions())
    assert all("[" not in s or "|" not in s for s in found)
    assert "_ is _ so _" not in found
    assert any(s.startswith("i know where you _") for s in found)


def test_style_keeps_letters_of_other_scripts_and_is_deterministic() -> None:
    text = "grüße, you're next"
    assert templates.style(text, random.Random(9)) == templates.style(text, random.Random(9))


def test_scams_and_their_twins_share_words_and_differ_in_spam() -> None:
    rows = [r for r in templates.rows(12_000, 2) if r.group in ("scam", "scam_twin")]
    words = {
        name: {w for r in rows if r.group == name for w in r.text.lower().split()}
        for name in ("scam", "scam_twin")
    }
    assert len(words["scam"] & words["scam_twin"]) >= 40
    assert all(r.labels[SPAM] == (r.group == "scam") and not r.labels[TOXIC] for r in rows)
