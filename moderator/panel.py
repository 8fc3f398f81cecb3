"""The classifiers that judge payloads, asked together: those that are worth it on a thread each.

What works outside the interpreter gets a thread, and works on batches that are ahead of those that
are combined. It is asked last, so that the faster models before it, if any, never clear a
message in which another classifier found something.
"""

from collections.abc import Callable, Container, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Self

from moderator.classifiers.base import Classifier, Result, Screens, is_concurrent
from moderator.isolation import Isolated
from moderator.records import Assessment

Column = Future[list[Result]]
"""One result of a classifier for each text of a batch, as soon as it is there."""


class Panel:
    """Classifiers in a fixed order; to be entered, since it holds threads.

    With `screening`, the faster models before one that has them clear what is surely harmless.
    """

    def __init__(self, classifiers: Sequence[Classifier], *, screening: bool) -> None:
        self.members = [Isolated(classifier) for classifier in classifiers]
        self._screening = screening
        self._threads: dict[int, ThreadPoolExecutor] = {}

    def __enter__(self) -> Self:
        for index, member in enumerate(self.members):
            if is_concurrent(member.classifier):
                self._threads[index] = ThreadPoolExecutor(max_workers=1)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None and issubclass(kind, KeyboardInterrupt | SystemExit):
            for member in self.members:
                member.close()  # or the end would wait for one that hangs
        for thread in self._threads.values():
            thread.shutdown(cancel_futures=True)

    def begin(self, texts: Sequence[str]) -> list[Column]:
        """Has every classifier judge the texts: here, or on its thread while others go on."""
        columns: dict[int, Column] = {}
        found: set[str] = set()
        for index, member in enumerate(self.members):
            if index not in self._threads:
                columns[index] = _done(partial(each_once, member, texts))
                for text, result in zip(texts, columns[index].result(), strict=True):
                    if not isinstance(result, Assessment) or result.findings:
                        found.add(text)
        for index, thread in self._threads.items():
            member = self.members[index]
            screens = self._screening and isinstance(member.classifier, Screens)
            columns[index] = thread.submit(each_once, member, texts, found if screens else None)
        return [columns[index] for index in range(len(self.members))]

    def in_full(self, text: str, results: Sequence[Result]) -> list[Result]:
        """The results of a text, those of classifiers that cleared it asked for again."""
        return [
            member.classify([text])[0]
            if isinstance(result, Assessment) and result.cleared
            else result
            for member, result in zip(self.members, results, strict=True)
        ]


def each_once(
    member: Isolated, texts: Sequence[str], in_full: Container[str] | None = None
) -> list[Result]:
    """Each distinct text judged once: chat repeats itself. Those not `in_full` may be cleared."""
    distinct = list(dict.fromkeys(texts))
    if in_full is None:
        results = member.classify(distinct)
    else:
        results = member.screened(distinct, [text in in_full for text in distinct])
    by_text = dict(zip(distinct, results, strict=True))
    return [by_text[text] for text in texts]


def _done(work: Callable[[], list[Result]]) -> Column:
    """What `work` gives, done here and now."""
    column: Column = Future()
    column.set_result(work())
    return column
