"""Why a text is judged as it is, as lines for a terminal."""

from collections.abc import Iterator, Mapping, Sequence

from moderator.classifiers.base import Classifier, Explains
from moderator.classifiers.guards import Guards
from moderator.classifiers.vocabulary import lexicon_of
from moderator.config import RuleSet
from moderator.evasions.decode import Decoder
from moderator.pipeline import Judged, Pipeline
from moderator.policy import Policy
from moderator.records import Finding
from moderator.scoring import messages_of
from moderator.terminal import printable
from moderator.text import fold
from moderator.words import words_of

BAR = 20
"""Width of a score's bar, in characters."""


def explanation(text: str, pipeline: Pipeline, ruleset: RuleSet) -> Iterator[str]:
    """The lines that explain what rules and models make of `text`."""
    (judged,) = pipeline.moderate(messages_of([text]))
    verdict = judged.verdict
    yield f"text      {printable(text, 2000)}"
    folded = fold(text)
    yield f"folded    {printable(folded.text, 2000)}"
    decoded = Decoder(lexicon_of(ruleset)).decode(folded)
    if decoded is not None:
        yield f"read as   {printable(decoded.text, 2000)}"
    if verdict.severity is None or verdict.action is None:
        yield "verdict   not flagged; nothing found"
    else:
        state = "flagged" if verdict.flagged else "not flagged"
        yield f"verdict   {state}; severity {verdict.severity.name}, action {verdict.action.name}"
    yield ""
    yield from _rule_lines(judged, Policy(ruleset))
    yield from _guard_lines(text, judged, ruleset)
    for classifier in pipeline.classifiers:
        if classifier.name in judged.scores:
            yield ""
            yield from _model_lines(text, classifier, judged.scores[classifier.name], ruleset)
    for one in judged.unscored:
        yield ""
        yield f"{one.classifier}: not scored, {one.reason}"


def _rule_lines(judged: Judged, policy: Policy) -> Iterator[str]:
    by_rule = [finding for finding in judged.findings if finding.rule is not None]
    yield "rules" if by_rule else "rules: none matched"
    for finding in by_rule:
        yield f"  {finding.rule}: {_described(finding)}; action {policy.action(finding).name}"


def _guard_lines(text: str, judged: Judged, ruleset: RuleSet) -> Iterator[str]:
    """What each guard covers and holds, where they hold anything or would but for the rest."""
    held = [finding for finding in judged.findings if finding.guard is not None]
    stretches = Guards(ruleset).find(text) if held or judged.verdict.flagged else []
    if not stretches:
        return
    yield ""
    yield "guards" if held else "guards: lifted, since something asks for action that none holds"
    for one in stretches:
        words, covered = (
            f"{start}-{end} '{printable(text[start:end])}'"
            for start, end in (one.words, (one.start, one.end))
        )
        covers = "itself" if one.words == (one.start, one.end) else covered
        yield f"  {one.guard}: at {words}, covers {covers}"
    for guard in dict.fromkeys(finding.guard for finding in held):
        yield f"  held back by {guard}: {_names([one for one in held if one.guard == guard])}"


def _names(findings: Sequence[Finding]) -> str:
    return ", ".join(
        dict.fromkeys(one.rule or f"{one.label} of {one.classifier}" for one in findings)
    )


def _described(finding: Finding) -> str:
    where = f"{finding.span[0]}-{finding.span[1]} " if finding.span is not None else ""
    return (
        f"{finding.category}, {finding.severity.name}, at {where}'{printable(finding.match or '')}'"
    )


def _model_lines(
    text: str, classifier: Classifier, scores: Mapping[str, float], ruleset: RuleSet
) -> Iterator[str]:
    yield f"{classifier.name} {classifier.version}"
    for label, score in sorted(scores.items(), key=lambda item: -item[1]):
        category = label if label in ruleset.categories else "toxicity"
        thresholds = ruleset.categories[category].thresholds
        limits = ", ".join(f"{severity.name} {at:g}" for severity, at in thresholds.items())
        bar = ("#" * round(score * BAR)).ljust(BAR, ".")
        yield f"  {label:<16} {score:.4f} {bar} {limits or 'no threshold'}"
    if isinstance(classifier, Explains):
        gravest = max(scores, key=lambda label: scores[label])
        words = words_of(classifier, text, gravest)
        shown = "no single word" if words is not None else "unknown, since the model failed"
        shown = ", ".join(map(printable, words or ())) or shown
        yield f"  carried by ({gravest}): {shown}"
