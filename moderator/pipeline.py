"""Batch, classify, judge, keep context: text messages in, judged messages out, in order.

Everything is a generator over batches; what is held is one batch, a few neighbours, and the
display names seen. A pipeline keeps nothing from one stream of messages to the next.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from moderator.classifiers.base import Classifier, Result
from moderator.isolation import Isolated
from moderator.policy import Policy, Verdict
from moderator.records import Assessment, Finding, Message, Unscored
from moderator.words import Words

LONGEST_BATCH = 4 * 1024 * 1024
"""Code points of a batch: from there on it is full, however few its messages."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A text message and all that was found out about it.

    `findings` are of the payload and, on a participant's first message under a name, of that
    name. `scores` are by classifier, then by label. `before` and `after` are those of the nearest
    text messages that belong to the same session.
    """

    message: Message
    findings: tuple[Finding, ...]
    verdict: Verdict
    scores: Mapping[str, Mapping[str, float]]
    unscored: tuple[Unscored, ...]
    before: tuple[Message, ...] = ()
    after: tuple[Message, ...] = ()


class Pipeline:
    """Judges messages with classifiers and a policy.

    `name_classifiers` judge display names, once per participant and name: models are made for
    messages, so these are rules as a rule. `words` asks models which words carried a flag.
    """

    def __init__(
        self,
        classifiers: Sequence[Classifier],
        policy: Policy,
        *,
        name_classifiers: Sequence[Classifier] = (),
        batch_size: int = 1024,
        context: int = 2,
        words: bool = True,
    ) -> None:
        self.classifiers = tuple(classifiers)
        self._name_classifiers = tuple(name_classifiers)
        self._policy = policy
        self._batch_size = batch_size
        self._context = context
        self._words = words

    def moderate(self, messages: Iterable[Message]) -> Iterator[Judged]:
        """Each message judged, in order; raises `ClassifierError` if a classifier is unusable."""
        of_payload = [Isolated(classifier) for classifier in self.classifiers]
        of_name = [Isolated(classifier) for classifier in self._name_classifiers]
        seen: set[tuple[str, str]] = set()
        words = Words(self.classifiers, self._policy) if self._words else None

        def judge(batch: Sequence[Message]) -> Iterator[Judged]:
            texts = [message.payload for message in batch]
            columns = [_classify(isolated, texts) for isolated in of_payload]
            names = self._judge_names(batch, of_name, seen)
            for message, found, *results in zip(batch, names, *columns, strict=True):
                yield self._combine(message, results, found, words)

        judged = (one for batch in _batches(messages, self._batch_size) for one in judge(batch))
        yield from _with_context(judged, self._context)
        for isolated in (*of_payload, *of_name):
            isolated.conclude()

    def _judge_names(
        self, batch: Sequence[Message], classifiers: Sequence[Isolated], seen: set[tuple[str, str]]
    ) -> list[list[Finding | Unscored]]:
        new: dict[int, str] = {}
        for index, message in enumerate(batch):
            key = (message.participant_id, message.display_name)
            if key not in seen:
                seen.add(key)
                new[index] = message.display_name
        found: list[list[Finding | Unscored]] = [[] for _ in batch]
        for isolated in classifiers:
            for index, result in zip(new, _classify(isolated, list(new.values())), strict=True):
                if isinstance(result, Unscored):
                    found[index].append(replace(result, reason=f"display name: {result.reason}"))
                else:
                    findings = self._findings(isolated.classifier, result)
                    found[index] += [replace(each, field="displayName") for each in findings]
        return found

    def _combine(
        self,
        message: Message,
        results: Sequence[Result],
        of_name: Sequence[Finding | Unscored],
        words: Words | None,
    ) -> Judged:
        findings: list[Finding] = []
        scores: dict[str, Mapping[str, float]] = {}
        unscored: list[Unscored] = []
        for classifier, result in zip(self.classifiers, results, strict=True):
            if isinstance(result, Unscored):
                unscored.append(result)
                continue
            findings += self._findings(classifier, result)
            if result.scores:
                scores[classifier.name] = result.scores
        findings += [each for each in of_name if isinstance(each, Finding)]
        unscored += [each for each in of_name if isinstance(each, Unscored)]
        verdict = self._policy.judge(findings)
        if verdict.flagged and words is not None:
            findings = words.explained(findings, message.payload)
        return Judged(message, tuple(findings), verdict, scores, tuple(unscored))

    def _findings(self, classifier: Classifier, result: Assessment) -> list[Finding]:
        by_score = self._policy.findings(classifier.name, classifier.version, result.scores)
        return [*result.findings, *by_score]


def _classify(isolated: Isolated, texts: Sequence[str]) -> list[Result]:
    """Each distinct text once: chat repeats itself."""
    distinct = list(dict.fromkeys(texts))
    by_text = dict(zip(distinct, isolated.classify(distinct), strict=True))
    return [by_text[text] for text in texts]


def _batches(messages: Iterable[Message], size: int) -> Iterator[list[Message]]:
    batch: list[Message] = []
    length = 0
    for message in messages:
        batch.append(message)
        length += len(message.payload)
        if len(batch) >= size or length >= LONGEST_BATCH:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch


def _with_context(judged: Iterable[Judged], count: int) -> Iterator[Judged]:
    """Each with `count` neighbours of its session on either side."""
    before: deque[Message] = deque(maxlen=count)
    waiting: deque[Judged] = deque()
    for one in judged:
        waiting.append(one)
        if len(waiting) > count:
            yield _emit(waiting, before)
    while waiting:
        yield _emit(waiting, before)


def _emit(waiting: deque[Judged], before: deque[Message]) -> Judged:
    one = waiting.popleft()
    session = one.message.session_id
    placed = replace(
        one,
        before=tuple(message for message in before if message.session_id == session),
        after=tuple(next_.message for next_ in waiting if next_.message.session_id == session),
    )
    before.append(one.message)
    return placed
