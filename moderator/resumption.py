"""Judged messages as plain data and back, for a run that goes on where another stopped.

A message itself is not kept: it is read again.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from moderator.judging import Judged
from moderator.policy import Verdict
from moderator.records import Action, Finding, Message, Severity, Unscored


def plain(judged: Judged) -> dict[str, Any]:
    """What is known of a judged message, as data that JSON can hold; without its neighbours."""
    verdict = judged.verdict
    return {
        "findings": [
            {**asdict(finding), "severity": finding.severity.name} for finding in judged.findings
        ],
        "verdict": {
            "flagged": verdict.flagged,
            "severity": verdict.severity.name if verdict.severity is not None else None,
            "action": verdict.action.name if verdict.action is not None else None,
            "categories": verdict.categories,
        },
        "scores": {name: dict(scores) for name, scores in judged.scores.items()},
        "unscored": [asdict(one) for one in judged.unscored],
        "cleared": judged.cleared,
    }


def judged_of(kept: Mapping[str, Any], message: Message) -> Judged:
    """The judged message of which `plain` gave `kept`, also where JSON made lists of tuples."""
    verdict = kept["verdict"]
    return Judged(
        message,
        tuple(_finding(finding) for finding in kept["findings"]),
        Verdict(
            verdict["flagged"],
            Severity[verdict["severity"]] if verdict["severity"] is not None else None,
            Action[verdict["action"]] if verdict["action"] is not None else None,
            tuple(verdict["categories"]),
        ),
        kept["scores"],
        tuple(Unscored(**one) for one in kept["unscored"]),
        cleared=tuple(kept["cleared"]),
    )


def _finding(kept: Mapping[str, Any]) -> Finding:
    tuples = {
        name: tuple(kept[name]) for name in ("span", "words", "messages") if kept[name] is not None
    }
    return Finding(**{**kept, **tuples, "severity": Severity[kept["severity"]]})
