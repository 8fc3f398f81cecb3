"""One stream of messages, judged in batches: what classifiers, behaviour, guards and policy say.

What is kept from one batch to the next is in a `Stream`, and ends with it: the display names seen,
what behaviour rules remember, which words were looked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Protocol, Self

from moderator.classifiers.base import Classifier, Result
from moderator.errors import ClassifierError
from moderator.guarding import Guarding
from moderator.isolation import Isolated
from moderator.panel import Column, Panel, each_once
from moderator.policy import Policy, Verdict
from moderator.records import Assessment, Finding, Message, Unscored
from moderator.words import Words


@dataclass(frozen=True, slots=True)
class Judged:
    """A text message and all that was found out about it.

    `findings` are of the payload and, on a participant's first message under a name, of that
    name, and of what the message makes together with earlier ones. `scores` are by classifier,
    then by label; a classifier in `cleared` gave none, since faster models were sure.
    `before` and `after` are those of the nearest text messages that belong to the same session.
    """

    message: Message
    findings: tuple[Finding, ...]
    verdict: Verdict
    scores: Mapping[str, Mapping[str, float]]
    unscored: tuple[Unscored, ...]
    before: tuple[Message, ...] = ()
    after: tuple[Message, ...] = ()
    cleared: tuple[str, ...] = ()


class SeesStream(Protocol):
    """Sees every message in order, with what was found in it, and finds what several make.

    What it remembers can be saved as plain data, and restored.
    """

    def see(self, message: Message, findings: Sequence[Finding]) -> list[Finding]:
        """The findings that this message completes."""
        ...

    def state(self) -> dict[str, Any]: ...

    def restore(self, state: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages with the results of each classifier, as they come."""

    messages: Sequence[Message]
    columns: Sequence[Column]


class Stream:
    """Judges the messages of one stream; see `Pipeline` for what it is made of.

    To be entered, since its `Panel` holds threads.
    """

    def __init__(
        self,
        classifiers: Sequence[Classifier],
        policy: Policy,
        *,
        name_classifiers: Sequence[Classifier],
        behaviour: SeesStream | None,
        guarding: Guarding | None,
        words: Words | None,
        screening: bool,
    ) -> None:
        self._panel = Panel(classifiers, screening=screening)
        self._of_name = [Isolated(classifier) for classifier in name_classifiers]
        self._names: set[tuple[str, str]] = set()
        self._policy = policy
        self._behaviour = behaviour
        self._guarding = guarding
        self._words = words

    def __enter__(self) -> Self:
        self._panel.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._panel.__exit__(kind, error, trace)

    def begin(self, messages: Sequence[Message]) -> Batch:
        """Has every classifier judge the messages: here, or on its thread while this goes on."""
        return Batch(messages, self._panel.begin([message.payload for message in messages]))

    def judge(self, batch: Batch) -> Iterator[Judged]:
        """Each message judged, in order, without its neighbours."""
        columns = [column.result() for column in batch.columns]
        names = self._judged_names(batch.messages)
        for index, message in enumerate(batch.messages):
            results = [column[index] for column in columns]
            yield self._combined(message, results, self._of_its_name(message, names))

    def conclude(self) -> None:
        """To be called at the end: raises `ClassifierError` for one that failed on everything."""
        for isolated in (*self._panel.members, *self._of_name):
            isolated.conclude()

    def skip(self, message: Message) -> None:
        """Notes a message that was judged before, in a run that this one goes on from."""
        self._names.add((message.participant_id, message.display_name))

    def state(self) -> dict[str, Any]:
        """What is remembered but for the names, as data that JSON can hold."""
        return {
            "behaviour": self._behaviour.state() if self._behaviour is not None else None,
            "words": self._words.state() if self._words is not None else None,
            "classifiers": [
                isolated.state() for isolated in (*self._panel.members, *self._of_name)
            ],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state` said."""
        if self._behaviour is not None and state["behaviour"] is not None:
            self._behaviour.restore(state["behaviour"])
        if self._words is not None and state["words"] is not None:
            self._words.restore(state["words"])
        isolated = (*self._panel.members, *self._of_name)
        for one, kept in zip(isolated, state["classifiers"], strict=True):
            one.restore(kept)

    def _judged_names(self, messages: Sequence[Message]) -> Mapping[str, list[Finding | Unscored]]:
        """What was found in each display name that is new in these messages."""
        new = dict.fromkeys(
            message.display_name
            for message in messages
            if (message.participant_id, message.display_name) not in self._names
        )
        found: dict[str, list[Finding | Unscored]] = {name: [] for name in new}
        for isolated in self._of_name:
            for name, result in zip(new, each_once(isolated, list(new)), strict=True):
                if isinstance(result, Unscored):
                    found[name].append(replace(result, reason=f"display name: {result.reason}"))
                else:
                    findings = self._findings(isolated.classifier, result)
                    found[name] += [replace(each, field="displayName") for each in findings]
        return found

    def _of_its_name(
        self, message: Message, found: Mapping[str, list[Finding | Unscored]]
    ) -> Sequence[Finding | Unscored]:
        """What is in a name stands on the participant's first message under it."""
        key = (message.participant_id, message.display_name)
        if key in self._names:
            return ()
        self._names.add(key)
        return found[message.display_name]

    def _combined(
        self, message: Message, results: Sequence[Result], of_name: Sequence[Finding | Unscored]
    ) -> Judged:
        text = message.payload
        beside = [each for each in of_name if isinstance(each, Finding)]
        unscored = [each for each in of_name if isinstance(each, Unscored)]
        # What is flagged for something else is judged in full, too: a reviewer sees the scores.
        if beside and self._policy.judge(beside).flagged:
            results = self._panel.in_full(text, results)
        behaved = self._behaved(message, [*self._found(results), *beside], unscored)
        if behaved and self._policy.judge(behaved).flagged:
            results = self._panel.in_full(text, results)
        unscored = [*(each for each in results if isinstance(each, Unscored)), *unscored]
        findings = [*self._found(results), *beside, *behaved]
        findings = self._guarded(text, findings, unscored)
        verdict = self._policy.judge(findings)
        if verdict.flagged and self._words is not None:
            findings = self._words.explained(findings, text)
        names = [isolated.classifier.name for isolated in self._panel.members]
        assessed = [
            (name, result)
            for name, result in zip(names, results, strict=True)
            if isinstance(result, Assessment)
        ]
        return Judged(
            message,
            tuple(findings),
            verdict,
            {name: result.scores for name, result in assessed if result.scores},
            tuple(unscored),
            cleared=tuple(name for name, result in assessed if result.cleared),
        )

    def _found(self, results: Sequence[Result]) -> list[Finding]:
        """What the classifiers of payloads found, in their order."""
        return [
            finding
            for isolated, result in zip(self._panel.members, results, strict=True)
            if isinstance(result, Assessment)
            for finding in self._findings(isolated.classifier, result)
        ]

    def _findings(self, classifier: Classifier, result: Assessment) -> list[Finding]:
        if not result.scores:
            return list(result.findings)
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
        self, text: str, findings: list[Finding], unscored: list[Unscored]
    ) -> list[Finding]:
        if self._guarding is None:
            return findings
        try:
            return self._guarding.applied(findings, text, self._panel.members)
        except ClassifierError:  # a model is given up
            raise
        except Exception as error:
            unscored.append(Unscored("guards", f"failed with {type(error).__name__}"))
            return findings
