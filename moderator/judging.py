"""One stream of messages, judged in batches: what classifiers, behaviour, guards and policy say.

What is kept from one batch to the next is in a `Stream`, and ends with it: the display names seen,
what behaviour rules remember, which words were looked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from moderator.classifiers.base import Classifier, Result
from moderator.errors import ClassifierError
from moderator.guarding import Guarding
from moderator.isolation import Isolated
from moderator.policy import Policy, Verdict
from moderator.records import Assessment, Finding, Message, Unscored
from moderator.words import Words


@dataclass(frozen=True, slots=True)
class Judged:
    """A text message and all that was found out about it.

    `findings` are of the payload and, on a participant's first message under a name, of that
    name, and of what the message makes together with earlier ones. `scores` are by classifier,
    then by label. `before` and `after` are those of the nearest text messages that belong to the
    same session.
    """

    message: Message
    findings: tuple[Finding, ...]
    verdict: Verdict
    scores: Mapping[str, Mapping[str, float]]
    unscored: tuple[Unscored, ...]
    before: tuple[Message, ...] = ()
    after: tuple[Message, ...] = ()


class SeesStream(Protocol):
    """Sees every message in order, with what was found in it, and finds what several make."""

    def see(self, message: Message, findings: Sequence[Finding]) -> list[Finding]:
        """The findings that this message completes."""
        ...


class Stream:
    """Judges the messages of one stream; see `Pipeline` for what it is made of."""

    def __init__(
        self,
        classifiers: Sequence[Classifier],
        policy: Policy,
        *,
        name_classifiers: Sequence[Classifier],
        behaviour: SeesStream | None,
        guarding: Guarding | None,
        words: Words | None,
    ) -> None:
        self._of_payload = [Isolated(classifier) for classifier in classifiers]
        self._of_name = [Isolated(classifier) for classifier in name_classifiers]
        self._names: set[tuple[str, str]] = set()
        self._policy = policy
        self._behaviour = behaviour
        self._guarding = guarding
        self._words = words

    def judge(self, batch: Sequence[Message]) -> Iterator[Judged]:
        """Each message judged, in order, without its neighbours."""
        texts = [message.payload for message in batch]
        columns = [_classify(isolated, texts) for isolated in self._of_payload]
        for message, of_name, *results in zip(
            batch, self._judged_names(batch), *columns, strict=True
        ):
            yield self._combined(message, results, of_name)

    def conclude(self) -> None:
        """To be called at the end: raises `ClassifierError` for one that failed on everything."""
        for isolated in (*self._of_payload, *self._of_name):
            isolated.conclude()

    def _judged_names(self, batch: Sequence[Message]) -> list[list[Finding | Unscored]]:
        new: dict[int, str] = {}
        for index, message in enumerate(batch):
            key = (message.participant_id, message.display_name)
            if key not in self._names:
                self._names.add(key)
                new[index] = message.display_name
        found: list[list[Finding | Unscored]] = [[] for _ in batch]
        for isolated in self._of_name:
            for index, result in zip(new, _classify(isolated, list(new.values())), strict=True):
                if isinstance(result, Unscored):
                    found[index].append(replace(result, reason=f"display name: {result.reason}"))
                else:
                    findings = self._findings(isolated.classifier, result)
                    found[index] += [replace(each, field="displayName") for each in findings]
        return found

    def _combined(
        self, message: Message, results: Sequence[Result], of_name: Sequence[Finding | Unscored]
    ) -> Judged:
        findings: list[Finding] = []
        scores: dict[str, Mapping[str, float]] = {}
        unscored: list[Unscored] = []
        for isolated, result in zip(self._of_payload, results, strict=True):
            if isinstance(result, Unscored):
                unscored.append(result)
                continue
            findings += self._findings(isolated.classifier, result)
            if result.scores:
                scores[isolated.classifier.name] = result.scores
        findings += [each for each in of_name if isinstance(each, Finding)]
        unscored += [each for each in of_name if isinstance(each, Unscored)]
        findings += self._behaved(message, findings, unscored)
        findings = self._guarded(message, findings, unscored)
        verdict = self._policy.judge(findings)
        if verdict.flagged and self._words is not None:
            findings = self._words.explained(findings, message.payload)
        return Judged(message, tuple(findings), verdict, scores, tuple(unscored))

    def _findings(self, classifier: Classifier, result: Assessment) -> list[Finding]:
        by_score = self._policy.findings(classifier.name, classifier.version, result.scores)
        return [*result.findings, *by_score]

    def _behaved(
        self, message: Message, findings: Sequence[Finding], unscored: list[Unscored]
    ) -> list[Finding]:
        # Bare texts are sent by nobody, and so make no behaviour.
        if self._behaviour is None or not message.participant_id:
            return []
        try:
            return self._behaviour.see(message, findings)
        except Exception as error:
            unscored.append(Unscored("behaviour", f"failed with {type(error).__name__}"))
            return []

    def _guarded(
        self, message: Message, findings: list[Finding], unscored: list[Unscored]
    ) -> list[Finding]:
        if self._guarding is None:
            return findings
        try:
            return self._guarding.applied(findings, message.payload, self._of_payload)
        except ClassifierError:  # a model is given up
            raise
        except Exception as error:
            unscored.append(Unscored("guards", f"failed with {type(error).__name__}"))
            return findings


def _classify(isolated: Isolated, texts: Sequence[str]) -> list[Result]:
    """Each distinct text once: chat repeats itself."""
    distinct = list(dict.fromkeys(texts))
    by_text = dict(zip(distinct, isolated.classify(distinct), strict=True))
    return [by_text[text] for text in texts]
