"""Cases of evasion: rude terms of the default rules, disguised, in sentences, with exact spans."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from random import Random

from evasion.misspelling import misspellings
from evasion.tricks import Trick
from moderator.config import RuleSet

SEED = 4
TERMS = 240
VARIANTS = 6
"""Distinct disguises of one term by one trick, at most."""

TRIES = 24
CARRIERS = (
    "{}",
    "what a {} that was today",
    'oh, "{}"!!! really...',
)
NOT_RUDE = ("spam", "contact")


@dataclass(frozen=True, slots=True)
class Term:
    """One rude word of one rule."""

    word: str
    rule: str
    category: str
    severity: str


@dataclass(frozen=True, slots=True)
class Case:
    """One message; `[start, end)` is the disguised term, in code points."""

    trick: str
    term: Term
    text: str
    start: int
    end: int

    @property
    def variant(self) -> str:
        return self.text[self.start : self.end]

    @property
    def carrier(self) -> str:
        """The sentence without the term."""
        return self.text[: self.start] + "{}" + self.text[self.end :]


def terms(ruleset: RuleSet, most: int = TERMS) -> list[Term]:
    """Single English words of three letters or more, drawn from all rules in turns.

    Within a rule the order is by hash, so that growing rules change few of the drawn.
    """
    by_rule: dict[str, list[Term]] = {}
    seen: set[str] = set()
    for rule in ruleset.rules:
        if rule.language == "en" and rule.category not in NOT_RUDE:
            words = [word for word in rule.terms if _single(word) and word not in seen]
            seen.update(words)
            words.sort(key=lambda word: sha256(word.encode()).digest())
            by_rule[rule.id] = [
                Term(word, rule.id, rule.category, rule.severity.name) for word in words
            ]
    drawn: list[Term] = []
    for turn in range(max(map(len, by_rule.values()))):
        drawn.extend(words[turn] for words in by_rule.values() if turn < len(words))
    return drawn[:most]


def _single(word: str) -> bool:
    return len(word) >= 3 and word.isascii() and word.isalpha()


def respelt(drawn: Sequence[Term]) -> frozenset[str]:
    """Terms that are themselves misspellings of other terms: not to be misspelt again."""
    words = {term.word for term in drawn}
    return frozenset(
        slip
        for word in words
        for slip in misspellings(word)
        if slip in words and slip != word + "s"
    )


def cases(
    drawn: Sequence[Term], tricks: Mapping[str, Trick], variants: int = VARIANTS
) -> Iterator[Case]:
    """Each term by each trick in several disguises, each of them in every carrier."""
    again = respelt(drawn) if "misspelt" in tricks else frozenset()
    for name, trick in tricks.items():
        for term in drawn:
            if name == "misspelt" and term.word in again:
                continue
            for variant in disguises(term.word, name, trick, variants):
                for carrier in CARRIERS:
                    start = carrier.index("{}")
                    text = carrier.replace("{}", variant)
                    yield Case(name, term, text, start, start + len(variant))


def disguises(word: str, name: str, trick: Trick, variants: int) -> list[str]:
    """Distinct disguises of a word, the same each time."""
    chance = Random(f"{SEED} {name} {word}")
    found: dict[str, None] = {}
    for _ in range(TRIES):
        found[trick(word, chance)] = None
    return [variant for variant in found if variant and variant != word][:variants]


def plain(drawn: Sequence[Term]) -> list[Case]:
    """The terms as they stand, in every carrier."""
    return [
        Case("plain", term, carrier.replace("{}", term.word), start, start + len(term.word))
        for term in drawn
        for carrier in CARRIERS
        for start in [carrier.index("{}")]
    ]


def by_trick(found: Sequence[Case]) -> dict[str, list[int]]:
    """Places of the cases of each trick."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, case in enumerate(found):
        places[case.trick].append(place)
    return dict(places)
