"""From findings to a verdict: severity, action, and whether a reviewer should see the message.

Rules bring their severity with them. A model brings probabilities, and a category's thresholds
say from which score on they are a finding, and how grave. The category's action for the gravest
severity decides; `record` keeps a finding without flagging.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from moderator.classifiers.base import NEVER
from moderator.config import CategoryPolicy, RuleSet
from moderator.records import Action, Finding, Severity


@dataclass(frozen=True, slots=True)
class Verdict:
    """What policy makes of a message's findings; severity and action are None without any.

    On a flagged message, severity and categories are those of the findings that ask for
    something to be done; otherwise of all.
    """

    flagged: bool
    severity: Severity | None
    action: Action | None
    categories: tuple[str, ...] = ()


_CLEAN = Verdict(flagged=False, severity=None, action=None)


class Policy:
    """The thresholds and actions of a rule set."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._categories: Mapping[str, CategoryPolicy] = ruleset.categories

    def findings(self, classifier: str, version: str, scores: Mapping[str, float]) -> list[Finding]:
        """A model's labels that reach a threshold, highest score first.

        A label that is no category of ours is judged as `toxicity`.
        """
        found = []
        for label, score in scores.items():
            category = label if label in self._categories else "toxicity"
            reached = [
                (severity, threshold)
                for severity, threshold in self._categories[category].thresholds.items()
                if score >= threshold
            ]
            if reached:
                severity, threshold = max(reached)
                found.append(
                    Finding(
                        classifier=classifier,
                        version=version,
                        rule=None,
                        label=label,
                        category=category,
                        severity=severity,
                        score=score,
                        threshold=threshold,
                    )
                )
        return sorted(found, key=lambda finding: (-finding.score, finding.category))

    def action(self, finding: Finding) -> Action:
        """What is to be done for one finding; a guarded one is recorded only."""
        if finding.guard is not None:
            return Action.record
        return self._categories[finding.category].actions[finding.severity]

    def flags_from(self, label: str) -> float:
        """The least score of a model's label that flags a message; over 1 where none does."""
        policy = self._categories[label if label in self._categories else "toxicity"]
        acting = (
            limit
            for severity, limit in policy.thresholds.items()
            if policy.actions[severity] > Action.record
        )
        return min(acting, default=NEVER)

    def flags_within(self, limits: Mapping[str, float]) -> bool:
        """Whether no label flags a message below its limit."""
        return all(self.flags_from(label) >= limit for label, limit in limits.items())

    def judge(self, findings: Iterable[Finding]) -> Verdict:
        """The verdict over all findings of one message."""
        acted = [(self.action(finding), finding) for finding in findings]
        if not acted:
            return _CLEAN
        action = max(asked for asked, _ in acted)
        flagged = action > Action.record
        weighed = [finding for asked, finding in acted if asked > Action.record or not flagged]
        return Verdict(
            flagged,
            severity=max(finding.severity for finding in weighed),
            action=action,
            categories=tuple(sorted({finding.category for finding in weighed})),
        )
