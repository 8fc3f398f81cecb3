"""The process in which a classifier lives apart: builds it, says hello, answers until the end.

    python -m moderator.classifiers.worker chat-minilm LIFELINE

Requests come on standard input and replies go to standard output, as `frames` describes. LIFELINE
is the number of a pipe's end on which nothing is ever written: the kernel ends this process when
the other end is closed, which is when its owner dies, whatever it is doing just then.
"""

import contextlib
import fcntl
import os
import resource
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from moderator.classifiers import frames
from moderator.classifiers.base import Classifier, Explains, Screens
from moderator.classifiers.failure import checked, reason_of
from moderator.classifiers.registry import build_model
from moderator.errors import ClassifierError, ModeratorError

PROBE = "hello"
"""What every classifier must be able to judge before it says hello."""


def serve(build: Callable[[], Classifier], lifeline: int) -> None:
    """Answers requests with the classifier that `build` makes, until there are no more."""
    _settle(lifeline)
    requests, replies = _pipes()
    try:
        classifier = build()
        _probe(classifier)
    except ModeratorError as error:
        _send(replies, {"refused": {"kind": type(error).__name__, "sentence": str(error)}})
        return
    except Exception as error:
        sentence = f"The model cannot be built ({reason_of(error)})."
        _send(replies, {"refused": {"kind": ClassifierError.__name__, "sentence": sentence}})
        return
    screen = None
    if isinstance(classifier, Screens):
        screen = [classifier.screen_version, dict(classifier.screen_limits)]
    hello = {"name": classifier.name, "version": classifier.version, "screen": screen}
    _send(replies, {"hello": hello})
    while (request := _received(requests)) is not None:
        _send(replies, _answer(classifier, request))


def _settle(lifeline: int) -> None:
    """Makes this a process that dies with its owner, leaves no traces, and is given up first."""
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)  # also within a library, or when stopped
    flags = fcntl.fcntl(lifeline, fcntl.F_GETFL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, flags | os.O_ASYNC)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner to decide on
    # A dump of memory would hold chat; of one byte, none is made, neither to a file nor a pipe.
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
    with contextlib.suppress(OSError):  # where memory runs out, the owner is to live
        Path("/proc/self/oom_score_adj").write_text("500", "ascii")


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Requests and replies; libraries that print find standard output leading nowhere."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    return requests, replies


def _probe(classifier: Classifier) -> None:
    try:
        checked(classifier.classify([PROBE]), 1)
    except ModeratorError:
        raise
    except Exception as error:
        raise ClassifierError(
            f"The classifier {classifier.name} cannot judge even a plain word "
            f"({reason_of(error)}). Check its installation, or leave it out."
        ) from error


def _received(requests: BinaryIO) -> Any:
    """The next request; None where there is none, or no whole one."""
    head = requests.read(frames.HEAD.size)
    if len(head) < frames.HEAD.size:
        return None
    (length,) = frames.HEAD.unpack(head)
    body = requests.read(length)
    return frames.unpacked(body) if len(body) == length else None


def _send(replies: BinaryIO, reply: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError):  # nobody waits for it any more
        replies.write(frames.packed(reply))
        replies.flush()


def _answer(classifier: Classifier, request: Any) -> dict[str, Any]:
    try:
        match request:
            case ["classify", texts]:
                return {"results": frames.plain(classifier.classify(texts))}
            case ["screened", texts, keep] if isinstance(classifier, Screens):
                return {"results": frames.plain(classifier.screened(texts, keep))}
            case ["explain", text, label, limit] if isinstance(classifier, Explains):
                return {"words": list(classifier.explain(text, label, limit))}
            case _:
                return {"failed": f"cannot {request[0]}"}
    except Exception as error:
        return {"failed": reason_of(error)}


if __name__ == "__main__":
    serve(partial(build_model, sys.argv[1]), int(sys.argv[2]))
