"""Who takes part, on which messages, and how each is started and measured."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processes import Memory, watched

WORKER = Path(__file__).with_name("worker.py")
ONE_BY_ONE, IN_ORDER = "Detoxify, one message a call", "Detoxify, batches of 32, dump order"
BY_LENGTH, RUNTIME = "Detoxify, batches of 32, by length", "Detoxify on ONNX Runtime, by length"
MODEL, EXHAUSTIVE = "our model, classify alone", "moderator scan --exhaustive"
PIPELINE, RULES_SCAN = "moderator scan", "moderator scan --model none"
RULES, BETTER = "our rules, classify alone", "better-profanity"
ALT_ONE, ALT = "alt-profanity-check, one a call", "alt-profanity-check, in batches"


@dataclass(frozen=True, slots=True)
class Turn:
    """One contestant once. `start_up` is from its start until one message has been judged.

    `seconds` and `cpu` are of the messages alone where a library is called, of the whole process
    from start to exit, start-up included, where it is a scan.
    """

    messages: int
    seconds: float
    cpu: float
    peak_mib: float
    start_up: float
    flagged: int
    versions: Mapping[str, str]

    @property
    def per_second(self) -> float:
        return self.messages / self.seconds


@dataclass(frozen=True, slots=True)
class Library:
    """One called in a process of its own, see worker.py; a slow one takes `sample` messages."""

    name: str
    python: Path
    called: str
    files: Sequence[Path] = ()
    sample: int | None = None
    random_weights: bool = False

    def turn(self, files: "Files") -> Turn:
        texts = files.sample(self.sample)
        command = [self.python, WORKER, self.called, texts, *self.files]
        began = time.perf_counter()
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE)
        memory = Memory(process.pid)
        assert process.stdout is not None
        with process.stdout as said:
            ready = said.readline()
            start_up = time.perf_counter() - began
            answer = said.read()
        peak = memory.stop()
        if process.wait() != 0 or ready != b"ready\n":
            raise SystemExit(f"{self.name} ended with {process.returncode}.")
        found: dict[str, Any] = json.loads(answer)
        return Turn(
            messages=len(json.loads(texts.read_bytes())), peak_mib=peak, start_up=start_up, **found
        )


@dataclass(frozen=True, slots=True)
class Scan:
    """The command line from a dump to its files; its outputs are kept for comparison."""

    name: str
    moderator: Path
    options: Sequence[str] = ()

    def output(self, files: "Files") -> Path:
        return files.folder / f"{self.name.replace(' ', '_')}.jsonl"

    def turn(self, files: "Files") -> Turn:
        output = self.output(files)
        command: list[str | Path] = [self.moderator, "scan", *self.options, "--quiet", "-o", output]
        start_up = watched([*command, files.first]).seconds
        spent = watched([*command, files.dump])
        summary = json.loads(output.with_suffix(".summary.json").read_bytes())
        if summary["judged"] != files.messages or summary["rejected"]:
            raise SystemExit(f"{self.name} judged {summary['judged']} of {files.messages}.")
        return Turn(
            messages=files.messages,
            seconds=spent.seconds,
            cpu=spent.cpu,
            peak_mib=spent.peak_mib,
            start_up=start_up,
            flagged=summary["flagged"],
            versions={"moderator": summary["program"]["version"]},
        )


@dataclass(frozen=True, slots=True)
class Files:
    """What contestants read: `dump` of all messages, `first` of one, samples as JSON."""

    folder: Path
    dump: Path
    first: Path
    messages: int
    samples: Mapping[int | None, Path]

    def sample(self, number: int | None) -> Path:
        return self.samples[number if number is not None and number < self.messages else None]


Contestant = Library | Scan


SAMPLES: Mapping[str, int] = {
    ONE_BY_ONE: 400,
    IN_ORDER: 1_024,
    BY_LENGTH: 2_048,
    RUNTIME: 2_048,
    MODEL: 20_000,
    BETTER: 2_000,
    ALT_ONE: 20_000,
}
"""How many messages those take that are too slow for all."""


def everyone(
    plain: Path, peers: Mapping[str, Path], checkpoint: Path, exported: Path, tokenizer: Path
) -> list[Contestant]:
    """All, in the order of the table.

    `plain` is the folder of the programs of our plain install, `peers` the interpreters of other
    packages; Detoxify's is the one that runs this.
    """
    python, moderator = plain / "python", plain / "moderator"

    def library(
        name: str, interpreter: Path, called: str, *files: Path, random_weights: bool = False
    ) -> Library:
        return Library(name, interpreter, called, files, SAMPLES.get(name), random_weights)

    def detoxify(name: str, called: str) -> Library:
        return library(name, Path(sys.executable), called, checkpoint, random_weights=True)

    runtime = ("onnxruntime by length", exported, tokenizer)
    return [
        detoxify(ONE_BY_ONE, "detoxify one by one"),
        detoxify(IN_ORDER, "detoxify in dump order"),
        detoxify(BY_LENGTH, "detoxify by length"),
        library(RUNTIME, python, *runtime, random_weights=True),
        library(MODEL, python, "our model"),
        Scan(EXHAUSTIVE, moderator, ("--exhaustive",)),
        Scan(PIPELINE, moderator),
        Scan(RULES_SCAN, moderator, ("--model", "none")),
        library(RULES, python, "our rules"),
        library(BETTER, peers["better-profanity"], "better-profanity"),
        library(ALT_ONE, peers["alt-profanity-check"], "alt-profanity-check one by one"),
        library(ALT, peers["alt-profanity-check"], "alt-profanity-check in batches"),
    ]
