"""The EU's statement of reasons, from a confirmed verdict that led to a restriction.

Form: `schemas/statement.schema.json` (transparency database, schema V2). Every statement says:

- SOURCE_VOLUNTARY: the operator looked by itself; nobody's notice led to the message.
- automated_detection Yes: rules or a model of this tool found the message.
- AUTOMATED_DECISION_NOT_AUTOMATED: what restricts is a person's verdict. The tool proposes an
  action and takes none, so that no part of the decision was automated.
- DECISION_GROUND_INCOMPATIBLE_CONTENT: it rests on the operator's terms. Whether a message is
  illegal is not for this tool to say.

There is one statement for each message and action, of the first confirming verdict with it; its
puid is made of that verdict's salted hash, so that a second run gives the same statements under
the same names, and a puid says nothing to who has not the salt.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from moderator.config import RuleSet
from moderator.errors import ConfigError
from moderator.records import CATEGORIES, Severity
from moderator.review.mapping import Ground, Restriction, Telling, schema
from moderator.review.outcomes import Outcome
from moderator.review.personal import Persons
from moderator.review.verdicts import FindingFacts, RecordFacts, Verdict

CONTENT_DATES = (date(2000, 1, 1), date(2038, 12, 31))
APPLICATION_DATES = (date(2020, 1, 1), date(2038, 12, 31))
"""What the database takes."""

MOST_MEANS = 20
"""Rules and labels named in a statement."""

_FACTS = (
    "A text message in the chat of a live video session was found by automated means ({means}). "
    "What was found in {where}: {found}. A person read the message and confirmed that it is "
    "abusive. Decision, taken by a person: {done}."
)
_EXPLANATION = "The message falls under: {found}. This is not allowed by: {terms}."
_RULE, _MODEL, _LABEL = "a rule", "a language model", "a language model with its label"
_PLACES = {"payload": "its text", "displayName": "the display name shown with it"}
FIXED = (*_PLACES.values(), _FACTS, _EXPLANATION, _RULE, _LABEL, "others", *CATEGORIES)
"""All texts of statements that are not from a rules file."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """A confirmed verdict with an action that restricts, and how both are told.

    `grounds` are those of the categories that were found, the one that it is told under first.
    """

    verdict: Verdict
    restriction: Restriction
    grounds: tuple[Ground, ...]
    content_date: date
    application_date: date

    @property
    def where(self) -> str:
        """In what the tool found something: the text, the sender's name, or both."""
        fields = {finding.field for finding in _acting(self.verdict.record)}
        return _listed(text for name, text in _PLACES.items() if name in fields)

    @property
    def puid(self) -> str:
        """The statement's name."""
        made_of = f"statement of reasons\n{self.verdict.record_hash}\n{self.verdict.action}"
        return hashlib.sha256(made_of.encode("ascii")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the operator adds: where the terms are to be read, and what they are called."""

    url: str | None = None
    name: str | None = None


def decisions(
    outcomes: Iterable[Outcome], telling: Telling, passed: Counter[str]
) -> Iterator[Decision]:
    """The decisions that need a statement; the others are counted in `passed` by the reason."""
    for outcome in outcomes:
        if outcome.abusive is not True:
            passed["not confirmed as abusive"] += 1
            continue
        confirming = [one for one in outcome.verdicts if one.verdict == "abusive"]
        first: dict[str, Verdict] = {}
        for verdict in confirming:
            if verdict.action is not None and verdict.action in telling.restrictions:
                first.setdefault(verdict.action, verdict)
        if not first:
            passed["no action that restricts anybody"] += 1
        for action, verdict in first.items():
            decision = _decision(verdict, telling.restrictions[action], telling)
            if isinstance(decision, str):
                passed[decision] += 1
            else:
                yield decision


def statement(decision: Decision, ruleset: RuleSet, terms: Terms) -> Json:
    """The statement of a decision, without any fields that are empty."""
    verdict, grounds = decision.verdict, decision.grounds
    found = _listed(ground.words for ground in grounds)
    name = terms.name or grounds[0].terms
    keywords = list(dict.fromkeys(keyword for ground in grounds for keyword in ground.keywords))
    others = [ground.other for ground in grounds if ground.other is not None]
    additions = {ground.category for ground in grounds} - {grounds[0].category}
    filled = {
        **decision.restriction.fields,
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "decision_ground_reference_url": terms.url,
        "incompatible_content_ground": name,
        "incompatible_content_explanation": _EXPLANATION.format(found=found, terms=name),
        "content_type": ["CONTENT_TYPE_TEXT"],
        "category": grounds[0].category,
        "category_addition": sorted(additions),
        "category_specification": keywords,
        "category_specification_other": _listed(others),
        "content_date": decision.content_date.isoformat(),
        "application_date": decision.application_date.isoformat(),
        "decision_facts": _FACTS.format(
            means=means(verdict.record, ruleset),
            where=decision.where,
            found=found,
            done=decision.restriction.words,
        ),
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
        "puid": decision.puid,
    }
    return {key: value for key, value in filled.items() if value}


def means(facts: RecordFacts, ruleset: RuleSet) -> str:
    """By what a message was found: ids of rules, labels of models. Nothing else gets through.

    An id that is in no rules file, or a label that is no word, may hold anything, and is not told.
    """
    known = set(_rule_ids(ruleset))
    told: dict[str, None] = {}
    for finding in _acting(facts):
        if finding.rule is not None:
            told[f"the rule {finding.rule}" if finding.rule in known else _RULE] = None
        else:
            told[f"{_LABEL} {finding.label}" if finding.label in CATEGORIES else _MODEL] = None
    return ", ".join([*list(told)[:MOST_MEANS], *(["others"] if len(told) > MOST_MEANS else [])])


class Checks:
    """What every statement has to pass before it goes out: no person in it, and a valid form."""

    def __init__(self, persons: Persons, ruleset: RuleSet) -> None:
        from jsonschema import Draft202012Validator, FormatChecker

        self._persons = persons
        self._validator = Draft202012Validator(schema(), format_checker=FormatChecker())
        ids = sorted(map(re.escape, _rule_ids(ruleset)), key=len, reverse=True)
        self._rules = re.compile(rf"\bthe rule (?:{'|'.join(ids)})(?=[,)])") if ids else None

    def refusal(self, found: Json) -> str | None:
        """What of a person stands in a statement, and in which field; None where nothing does."""
        for key in _FREE:
            text = found.get(key, "")
            kind = self._persons.found_in(
                self._rules.sub(" ", text) if self._rules else text, written=key != _URL
            )
            if kind is not None:
                return f"{kind} in {key}"
        return "an id in puid" if self._persons.named_by(found["puid"]) else None

    def validate(self, found: Json) -> None:
        """`ConfigError` where the database would not take the statement."""
        error = next(iter(sorted(self._validator.iter_errors(found), key=str)), None)
        if error is not None:
            where = ".".join(map(str, error.absolute_path)) or "the whole"
            raise ConfigError(
                f"The statement {found['puid']} is not valid at {where}: the database's rule "
                f"{error.validator!r} forbids it; change the section statements of the rules "
                "file, --terms or --url."
            )


_URL = "decision_ground_reference_url"
_FREE = (
    _URL,
    "incompatible_content_ground",
    "incompatible_content_explanation",
    "category_specification_other",
    "decision_facts",
)
"""The fields that are not of fixed words, dates or digits."""


def _decision(verdict: Verdict, restriction: Restriction, telling: Telling) -> Decision | str:
    """The decision, or why no statement can be made of it."""
    facts = verdict.record
    gravest: dict[str, Severity] = {}
    for finding in _acting(facts):
        severity = Severity[finding.severity]
        gravest[finding.category] = max(severity, gravest.get(finding.category, severity))
    if not gravest:
        return "nothing was found in it by the tool, so that there is no category to tell"
    order = list(telling.grounds)
    categories = sorted(gravest, key=lambda one: (-gravest[one], order.index(one)))
    content = _date(verdict.created_at, CONTENT_DATES)
    application = _date(verdict.at, APPLICATION_DATES)
    if content is None or application is None:
        return "its date is not known, or not one that the database takes"
    grounds = tuple(telling.grounds[category] for category in categories)
    return Decision(verdict, restriction, grounds, content, application)


def _acting(facts: RecordFacts) -> list[FindingFacts]:
    """The findings that flagged the message."""
    return [
        finding
        for finding in facts.findings
        if finding.guard is None and finding.category in facts.categories
    ]


def _date(moment: str, between: tuple[date, date]) -> date | None:
    """The day of an ISO time in UTC; a time that names no zone is taken for UTC."""
    try:
        parsed = datetime.fromisoformat(moment)
        day = (parsed.astimezone(UTC) if parsed.tzinfo is not None else parsed).date()
    except (ValueError, OverflowError):
        return None
    return day if between[0] <= day <= between[1] else None


def _rule_ids(ruleset: RuleSet) -> Iterator[str]:
    yield from (rule.id for rule in ruleset.rules)
    yield from (rule.id for rule in ruleset.behaviour)


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(texts))
