"""The classifier that the rules file describes: every rule kind, over what a text says.

A text is matched as it is written (folded), and once more with its disguised words read back,
where it has any.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from moderator.classifiers.base import Result
from moderator.classifiers.regexes import Regexes
from moderator.classifiers.terms import Phrases, phrases_of
from moderator.classifiers.tokeniser import split
from moderator.classifiers.tokens import Tokens
from moderator.classifiers.vocabulary import lexicon_of
from moderator.config import Rule, RuleSet
from moderator.evasions.decode import Decoder
from moderator.records import Assessment, Finding
from moderator.text import fold

MOST_OF_A_RULE = 20
"""Findings of one rule in one message: more say nothing new, and fill the disk."""

_EVERYWHERE = "*"
_NOTHING = Assessment()
Match = tuple[str, int, int]


class RulesClassifier:
    """Judges texts by a rule set; findings carry spans and score 1."""

    name = "rules"

    def __init__(self, ruleset: RuleSet) -> None:
        self.version = ruleset.sha256[:12]
        self._rules = {rule.id: rule for rule in ruleset.rules}
        self._regexes = Regexes(_of_kind(ruleset, "regex"))
        self._terms = phrases_of(_of_kind(ruleset, "terms"))
        self._allowed = Phrases(
            [(_EVERYWHERE, ruleset.allow)] + [(rule.id, rule.allow) for rule in ruleset.rules]
        )
        self._tokens = Tokens(_of_kind(ruleset, "tokens"))
        self._decoder = Decoder(lexicon_of(ruleset))

    def classify(self, texts: Sequence[str]) -> list[Result]:
        """Findings of each text, by place; never `Unscored`."""
        found = (tuple(self._findings(text)) for text in texts)
        return [Assessment(findings) if findings else _NOTHING for findings in found]

    def _findings(self, text: str) -> Iterator[Finding]:
        folded = fold(text)
        decoded = self._decoder.decode(folded)
        forms = [(form, split(form.text)) for form in (folded, decoded) if form is not None]
        matches: set[Match] = set()
        for form, tokens in forms:
            for found in (
                self._regexes.find(form.text), self._terms.find(tokens), self._tokens.find(tokens)
            ):  # fmt: skip
                matches.update((name, *form.span(start, end)) for name, start, end in found)
        if not matches:
            return
        cover = _Cover(
            (name, *form.span(start, end))
            for form, tokens in forms
            for name, start, end in self._allowed.find(tokens)
        )
        counts: Counter[str] = Counter()
        for name, start, end in _longest(matches):
            if counts[name] < MOST_OF_A_RULE and not cover.holds(name, start, end):
                counts[name] += 1
                yield self._finding(self._rules[name], text, start, end)

    def _finding(self, rule: Rule, text: str, start: int, end: int) -> Finding:
        return Finding(
            classifier=self.name,
            version=self.version,
            rule=rule.id,
            label=None,
            category=rule.category,
            severity=rule.severity,
            score=1.0,
            threshold=1.0,
            span=(start, end),
            match=text[start:end],
        )


def _of_kind(ruleset: RuleSet, kind: str) -> list[Rule]:
    return [rule for rule in ruleset.rules if rule.kind == kind]


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

    def __init__(self, allowed: Iterable[Match]) -> None:
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
