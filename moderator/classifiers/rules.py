"""The classifier that the rules file describes: every rule kind over one folding of the text.

Long texts are tokenised in overlapping windows, so that memory stays small; a match that touches
a window's inner edge may be a cut word, and is left to the neighbour that sees it whole.
"""

import gc
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import spacy

from moderator.classifiers.base import Result
from moderator.classifiers.regexes import Regexes
from moderator.classifiers.terms import Phrases, Terms
from moderator.classifiers.tokeniser import tokenise
from moderator.classifiers.tokens import Tokens
from moderator.config import Rule, RuleSet
from moderator.records import Assessment, Finding
from moderator.text import Folded, fold

WINDOW = 8_000
OVERLAP = 400
"""Characters of folded text; the overlap is longer than any term or token pattern matches."""

FORGET_AFTER = 400_000
"""Words never seen before, after which spaCy's vocabulary is made anew.

Its hash tables keep a place for every word ever looked up, also after the memory zone in which
it was: some 40 bytes a word, without end.
"""

MOST_OF_A_RULE = 20
"""Findings of one rule in one message: more say nothing new, and fill the disk."""

_EVERYWHERE = "*"
Match = tuple[str, int, int]


class RulesClassifier:
    """Judges texts by a rule set; findings carry spans and score 1."""

    name = "rules"

    def __init__(self, ruleset: RuleSet, *, forget_after: int = FORGET_AFTER) -> None:
        self.version = ruleset.sha256[:12]
        self._ruleset = ruleset
        self._forget_after = forget_after
        self._rules = {rule.id: rule for rule in ruleset.rules}
        self._regexes = Regexes(_of_kind(ruleset, "regex"))
        self._set_up()

    def _set_up(self) -> None:
        """Makes the tokeniser, and all that shares its vocabulary."""
        ruleset = self._ruleset
        self._nlp = spacy.blank("en")
        self._terms = Terms(_of_kind(ruleset, "terms"), self._nlp)
        self._tokens = Tokens(_of_kind(ruleset, "tokens"), self._nlp)
        allowed = [(_EVERYWHERE, ruleset.allow)] + [(rule.id, rule.allow) for rule in ruleset.rules]
        self._allowed = Phrases(allowed, self._nlp)
        self._full = len(self._nlp.vocab) + self._forget_after

    def classify(self, texts: Sequence[str]) -> list[Result]:
        """Findings of each text, by place; never `Unscored`."""
        if len(self._nlp.vocab) > self._full:
            self._set_up()
            gc.collect()  # a vocabulary is part of a cycle, and large
        # What the tokeniser remembers of words it has never seen is given back with the zone.
        with self._nlp.memory_zone():
            return [Assessment(findings=tuple(self._findings(text))) for text in texts]

    def _findings(self, text: str) -> Iterator[Finding]:
        folded = fold(text)
        matches: set[Match] = set(self._regexes.find(folded.text))
        allowed: set[Match] = set()
        counts: Counter[str] = Counter()
        for start, end in _windows(len(folded.text)):
            doc = tokenise(self._nlp, folded.text[start:end])
            inner = (start > 0, end < len(folded.text))
            for phrases, into in (
                (self._terms.find(doc), matches),
                (self._tokens.find(doc), matches),
                (self._allowed.find(doc), allowed),
            ):
                into.update(_whole(phrases, start, end, inner))
        cover = _Cover(allowed)
        for name, start, end in _longest(matches):
            if counts[name] < MOST_OF_A_RULE and not cover.holds(name, start, end):
                counts[name] += 1
                yield self._finding(self._rules[name], text, folded, start, end)

    def _finding(self, rule: Rule, text: str, folded: Folded, start: int, end: int) -> Finding:
        span = folded.span(start, end)
        return Finding(
            classifier=self.name,
            version=self.version,
            rule=rule.id,
            label=None,
            category=rule.category,
            severity=rule.severity,
            score=1.0,
            threshold=1.0,
            span=span,
            match=text[span[0] : span[1]],
        )


def _of_kind(ruleset: RuleSet, kind: str) -> list[Rule]:
    return [rule for rule in ruleset.rules if rule.kind == kind]


def _windows(length: int) -> Iterator[tuple[int, int]]:
    start = 0
    while start + WINDOW < length:
        yield start, start + WINDOW
        start += WINDOW - OVERLAP
    if length:
        yield start, length


def _whole(
    matches: Iterable[Match], start: int, end: int, inner: tuple[bool, bool]
) -> Iterator[Match]:
    for name, first, last in matches:
        cut_before = inner[0] and first == 0
        cut_after = inner[1] and start + last == end
        if not cut_before and not cut_after:
            yield name, start + first, start + last


def _longest(matches: set[Match]) -> list[Match]:
    """Without those that lie within another match of the same rule; by place, then by rule."""
    kept: list[Match] = []
    reach: dict[str, int] = {}
    for name, start, end in sorted(matches, key=lambda match: (match[1], -match[2], match[0])):
        if end > reach.get(name, -1):
            kept.append((name, start, end))
            reach[name] = end
    return kept


class _Cover:
    """The allowed stretches of a text, asked for in time logarithmic in their number."""

    def __init__(self, allowed: set[Match]) -> None:
        self._starts: defaultdict[str, list[int]] = defaultdict(list)
        self._reaches: defaultdict[str, list[int]] = defaultdict(list)
        for key, start, end in sorted(allowed):
            reaches = self._reaches[key]
            self._starts[key].append(start)
            reaches.append(max(end, reaches[-1]) if reaches else end)

    def holds(self, name: str, start: int, end: int) -> bool:
        """Whether a match of rule `name` lies within one stretch allowed to it."""
        for key in (_EVERYWHERE, name):
            before = bisect_right(self._starts.get(key, ()), start)
            if before and end <= self._reaches[key][before - 1]:
                return True
        return False
