"""A classifier to be run apart that does what texts tell it to: dies, hangs, lies.

    python tests/classifiers/troubled.py FOLDER LIFELINE

It speaks through the package's own worker, and scores a text by its length. In FOLDER it leaves a
file for each process (`started-PID`) and counts the times that it was told to do something `once`.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from moderator.classifiers.base import Result
from moderator.classifiers.worker import serve
from moderator.errors import ClassifierError
from moderator.records import Assessment, Unscored


class Troubled:
    """Obeys texts; a file `at-start` in its folder holds one that is obeyed while it is built."""

    name = "troubled"
    version = "1"
    screen_version = "s1"
    screen_limits: ClassVar[dict[str, float]] = {"insult": 0.8}

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / f"started-{os.getpid()}").touch()
        told = folder / "at-start"
        if told.exists():
            self._obey(told.read_text("utf-8"))
        version = folder / "version"
        if version.exists():
            self.version = version.read_text("utf-8")

    def classify(self, texts: Sequence[str]) -> list[Result]:
        for text in texts:
            self._obey(text)
        results: list[Result] = [
            Unscored(self.name, "language: de")
            if text.startswith("hallo")
            else Assessment(scores={"toxicity": self._score(text), "insult": 1 / 3})
            for text in texts
        ]
        return results[1:] if "too few" in texts else results

    def screened(self, texts: Sequence[str], keep: Sequence[bool]) -> list[Result]:
        return [
            result if kept else Assessment(cleared=True)
            for result, kept in zip(self.classify(texts), keep, strict=True)
        ]

    def explain(self, text: str, label: str, limit: int = 3) -> tuple[str, ...]:
        self._obey(text)
        return tuple(text.split()[:limit])

    def _score(self, text: str) -> float:
        named = {"nan": float("nan"), "too high": 1.5}
        return named.get(text, 1 / (1 + len(text)))

    def _obey(self, text: str) -> None:
        command, _, often = text.partition(" ")
        if often == "once" and not self._first_time(command):
            return
        match command:
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "crash":
                ctypes.string_at(0)
            case "leave":
                os._exit(3)
            case "hang":
                time.sleep(60)
            case "spin":  # within a library, with the interpreter's lock held
                ctypes.PyDLL(None).sleep(60)
            case "raise":
                raise RuntimeError(text)
            case "exhaust":
                raise MemoryError
            case "refuse":
                raise ClassifierError("The weights are not what they were.")
            case "print":
                print("printed", flush=True)
                os.write(1, b"written")

    def _first_time(self, command: str) -> bool:
        try:
            (self._folder / f"{command}-once").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


if __name__ == "__main__":
    place = Path(sys.argv[1])
    serve(lambda: Troubled(place), int(sys.argv[2]))
