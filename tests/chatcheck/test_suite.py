"""The suite is well formed, varied, and held out of training."""

import re
from collections import Counter
from statistics import median

import pytest

from .load import CASES, cases, functions
from .skeleton import Templates, skeleton

KEYS = ["id", "text", "flagged", "by_model", "group", "labels"]
REQUIRED = {"id", "text", "flagged", "group"}
LABELS = {
    "toxicity",
    "severe_toxicity",
    "obscene",
    "threat",
    "insult",
    "identity_attack",
    "sexual_explicit",
    "self_harm",
    "spam",
    "contact",
}
GROUPS = {
    "arab",
    "asian",
    "atheist",
    "bisexual",
    "black",
    "christian",
    "disabled",
    "gay",
    "hindu",
    "immigrant",
    "indigenous",
    "jewish",
    "latino",
    "lesbian",
    "men",
    "mental_illness",
    "muslim",
    "older",
    "roma",
    "trans",
    "white",
    "women",
}
EVASIONS = {
    "leet",
    "spaced",
    "dotted",
    "repeated",
    "homoglyph",
    "masked",
    "styled",
    "zero_width",
    "case_accents",
    "phonetic",
}
ALL = list(cases())
BY_FUNCTION = functions()


@pytest.mark.parametrize("name", BY_FUNCTION)
def test_function_is_well_formed(name: str) -> None:
    for number, case in enumerate(BY_FUNCTION[name], 1):
        assert case["id"] == f"{name}-{number:03d}"
        assert list(case) == [key for key in KEYS if key in case]
        assert set(case) >= REQUIRED
        assert isinstance(case["text"], str) and case["text"].strip()
        assert isinstance(case["flagged"], bool)
        assert case["group"] is None or case["group"] in GROUPS
        assert case.get("by_model") in (None, not case["flagged"]), "only where it differs"
        assert ("labels" in case) == case["flagged"], "a flagged case names its category"
        assert set(case.get("labels", {})) <= LABELS
        assert set(case.get("labels", {}).values()) <= {1}


def test_suite_is_large_and_balanced() -> None:
    assert len(ALL) >= 1500
    assert len(BY_FUNCTION) >= 30
    assert 0.43 <= sum(case["flagged"] for case in ALL) / len(ALL) <= 0.52
    assert median(len(case["text"].split()) for case in ALL) <= 8


@pytest.mark.parametrize("name", BY_FUNCTION)
def test_function_has_its_size(name: str) -> None:
    least = 12 if name == "very_long" else 30
    assert least <= len(BY_FUNCTION[name]) <= 70


def test_very_long_is_long() -> None:
    assert all(100 <= len(case["text"].split()) <= 400 for case in BY_FUNCTION["very_long"])


@pytest.mark.parametrize("kind", sorted(EVASIONS))
def test_every_evasion_has_toxic_cases_and_harmless_twins(kind: str) -> None:
    verdicts = Counter(case["flagged"] for case in BY_FUNCTION[f"evasion_{kind}"])
    assert min(verdicts[True], verdicts[False]) >= 15


def test_ids_and_texts_are_unique() -> None:
    assert len({case["id"] for case in ALL}) == len(ALL)
    assert len({case["text"] for case in ALL}) == len(ALL)


def test_at_most_four_cases_share_a_skeleton() -> None:
    found = Counter(words for case in ALL if len(words := skeleton(case["text"])) >= 3)
    assert [words for words, count in found.items() if count > 4] == []


def test_readme_counts_every_function() -> None:
    """The table of the README is what the files hold."""
    readme = (CASES.parent / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \|", readme, re.MULTILINE)
    held = {
        name: (len(rows), sum(c["flagged"] for c in rows)) for name, rows in BY_FUNCTION.items()
    }
    assert {name: (int(size), int(flagged)) for name, size, flagged in rows} == held


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Marco is such an idiot", "nina is such a MORON!"),
        ("u r 12 😂", "you're 7"),
        ("the gays won", "The muslims won."),
    ],
)
def test_skeleton_joins_swapped_fillers(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("template", "text", "shared"),
    [
        ("{name} is such a {insult} today", "marco is such a massive idiot today", True),
        ("_ is such a _ today", "omg nina is such a moron today", True),
        ("why are {group} so {adjective}", "why are muslims so kind", True),
        ("{name} is such a {insult} today", "marco is such an idiot", False),
        ("{name} is {x}", "marco is an idiot lol", False),
    ],
)
def test_templates_know_their_texts(template: str, text: str, shared: bool) -> None:
    assert Templates([template]).sources(skeleton(text)) == ([0] if shared else [])


def test_no_case_shares_a_skeleton_with_a_training_template() -> None:
    """The report names ids and positions alone, so that neither side learns the other's words."""
    from moderator.training.grammar import skeletons

    templates = Templates(skeletons())
    shared = {
        case["id"]: sources
        for case in ALL
        if len(words := skeleton(case["text"])) >= 4 and (sources := templates.sources(words))
    }
    assert not shared, f"case id -> positions in skeletons(): {shared}"
