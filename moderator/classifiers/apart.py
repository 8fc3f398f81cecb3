"""A classifier in a process of its own: it may hang, run out of memory or die, and the run goes on.

What lives there is built there, from a plain specification, and loads while its owner does other
things; the first use waits. A process that fails is replaced. A new one must judge a plain word
before it gets any text, so that a model that is broken is told from a text that breaks it.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from moderator.classifiers import frames
from moderator.classifiers.base import Result
from moderator.classifiers.child import NONSENSE, Child, Died, Lost
from moderator.classifiers.failure import OUT_OF_MEMORY, Failure
from moderator.errors import ClassifierError, ConfigError, ModeratorError

STARTS = 5
"""So many processes in a row that die while they load, and the classifier is given up."""

_CREDENTIAL = re.compile(r"(?i)(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS)$")
_SCORINGS = 60
"""What explaining a text costs, in scorings."""

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: for loading, and for a request, which gets more for its texts and code points.

    Several times what BERT-base takes on one core, and a hundred times what the bundled model does.
    """

    start: float = 120.0
    request: float = 20.0
    text: float = 0.25
    character: float = 0.002

    def of(self, texts: Sequence[str], scorings: int = 1) -> float:
        """What a request about `texts` may take that scores each so many times."""
        more = max(0, len(texts) * scorings - 1) * self.text
        return self.request + more + sum(map(len, texts)) * self.character


class Apart:
    """The classifier of a specification, as the registry builds it, in another process.

    Several threads may ask it; one waits for the other. A text alone on which the process dies is
    tried again on a new one, since something else may have killed it. Raises `Failure` where texts
    are at fault, `ConfigError` or `ClassifierError` where the classifier cannot be built, be it at
    first or again.
    """

    concurrent = True

    def __init__(
        self, specification: str, *, command: Sequence[str] = (), limits: Limits | None = None
    ) -> None:
        """Starts the process and does not wait; `command` is another that speaks as it does."""
        worker = (sys.executable, "-P", "-m", "moderator.classifiers.worker", specification)
        self._specification = specification
        self._command = tuple(command) or worker
        self._limits = limits or Limits()
        self._lock = Lock()
        self._hello: Mapping[str, Any] | None = None
        self._greeted = False
        self._given_up: ModeratorError | None = None
        self._child = self._start()

    @property
    def name(self) -> str:
        """The classifier's own; waits until it is loaded."""
        return str(self._known()["name"])

    @property
    def version(self) -> str:
        """The classifier's own; waits until it is loaded."""
        return str(self._known()["version"])

    @property
    def screen_version(self) -> str:
        """That of the faster models before it; without them there is no such attribute."""
        return str(self._screen("screen_version")[0])

    @property
    def screen_limits(self) -> Mapping[str, float]:
        """Those of the faster models before it; without them there is no such attribute."""
        limits: Mapping[str, float] = self._screen("screen_limits")[1]
        return limits

    def _screen(self, attribute: str) -> Any:
        screen = self._known()["screen"]
        if screen is None:
            raise AttributeError(attribute)
        return screen

    def classify(self, texts: Sequence[str]) -> list[Result]:
        """As the classifier itself."""
        return self._judged(["classify", list(texts)], texts)

    def screened(self, texts: Sequence[str], keep: Sequence[bool]) -> list[Result]:
        """As the classifier itself."""
        return self._judged(["screened", list(texts), list(keep)], texts)

    def explain(self, text: str, label: str, limit: int = 3) -> tuple[str, ...]:
        """As the classifier itself."""
        seconds = self._limits.of([text], _SCORINGS)
        return self._asked(
            ["explain", text, label, limit], seconds, lambda reply: tuple(map(str, reply["words"]))
        )

    def close(self) -> None:
        """Ends the process, also while it is asked; the end of this one does so, too."""
        self._given_up = ClassifierError(f"The model {self._specification} has been closed.")
        self._child.stop()
        with self._lock:
            self._child.kill()

    def _judged(self, request: Sequence[Any], texts: Sequence[str]) -> list[Result]:
        if not texts:
            return []
        name = self.name
        return self._asked(
            request,
            self._limits.of(texts),
            lambda reply: frames.results_of(reply["results"], name),
            alone=len(texts) == 1,
        )

    def _asked(
        self,
        request: Sequence[Any],
        seconds: float,
        read: Callable[[Any], _Answer],
        *,
        alone: bool = True,
    ) -> _Answer:
        with self._lock:
            try:
                return self._once(request, seconds, read)
            except Died:
                if not alone:
                    raise
            return self._once(request, seconds, read)

    def _once(
        self, request: Sequence[Any], seconds: float, read: Callable[[Any], _Answer]
    ) -> _Answer:
        self._greet()
        try:
            reply = self._child.ask(request, seconds)
            if "failed" not in reply:
                return _sense(read, reply)
        except BaseException:  # after Ctrl-C, too: the next request would get this one's reply
            self._replace()
            raise
        if reply["failed"] == OUT_OF_MEMORY:
            self._replace()
        raise Failure(str(reply["failed"]))

    def _known(self) -> Mapping[str, Any]:
        """What the first process said of itself."""
        if self._hello is None:
            with self._lock:
                self._greet()
        assert self._hello is not None
        return self._hello

    def _greet(self) -> None:
        """Waits until the process is ready to judge."""
        deaths = 0
        while self._given_up is None and not self._greeted:
            try:
                self._meet(self._child.reply(self._limits.start))
            except Died as death:
                deaths += 1
                if deaths == STARTS:
                    self._give_up(f"{death.reason} while it loaded, {STARTS} times")
                else:
                    self._replace()
            except Lost as failure:
                self._give_up(f"{failure.reason} while it loaded")
        if self._given_up is not None:
            raise self._given_up

    def _meet(self, said: Any) -> None:
        match said:
            case {
                "hello": {"name": str(), "version": str(), "screen": [str(), {}] | None} as hello
            }:
                if self._hello not in (None, hello):
                    self._give_up("it is another version than when the run began")
                self._hello, self._greeted = hello, True
            case {"refused": {"kind": kind, "sentence": str(sentence)}}:
                error = ConfigError if kind == ConfigError.__name__ else ClassifierError
                self._given_up = error(sentence)
            case _:
                raise Lost(NONSENSE)

    def _give_up(self, why: str) -> None:
        self._given_up = ClassifierError(
            f"The model {self._specification} cannot be run: {why}. Is there enough memory, and "
            "its installation whole? Or leave it out."
        )

    def _replace(self) -> None:
        """Has another process load, while what becomes of the failure is decided."""
        self._child.kill()
        self._greeted = False
        if self._given_up is None:
            self._child = self._start()

    def _start(self) -> Child:
        try:
            return Child(self._command, _environment())
        except OSError as error:
            raise ClassifierError(
                f"No process can be started for the model {self._specification}: {error.strerror}."
            ) from error


def _sense(read: Callable[[Any], _Answer], reply: Any) -> _Answer:
    try:
        return read(reply)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Lost(NONSENSE) from None


def _environment() -> dict[str, str]:
    """The present one without credentials, so that modules are found where they are found here.

    It may use every core, unless threads are numbered already: it has most of the work to do.
    numpy's own threads would only wait for one another, its products being small.
    """
    kept = {name: value for name, value in os.environ.items() if not _CREDENTIAL.search(name)}
    threads = {"OMP_NUM_THREADS": str(len(os.sched_getaffinity(0))), "OPENBLAS_NUM_THREADS": "1"}
    places = [str(Path(entry).absolute()) for entry in sys.path]
    return {**threads, **kept, "PYTHONPATH": os.pathsep.join(places)}
