"""Scans that are killed, and go on."""

import gzip
import io
import json
import os
import re
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from doubles import Table
from making import ruleset
from scan_kills import rows

from moderator.api import build
from moderator.checkpoints import Resumable
from moderator.classifiers.base import Result
from moderator.comparison import pair
from moderator.config import RuleSet
from moderator.continued import Reread
from moderator.errors import ClassifierError, Interrupted, OutputError, SourceError
from moderator.pipeline import Pipeline
from moderator.scan import Destinations, Shadow, scan
from moderator.sources.dump import read_dump
from moderator.summary import Tally

BODY = """
rules:
  - {id: insult.idiot, kind: terms, category: insult, severity: medium, terms: [idiot, clown],
     hits: [idiot], misses: [x]}
  - {id: spam.link, kind: terms, category: spam, severity: low, terms: [buy], hits: [buy],
     misses: [x]}
behaviour:
  - {id: spam.flood, kind: flood, category: spam, severity: medium, window: 60, count: 4,
     words: [yes], hits: [["0 Ann: x"]], misses: [["0 Ann: x"]]}
"""
RULES = ruleset(BODY)
OTHER_RULES = ruleset(BODY.replace("clown", "fool"))
ROWS = 1000


class Model(Table):
    """A model that counts what it is asked; at a certain message the process is killed."""

    def __init__(self, fatal: str = "", troubles: Mapping[str, Exception] | None = None) -> None:
        answers = {"das ist deutsch": "language: de", **(troubles or {})}
        super().__init__(answers, default={"insult": 0.01}, name="m")
        self.fatal = fatal
        self.asked = 0

    def classify(self, texts: Sequence[str]) -> list[Result]:
        if self.fatal in texts:
            os.kill(os.getpid(), signal.SIGKILL)
        self.asked += len(texts)
        return super().classify(texts)


class Ticking:
    """A clock that is looked at once a message, and so counts them: in hundredths of a second."""

    def __init__(self) -> None:
        self._looked = 0

    def __call__(self) -> float:
        self._looked += 1
        return self._looked / 100


class Run:
    """Scans of one dump into one folder, each of which may be killed."""

    def __init__(self, folder: Path, dump: bytes) -> None:
        self.folder = folder
        self.dump = dump
        self.told: list[str] = []
        self.model = Model()
        self.troubles: dict[str, Exception] = {}

    def __call__(
        self,
        *,
        fatal: str = "",
        stop: Callable[[], int] = lambda: 0,
        rules: RuleSet = RULES,
        options: dict[str, object] | None = None,
        candidate: RuleSet | None = None,
        batch: int = 16,
        every: float = 0.5,
        **more: Any,
    ) -> Tally:
        self.model, self.told = Model(fatal, self.troubles), []
        shadow = None
        if candidate is None:
            pipeline: Pipeline = build(rules, [self.model], batch_size=batch)
        else:
            pipeline, beside = pair(rules, candidate, [self.model])
            shadow = Shadow(candidate, beside)
        dump = Reread(io.BytesIO(self.dump))
        to = Destinations.beside(
            self.folder / "f.jsonl", scores=self.folder / "s.jsonl", shadow=candidate is not None
        )
        given = Resumable(dump, options or {}, self.told.append, stop, every, 1.0, Ticking())
        tally, _ = scan(
            read_dump(dump), pipeline, rules, more.pop("to", to), source="dump.csv",
            stdout=io.BytesIO(), shadow=shadow, resumable=given, **more,
        )  # fmt: skip
        return tally

    def killed(
        self, fatal: str = "", *, at: Callable[[str, str], bool] | None = None, **given: Any
    ) -> None:
        """A scan in a process of its own, killed at a message or at an operation on files."""
        if process := os.fork():
            assert os.WTERMSIG(os.waitpid(process, 0)[1]) == signal.SIGKILL
            return
        if at is not None:
            is_time = at

            def watch(event: str, about: tuple[Any, ...]) -> None:
                if event in ("open", "os.rename", "os.remove") and is_time(event, str(about[0])):
                    os.kill(os.getpid(), signal.SIGKILL)

            sys.addaudithook(watch)
        try:
            self(fatal=fatal, **given)
        finally:
            os._exit(1)

    def files(self) -> dict[str, bytes]:
        """All files that lie there; the summary without its seconds."""
        found = {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}
        if "f.summary.json" in found:
            summary = json.loads(found["f.summary.json"])
            summary["seconds"] = 0
            found["f.summary.json"] = json.dumps(summary).encode()
        return found


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Scans into an empty folder."""
    folder = tmp_path / "run"
    folder.mkdir()
    return Run(folder, rows())


def whole(folder: Path, **given: Any) -> dict[str, bytes]:
    """What a run that nothing interrupts writes."""
    folder.mkdir()
    undisturbed = Run(folder, given.pop("dump", rows()))
    undisturbed.troubles = given.pop("troubles", {})
    undisturbed(**given)
    return undisturbed.files()


@pytest.fixture
def expected(tmp_path: Path) -> dict[str, bytes]:
    """What has to be there in the end."""
    return whole(tmp_path / "whole")


@pytest.mark.parametrize("fatal", ["message 4", "message 100", "message 502", "message 996"])
def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(
    run: Run, expected: dict[str, bytes], fatal: str
) -> None:
    run.killed(fatal)
    assert not any(name in expected for name in run.files())
    run()
    assert run.files() == expected


def test_only_what_is_left_is_judged(run: Run) -> None:
    """Of 1,000 rows, the last 200 and the batch or two that were in hand."""
    run.killed("message 800")
    tally = run()
    assert tally.judged > 900
    assert 100 < run.model.asked <= 200 + 16
    assert re.fullmatch(
        r"Going on with an interrupted run to .*f\.jsonl: \d+ messages are judged already\.",
        *run.told,
    )


def test_kills_may_follow_each_other(run: Run, expected: dict[str, bytes]) -> None:
    for number in (64, 65, 300, 301, 502, 991):
        run.killed(f"message {number}")
    run()
    assert run.model.asked < 50
    assert run.files() == expected


def test_a_kill_between_any_two_operations_on_files_loses_nothing(tmp_path: Path) -> None:
    """Opened, renamed, removed: a process dies at each of these in turn."""
    dump = rows(30)
    expected = whole(tmp_path / "whole", dump=dump, batch=8)
    after = 0
    while True:
        folder = tmp_path / str(after)
        folder.mkdir()
        run, left = Run(folder, dump), iter(range(after))

        def is_last(_: str, __: str, left: Iterator[int] = left) -> bool:
            return next(left, None) is None

        try:
            run.killed(at=is_last, batch=8, every=0.08)
        except AssertionError:  # it came to its end before
            break
        run(batch=8)
        assert run.files() == expected, after
        after += 1
    assert after > 30


def test_the_shadow_goes_on_too(tmp_path: Path, run: Run) -> None:
    run.dump = rows(3000)
    expected = whole(tmp_path / "whole", dump=run.dump, candidate=OTHER_RULES)
    assert expected["f.shadow.jsonl"]
    run.killed("message 2905", candidate=OTHER_RULES)
    run(candidate=OTHER_RULES)
    assert "Going on" in run.told[0]
    assert run.model.asked < 1500
    assert run.files() == expected


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rules": OTHER_RULES}, "other rules"),
        ({"options": {"context": 3}}, "other options"),
        ({"all_findings": True}, "other outputs"),
        ({"candidate": OTHER_RULES}, "other candidate rules"),
    ],
)
def test_nothing_of_two_kinds_is_mixed(
    tmp_path: Path, run: Run, change: dict[str, Any], reason: str
) -> None:
    run.killed("message 800")
    run(**change)
    assert run.told == [
        f"An interrupted run to {run.folder / 'f.jsonl'} cannot be gone on with ({reason}); "
        "this one begins from the start."
    ]
    assert run.files() == whole(tmp_path / "whole", **change)


def test_another_dump_is_another_run(tmp_path: Path, run: Run) -> None:
    run.killed("message 800")
    run.dump = rows(first="you clown")
    run()
    assert "another dump" in run.told[0]
    assert run.files() == whole(tmp_path / "whole", dump=run.dump)


def test_a_dump_that_has_grown_is_gone_on_with(tmp_path: Path, run: Run) -> None:
    run.dump = rows(700)
    run.killed("message 400")
    run.dump = rows()
    run()
    assert "Going on" in run.told[0]
    assert run.files() == whole(tmp_path / "whole")


def test_a_dump_that_changes_while_it_is_looked_at_is_refused() -> None:
    class Changing(io.BytesIO):
        def seek(self, at: int, whence: int = 0) -> int:
            if self.tell() == 20:
                self.getbuffer()[3] = 0
            return super().seek(at, whence)

    first = Reread(io.BytesIO(bytes(range(30))))
    first.read(20)
    again = Reread(Changing(bytes(range(30))))
    assert again.begins_with(first.mark())
    assert again.read(10)
    with pytest.raises(SourceError, match="changed while it was read"):
        again.read(15)


def spoilt(path: Path, spoil: Callable[[bytes], bytes]) -> None:
    path.write_bytes(spoil(path.read_bytes()))


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        (".f.jsonl.moderator.journal", lambda data: data[:-100]),
        (".f.jsonl.moderator.journal", lambda data: data.replace(b'"judged":', b'"judged":1')),
        (".f.jsonl.moderator.journal", lambda data: b""),
        (".f.jsonl.moderator.part", lambda data: data.replace(b"idiot", b"saint")),
        (".f.jsonl.moderator.part", lambda data: data[:100]),
        (".s.jsonl.moderator.part", lambda data: b""),
    ],
    ids=["torn journal", "edited journal", "empty journal", "edited", "cut", "emptied"],
)
def test_what_does_not_fit_is_not_trusted(
    run: Run, expected: dict[str, bytes], name: str, spoil: Callable[[bytes], bytes]
) -> None:
    run.killed("message 800")
    spoilt(run.folder / name, spoil)
    run()
    assert "cannot be gone on with" in run.told[0]
    assert run.files() == expected


def test_a_kill_before_the_first_journal_leaves_parts_that_the_next_run_overwrites(
    run: Run, expected: dict[str, bytes]
) -> None:
    run.killed("message 502", every=60)
    assert not any("journal" in name for name in run.files())
    run()
    assert run.told == []
    assert run.files() == expected


def test_a_short_run_writes_no_journal(run: Run) -> None:
    opened: list[str] = []

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and "journal.new" in str(arguments[0]) and watching:
            opened.append(str(arguments[0]))

    watching = True
    sys.addaudithook(note)
    run(every=60)
    assert opened == []
    run()
    watching = False
    assert len(opened) > 10


def test_what_a_kill_left_of_outputs_that_are_others_now_goes(run: Run) -> None:
    run.killed("message 800")
    run(to=Destinations.beside(run.folder / "f.jsonl"))
    assert sorted(run.files()) == [
        "f.jsonl", "f.rejects.jsonl", "f.summary.json", "f.unscored.jsonl",
    ]  # fmt: skip


def test_a_run_that_cannot_go_on_removes_what_one_left_that_could(run: Run) -> None:
    run.killed("message 800")
    to = Destinations.beside(run.folder / "f.jsonl")
    pipeline = build(RULES, [Model()])
    scan(read_dump(io.BytesIO(run.dump)), pipeline, RULES, to, source="-", stdout=io.BytesIO())
    assert not any(name.startswith(".") for name in run.files())


def test_a_journal_is_for_its_owner_and_holds_no_link(run: Run) -> None:
    previous = os.umask(0)
    try:
        run.killed("message 800", options={"target": "https://h/d?X-Signature=abc"})
    finally:
        os.umask(previous)
    left = list(run.folder.iterdir())
    assert len(left) == 6
    assert {stat.S_IMODE(path.stat().st_mode) for path in left} == {0o600}
    journal = (run.folder / ".f.jsonl.moderator.journal").read_bytes()
    assert b"X-Signature" not in journal


def test_no_clobber_does_not_refuse_what_the_killed_run_named(
    run: Run, expected: dict[str, bytes]
) -> None:
    names: list[str] = []

    def is_third_naming(event: str, path: str) -> bool:
        names.extend([path] * (event == "os.rename" and "moderator.part" in path))
        return len(names) == 3

    run.killed(at=is_third_naming, no_clobber=True)
    assert [name for name in run.files() if not name.startswith(".")]
    run(no_clobber=True)
    assert run.model.asked == 0
    assert run.files() == expected
    with pytest.raises(OutputError, match="exists already"):
        run(no_clobber=True)


# Stops and failures that leave time for a word


class AfterSome:
    """Asks to stop once it was asked itself so many times."""

    def __init__(self, times: int, exit_code: int = 130) -> None:
        self._left = times
        self._exit_code = exit_code

    def __call__(self) -> int:
        self._left -= 1
        return self._exit_code if self._left < 0 else 0


@pytest.mark.parametrize(("code", "word"), [(130, "Interrupted"), (143, "Terminated")])
def test_a_stop_finishes_the_batch_in_hand_and_says_how_to_go_on(
    run: Run, expected: dict[str, bytes], code: int, word: str
) -> None:
    with pytest.raises(Interrupted) as caught:
        run(stop=AfterSome(500, code), every=60, batch=100)
    asked = run.model.asked
    assert caught.value.exit_code == code
    said = re.fullmatch(
        rf"{word}; nothing is half-written, and the same command goes on after (\d+) messages",
        str(caught.value),
    )
    assert said is not None
    assert int(said[1]) == 400 - 2  # whose neighbours are not there yet
    tally = run()
    assert run.files() == expected
    assert asked + run.model.asked < tally.judged


def test_a_stop_before_anything_is_judged_leaves_nothing(run: Run) -> None:
    with pytest.raises(SystemExit) as caught:
        run(stop=AfterSome(5))
    assert caught.value.code == 130
    assert run.files() == {}


def test_a_stop_while_the_first_part_is_read_again_keeps_the_journal(
    run: Run, expected: dict[str, bytes]
) -> None:
    run.killed("message 800")
    with pytest.raises(Interrupted, match="goes on after"):
        run(stop=AfterSome(100))
    run()
    assert run.model.asked < 250
    assert run.files() == expected


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), SystemExit(143)], ids=["once more", "term"])
def test_a_stop_at_once_keeps_the_last_journal(
    run: Run, expected: dict[str, bytes], stop: BaseException
) -> None:
    left = iter(range(700))

    def at_once() -> int:
        if next(left, None) is None:
            raise stop
        return 0

    with pytest.raises(Interrupted) as caught:
        run(stop=at_once)
    assert caught.value.exit_code == (143 if isinstance(stop, SystemExit) else 130)
    run()
    assert run.model.asked < 400
    assert run.files() == expected


def test_a_stop_at_once_without_a_journal_is_what_it_was(run: Run) -> None:
    def at_once() -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(stop=at_once)
    assert run.files() == {}


def test_a_broken_model_leaves_nothing(run: Run) -> None:
    run.killed("message 100")
    broken = Table(default=RuntimeError(), name="m")
    dump = Reread(io.BytesIO(run.dump))
    to = Destinations.beside(run.folder / "f.jsonl", scores=run.folder / "s.jsonl")
    with pytest.raises(ClassifierError):
        scan(
            read_dump(dump), build(RULES, [broken]), RULES, to, source="x",
            stdout=io.BytesIO(), resumable=Resumable(dump),
        )  # fmt: skip
    assert run.files() == {}


def test_a_broken_dump_leaves_nothing(run: Run) -> None:
    run.dump = gzip.compress(rows(4000))[:-500]
    run.killed("message 100")
    assert len(run.files()) == 6
    with pytest.raises(SourceError):
        run()
    assert run.files() == {}


def test_a_classifier_that_worked_before_the_kill_may_fail_until_the_end(
    tmp_path: Path, run: Run
) -> None:
    """As in a run that nobody interrupts: it did not fail on everything."""
    texts = ["you idiot", "buy this", "das ist deutsch"]
    texts += [f"message {number}" for number in range(700, ROWS)]
    troubles: dict[str, Exception] = dict.fromkeys(texts, RuntimeError())
    run.troubles = troubles
    run.killed("message 800")
    run()
    assert run.files() == whole(tmp_path / "whole", troubles=troubles)


def test_a_full_disk_is_one_sentence_and_the_journal_stays(
    run: Run, expected: dict[str, bytes]
) -> None:
    """The disk is this process's own: no file can be longer than so many bytes."""
    told = run.folder.parent / "told"
    if process := os.fork():
        os.waitpid(process, 0)
    else:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
            run()
        except OutputError as error:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            told.write_text(str(error))
        finally:
            os._exit(0)
    assert re.fullmatch(
        r".* cannot be written: File too large\. Check the folder, its permissions and the free "
        r"space\. The same command then goes on after \d+ messages\.",
        told.read_text(),
    )
    assert all(name.startswith(".") for name in run.files())
    run()
    assert "Going on" in run.told[0]
    assert run.files() == expected


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk")
def test_a_disk_that_is_really_full(tmp_path: Path, run: Run, expected: dict[str, bytes]) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        run.folder = disk
        with pytest.raises(OutputError, match="No space left on device"):
            run()
        assert all(name.startswith(".") for name in run.files())
        subprocess.run([*mount[:3], "-o", "remount,size=4m", "none", str(disk)], check=True)
        run()
        assert "Going on" in run.told[0]
        assert run.files() == expected
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_journal_that_cannot_be_written_is_no_reason_to_stop(
    run: Run, expected: dict[str, bytes]
) -> None:
    (run.folder / ".f.jsonl.moderator.journal.new").mkdir()
    run()
    assert run.files() == expected
