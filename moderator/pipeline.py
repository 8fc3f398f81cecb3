"""Batch, classify, judge, keep context: text messages in, judged messages out, in order.

Everything is a generator over batches; what is held is one batch, a few neighbours, and the
display names seen. A pipeline keeps nothing from one stream of messages to the next.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from moderator.classifiers.base import Classifier
from moderator.guarding import Guarding
from moderator.judging import Judged, SeesStream, Stream
from moderator.policy import Policy
from moderator.records import Message
from moderator.words import Words

__all__ = ["Judged", "Pipeline"]

LONGEST_BATCH = 4 * 1024 * 1024
"""Code points of a batch: from there on it is full, however few its messages."""


class Pipeline:
    """Judges messages with classifiers and a policy.

    `name_classifiers` judge display names, once per participant and name: models are made for
    messages, so these are rules as a rule. `behaviour` makes what watches one stream; messages
    that nobody sent (bare texts) are no behaviour. `guarding` holds findings back. `words` asks
    models which words carried a flag.
    """

    def __init__(
        self,
        classifiers: Sequence[Classifier],
        policy: Policy,
        *,
        name_classifiers: Sequence[Classifier] = (),
        behaviour: Callable[[], SeesStream] | None = None,
        guarding: Guarding | None = None,
        batch_size: int = 1024,
        context: int = 2,
        words: bool = True,
    ) -> None:
        self.classifiers = tuple(classifiers)
        self._name_classifiers = tuple(name_classifiers)
        self._policy = policy
        self._behaviour = behaviour
        self._guarding = guarding
        self._batch_size = batch_size
        self._context = context
        self._words = words

    def moderate(self, messages: Iterable[Message]) -> Iterator[Judged]:
        """Each message judged, in order; raises `ClassifierError` if a classifier is unusable."""
        stream = Stream(
            self.classifiers,
            self._policy,
            name_classifiers=self._name_classifiers,
            behaviour=self._behaviour() if self._behaviour is not None else None,
            guarding=self._guarding,
            words=Words(self.classifiers, self._policy) if self._words else None,
        )
        judged = (
            one for batch in _batches(messages, self._batch_size) for one in stream.judge(batch)
        )
        yield from _with_context(judged, self._context)
        stream.conclude()


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
