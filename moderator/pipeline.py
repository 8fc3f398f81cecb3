"""Batch, classify, judge, keep context: text messages in, judged messages out, in order.

Everything is a generator over batches; what is held is a few batches, a few neighbours, and the
display names seen. A pipeline keeps nothing from one stream of messages to the next.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from moderator.classifiers.base import Classifier, is_concurrent
from moderator.guarding import Guarding
from moderator.judging import Batch, Judged, SeesStream, Stream
from moderator.policy import Policy
from moderator.records import Message
from moderator.resumption import judged_of, plain
from moderator.words import Words

__all__ = ["Judged", "Pipeline", "Run"]

LONGEST_BATCH = 4 * 1024 * 1024
"""Code points of a batch: from there on it is full, however few its messages."""

AHEAD = 3
"""How many batches wait for classifiers that work on a thread, while others are judged."""


class Pipeline:
    """Judges messages with classifiers and a policy.

    `name_classifiers` judge display names, once per participant and name: models are made for
    messages, so these are rules as a rule. `behaviour` makes what watches one stream; messages
    that nobody sent (bare texts) are no behaviour. `guarding` holds findings back. `words` asks
    models which words carried a flag. With `screening`, the faster models before a classifier
    that has them clear messages in which the others found nothing.
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
        screening: bool = False,
    ) -> None:
        self.classifiers = tuple(classifiers)
        self.screening = screening
        self._name_classifiers = tuple(name_classifiers)
        self._policy = policy
        self._behaviour = behaviour
        self._guarding = guarding
        self._batch_size = batch_size
        self._context = context
        self._words = words

    def moderate(self, messages: Iterable[Message]) -> Iterator[Judged]:
        """Each message judged, in order; raises `ClassifierError` if a classifier is unusable."""
        return self.begin().judged(messages)

    def begin(self, resumed: Mapping[str, Any] | None = None) -> "Run":
        """A run over one stream of messages, which goes on from the `Run.state` of another."""
        stream = Stream(
            self.classifiers,
            self._policy,
            name_classifiers=self._name_classifiers,
            behaviour=self._behaviour() if self._behaviour is not None else None,
            guarding=self._guarding,
            words=Words(self.classifiers, self._policy) if self._words else None,
            screening=self.screening,
        )
        ahead = AHEAD if any(map(is_concurrent, self.classifiers)) else 0
        run = Run(stream, self._batch_size, ahead, self._context)
        if resumed is not None:
            run.restore(resumed)
        return run


class Run:
    """One stream of messages on its way through a pipeline."""

    def __init__(self, stream: Stream, batch_size: int, ahead: int, context: int) -> None:
        self._stream = stream
        self._batch_size = batch_size
        self._ahead = ahead
        self._done = 0
        self._neighbours = _Neighbours(context)
        self._to_skip = 0
        self._restored: deque[Mapping[str, Any]] = deque()

    def judged(self, messages: Iterable[Message]) -> Iterator[Judged]:
        """Each message judged, in order, but for those that the resumed run had given already.

        `messages` are all of the stream, from its start, also where the run goes on from another.
        """
        coming = iter(messages)
        for message in coming:
            if not self.skips(message):
                coming = chain((message,), coming)
                break
        with self._stream as stream:
            for batch in self._begun(_batches(coming, self._batch_size)):
                for judged in stream.judge(batch):
                    yield from self._given(self._neighbours.add(judged))
            yield from self._given(self._neighbours.rest())
            stream.conclude()

    def skips(self, message: Message) -> bool:
        """Takes a message that was given, or waited for its neighbours, as it was judged then.

        False for the first one that was not, and from there on.
        """
        if self._to_skip:
            self._to_skip -= 1
            self._neighbours.before.append(message)
        elif self._restored:
            self._neighbours.waiting.append(judged_of(self._restored.popleft(), message))
        else:
            return False
        self._stream.skip(message)
        return True

    def state(self) -> dict[str, Any]:
        """Where it stands, as data that JSON can hold; to be asked between two messages given."""
        return {
            "given": self._done,
            "waiting": [plain(judged) for judged in self._neighbours.waiting],
            "stream": self._stream.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state` said, once the same messages come again."""
        self._done = self._to_skip = state["given"]
        self._restored = deque(state["waiting"])
        self._stream.restore(state["stream"])

    def _given(self, judged: Iterable[Judged]) -> Iterator[Judged]:
        for one in judged:
            self._done += 1
            yield one

    def _begun(self, batches: Iterable[Sequence[Message]]) -> Iterator[Batch]:
        """Batches on which the classifiers have begun, some ahead of those that are judged."""
        waiting: deque[Batch] = deque()
        for messages in batches:
            waiting.append(self._stream.begin(messages))
            if len(waiting) > self._ahead:
                yield waiting.popleft()
        yield from waiting


class _Neighbours:
    """Gives each judged message `count` neighbours of its session on either side."""

    def __init__(self, count: int) -> None:
        self.before: deque[Message] = deque(maxlen=count)
        self.waiting: deque[Judged] = deque()
        self._count = count

    def add(self, judged: Judged) -> Iterator[Judged]:
        """Takes one in; gives the one that has all its neighbours by now."""
        self.waiting.append(judged)
        if len(self.waiting) > self._count:
            yield self._first()

    def rest(self) -> Iterator[Judged]:
        """Those that wait for neighbours that do not come."""
        while self.waiting:
            yield self._first()

    def _first(self) -> Judged:
        one = self.waiting.popleft()
        session = one.message.session_id
        placed = Judged(
            one.message,
            one.findings,
            one.verdict,
            one.scores,
            one.unscored,
            tuple([each for each in self.before if each.session_id == session]),
            tuple([each.message for each in self.waiting if each.message.session_id == session]),
            one.cleared,
        )
        self.before.append(one.message)
        return placed


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
