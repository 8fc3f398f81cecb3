"""A classifier in a process of its own: it answers as it would here, and its end is not ours."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import ruleset

from moderator.api import build
from moderator.classifiers import frames
from moderator.classifiers.apart import STARTS, Apart, Limits
from moderator.classifiers.base import Explains, Result, Screens
from moderator.classifiers.failure import Failure
from moderator.classifiers.registry import build_model
from moderator.errors import ClassifierError, ConfigError
from moderator.isolation import Isolated
from moderator.records import Assessment, Unscored
from moderator.scoring import messages_of

SCRIPT = Path(__file__).with_name("troubled.py")
HASTY = Limits(request=1.0, text=0.0, character=0.0)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30)

Start = Callable[..., Apart]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the troubled classifier apart; what still runs at the end is ended."""
    started: list[Apart] = []

    def begin(limits: Limits | None = None) -> Apart:
        command = [sys.executable, str(SCRIPT), str(tmp_path)]
        started.append(Apart("troubled", command=command, limits=limits))
        return started[-1]

    yield begin
    for one in started:
        one.close()


def processes(folder: Path) -> list[int]:
    """Those that were started for the troubled classifier of a folder, in order of their ids."""
    return sorted(int(file.name.partition("-")[2]) for file in folder.glob("started-*"))


def scored(text: str) -> Result:
    """What the troubled classifier says of a text that makes no trouble."""
    return Assessment(scores={"toxicity": 1 / (1 + len(text)), "insult": 1 / 3})


def rounded(text: str) -> Result:
    """The same once it has been isolated."""
    return Assessment(scores={"toxicity": round(1 / (1 + len(text)), 4), "insult": 0.3333})


def gone(pid: int, within: float = 10.0) -> bool:
    """Whether a process ends in time; one that nobody has waited for yet has ended, too."""
    deadline = time.monotonic() + within
    while True:
        try:
            state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z" or time.monotonic() > deadline:
            return state == "Z"
        time.sleep(0.02)


def open_files() -> int:
    """How many this process has."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


# It answers as it would here


def test_it_is_what_it_would_be_here(start: Start) -> None:
    apart = start()
    assert (apart.name, apart.version, apart.screen_version) == ("troubled", "1", "s1")
    assert isinstance(apart, Screens)
    assert apart.classify([]) == []
    assert apart.classify(["b", "hallo", "aa"]) == [
        scored("b"),
        Unscored("troubled", "language: de"),
        scored("aa"),
    ]
    assert apart.screened(["b", "aa"], [False, True]) == [Assessment(cleared=True), scored("aa")]
    assert apart.explain("some long words here", "toxicity", limit=2) == ("some", "long")


@given(st.lists(ANY_TEXT, max_size=8))
def test_every_text_arrives_as_it_is(texts: list[str]) -> None:
    assert frames.unpacked(frames.packed(texts)[frames.HEAD.size :]) == texts


@given(
    st.lists(
        st.none()
        | st.text(max_size=9)
        | st.dictionaries(st.text(max_size=9), st.floats(allow_nan=False))
    )
)
def test_every_result_comes_back_as_it_was(plain: list[str | dict[str, float] | None]) -> None:
    results: list[Result] = [
        Unscored("x", one) if isinstance(one, str)
        else Assessment(cleared=True) if one is None
        else Assessment(scores=one)
        for one in plain
    ]  # fmt: skip
    frame = frames.packed(frames.plain(results))
    assert frames.results_of(frames.unpacked(frame[frames.HEAD.size :]), "x") == results


@pytest.fixture(scope="module")
def model() -> Iterator[Apart]:
    """The bundled model apart."""
    apart = Apart("chat-minilm")
    yield apart
    apart.close()


def test_the_bundled_model_is_the_same_apart(model: Apart) -> None:
    here = build_model("chat-minilm")
    assert (model.name, model.version) == (here.name, here.version)
    assert isinstance(model, Screens) == isinstance(here, Screens)
    assert isinstance(here, Explains)
    text = "you are a stupid idiot, honestly"
    assert model.explain(text, "insult") == here.explain(text, "insult")

    @settings(max_examples=15)
    @given(st.lists(ANY_TEXT | st.sampled_from(["you idiot", "kys", "hello all"]), max_size=6))
    def judges_alike(texts: list[str]) -> None:
        assert model.classify(texts) == here.classify(texts)

    judges_alike()


def test_long_texts_fit_through_the_pipes(start: Start) -> None:
    text = "word " * 400_000
    apart = start()
    assert apart.classify([text, "b"]) == [scored(text), scored("b")]
    assert apart.explain(text, "toxicity", limit=300_000) == tuple(["word"] * 300_000)


def test_several_threads_may_ask(start: Start) -> None:
    apart = start()

    def ask(number: int) -> bool:
        text = "x" * number
        return apart.classify([text, "b"]) == [scored(text), scored("b")] and apart.explain(
            f"{text} b", "toxicity"
        ) == tuple(f"{text} b".split())

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(ask, range(60)))


def test_what_libraries_print_does_not_disturb(start: Start) -> None:
    assert start().classify(["print", "b"]) == [scored("print"), scored("b")]


def test_what_has_no_first_model_says_so() -> None:
    greeting = frames.packed({"hello": {"name": "plain", "version": "1", "screen": None}})
    apart = speaking(greeting)
    assert isinstance(apart, Explains)
    assert not isinstance(apart, Screens)
    apart.close()


# It fails, and the rest go on


@pytest.mark.parametrize(
    ("culprit", "reason"),
    [
        ("die", "worker died (signal 9)"),
        ("crash", "worker died (signal 11)"),
        ("leave", "worker died (status 3)"),
        ("raise the dead", "failed with RuntimeError"),
        ("refuse", "failed with ClassifierError"),
        ("exhaust", "out of memory"),
        ("nan", "gave no number for toxicity"),
        ("too high", "gave no probability for toxicity"),
        ("too few", "gave 0 results instead of 1"),
    ],
)
def test_only_the_culprit_stays_unscored(start: Start, culprit: str, reason: str) -> None:
    isolated = Isolated(start())
    assert isolated.classify(["a", "b", culprit, "c"]) == [
        rounded("a"),
        rounded("b"),
        Unscored("troubled", reason),
        rounded("c"),
    ]
    assert isolated.screened(["a", "b"], [False, True]) == [Assessment(cleared=True), rounded("b")]
    assert isolated.failed == 1


@pytest.mark.parametrize("culprit", ["hang", "spin"])
def test_what_takes_too_long_is_ended(start: Start, culprit: str, tmp_path: Path) -> None:
    isolated = Isolated(start(HASTY))
    assert isolated.classify(["a", culprit, "b"]) == [
        rounded("a"),
        Unscored("troubled", "time limit of 1 s"),
        rounded("b"),
    ]
    assert len(processes(tmp_path)) == 3
    assert sum(gone(pid, 0.0) for pid in processes(tmp_path)) == 2


def test_a_text_is_no_culprit_because_its_process_was_killed(start: Start, tmp_path: Path) -> None:
    apart = start()
    assert apart.classify(["die once"]) == [scored("die once")]
    assert apart.explain("leave once", "toxicity") == ("leave", "once")
    isolated = Isolated(apart)
    assert isolated.classify(["a", "crash once"]) == [rounded("a"), rounded("crash once")]
    assert isolated.failed == 0
    assert len(processes(tmp_path)) == 4


def test_a_process_killed_while_nothing_is_asked_is_replaced(start: Start, tmp_path: Path) -> None:
    apart = start()
    assert apart.name
    os.kill(processes(tmp_path)[0], signal.SIGKILL)
    assert gone(processes(tmp_path)[0])
    assert apart.classify(["a"]) == [scored("a")]


def test_ctrl_c_leaves_no_reply_for_the_next_request(start: Start) -> None:
    apart = start()
    assert apart.name
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        apart.classify(["hang", "b"])
    timer.join()
    assert apart.classify(["a"]) == [scored("a")]


def test_ctrl_c_is_not_for_the_process(start: Start, tmp_path: Path) -> None:
    apart = start()
    assert apart.name
    (pid,) = processes(tmp_path)
    assert os.getsid(pid) == pid
    os.kill(pid, signal.SIGINT)
    assert apart.classify(["a"]) == [scored("a")]
    assert processes(tmp_path) == [pid]


def test_replacing_leaves_no_files_open(start: Start, tmp_path: Path) -> None:
    apart = start()
    assert apart.name
    before = open_files()
    for _ in range(5):
        with pytest.raises(Failure, match=r"^worker died \(signal 9\)$"):
            apart.classify(["die", "b"])
    assert open_files() == before
    assert sum(gone(pid) for pid in processes(tmp_path)) == 5


# It is of no use, and the run stops


def speaking(*said: bytes) -> Apart:
    """A process that says these things one after the other and then nothing any more."""
    code = (
        "import os, sys, time\n"
        "for said in sys.argv[1:-1]:\n"
        "    os.write(1, bytes.fromhex(said)); time.sleep(0.1)\n"
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, *(one.hex() for one in said)]
    return Apart("odd", command=command, limits=Limits(start=10, request=1, text=0, character=0))


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ("raise", r"cannot be built \(failed with RuntimeError\)"),
        ("exhaust", r"cannot be built \(out of memory\)"),
        ("refuse", "The weights are not what they were."),
        ("die", rf"worker died \(signal 9\) while it loaded, {STARTS} times"),
        ("hang", "time limit of 1 s while it loaded"),
    ],
)
def test_what_cannot_be_built_stops_the_run(
    start: Start, tmp_path: Path, told: str, complaint: str
) -> None:
    (tmp_path / "at-start").write_text(told, "utf-8")
    began = time.monotonic()
    apart = start(Limits(start=1.0) if told == "hang" else None)
    for _ in range(2):
        with pytest.raises(ClassifierError, match=complaint):
            Isolated(apart).classify(["a", "b"])
    assert time.monotonic() - began < 15
    assert len(processes(tmp_path)) == (STARTS if told == "die" else 1)


def test_a_death_while_loading_may_be_chance(start: Start, tmp_path: Path) -> None:
    (tmp_path / "at-start").write_text("die once", "utf-8")
    assert start().classify(["a"]) == [scored("a")]


def test_what_breaks_on_the_way_stops_the_run_at_once(start: Start, tmp_path: Path) -> None:
    isolated = Isolated(start())
    assert isolated.classify(["a"]) == [rounded("a")]
    (tmp_path / "at-start").write_text("die", "utf-8")
    with pytest.raises(ClassifierError, match="while it loaded"):
        isolated.classify(["a", "die", *map(str, range(500))])
    assert len(processes(tmp_path)) == 1 + STARTS


def test_two_versions_are_never_mixed(start: Start, tmp_path: Path) -> None:
    apart = start()
    assert apart.version == "1"
    (tmp_path / "version").write_text("2", "utf-8")
    with pytest.raises(ClassifierError, match="another version than when the run began"):
        Isolated(apart).classify(["die", "b"])


@pytest.mark.parametrize(
    "said",
    [
        b"\xff" * 9,
        frames.HEAD.pack(3) + b"{}}",
        frames.HEAD.pack(1) + b"\xff",
        frames.packed([]),
        frames.packed({}),
        frames.packed({"hello": {"name": "odd"}}),
        frames.packed({"hello": {"name": 1, "version": "1", "screen": None}}),
        frames.HEAD.pack(5_000) + b"[" * 5_000,
    ],
    ids=lambda said: said[:12].hex(),
)
def test_a_process_that_greets_with_nonsense_is_given_up(said: bytes) -> None:
    apart = speaking(said)
    with pytest.raises(ClassifierError, match="gave no sense"):
        apart.classify(["a"])
    apart.close()


@pytest.mark.parametrize(
    "said",
    [b"\xff" * 9, *map(frames.packed, ([], {}, {"results": 1}, {"results": [1]}, {"words": []}))],
    ids=lambda said: said[:12].hex(),
)
def test_nonsense_is_no_result(said: bytes) -> None:
    greeting = frames.packed({"hello": {"name": "odd", "version": "1", "screen": None}})
    apart = speaking(greeting, said)
    with pytest.raises(Failure, match=r"^worker gave no sense$"):
        apart.classify(["a"])
    apart.close()


def test_an_unknown_specification_is_refused_as_it_is_here() -> None:
    apart = Apart("gpt-9")
    with pytest.raises(ConfigError, match="'gpt-9' is not known; known are chat-minilm"):
        apart.classify(["a"])
    apart.close()


def test_a_process_that_cannot_be_started_is_an_error_of_ours() -> None:
    with pytest.raises(ClassifierError, match="No process can be started for the model x: No such"):
        Apart("x", command=["/nonexistent"])


# It leaves nothing behind, and gives nothing away


def test_it_does_not_wait_until_it_is_needed(start: Start, tmp_path: Path) -> None:
    (tmp_path / "at-start").write_text("hang", "utf-8")
    began = time.monotonic()
    start().close()
    assert time.monotonic() - began < 10


def test_once_closed_it_is_gone(start: Start, tmp_path: Path) -> None:
    apart = start()
    assert apart.name
    apart.close()
    assert gone(processes(tmp_path)[0], 0.0)
    with pytest.raises(ClassifierError, match="has been closed"):
        apart.classify(["a"])


def test_who_waits_for_it_is_told_when_it_is_closed(start: Start) -> None:
    apart = start()
    timer = threading.Timer(0.5, apart.close)
    assert apart.name
    timer.start()
    began = time.monotonic()
    with pytest.raises(ClassifierError, match="has been closed"):
        Isolated(apart).classify(["hang", "b"])
    timer.join()
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_program_that_is_to_end_does_not_wait_for_it(
    start: Start, stop: type[BaseException]
) -> None:
    apart = start()
    pipeline = build(ruleset("rules: []"), [apart], batch_size=2)

    def stopping(_: int, __: object) -> None:
        raise stop

    before = signal.signal(signal.SIGUSR1, stopping)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGUSR1))
    assert apart.name
    timer.start()
    began = time.monotonic()
    with pytest.raises(stop):
        list(pipeline.moderate(messages_of(["a", "b", "hang", "c"])))
    timer.join()
    signal.signal(signal.SIGUSR1, before)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("doing", ["nothing", "hang", "spin", "stopped"])
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_it_dies_with_its_owner(tmp_path: Path, doing: str, end: signal.Signals) -> None:
    code = textwrap.dedent(f"""
        import sys, time
        from moderator.classifiers.apart import Apart
        apart = Apart("troubled", command=[sys.executable, {str(SCRIPT)!r}, {str(tmp_path)!r}])
        apart.name
        print("ready", flush=True)
        apart.classify([{doing!r}])
        time.sleep(60)
    """)
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    with owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"ready\n"
        time.sleep(0.2)
        (pid,) = processes(tmp_path)
        if doing == "stopped":
            os.kill(pid, signal.SIGSTOP)
        owner.send_signal(end)
    assert gone(pid)


def test_it_ends_with_a_program_that_just_ends(tmp_path: Path) -> None:
    code = textwrap.dedent(f"""
        import sys
        from moderator.classifiers.apart import Apart
        apart = Apart("troubled", command=[sys.executable, {str(SCRIPT)!r}, {str(tmp_path)!r}])
        apart.classify(["a"])
    """)
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert gone(processes(tmp_path)[0])


def test_it_knows_no_credentials_and_is_not_called_what_it_reads(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DYTE_API_KEY", "CLOUDFLARE_API_TOKEN", "PASSWORD", "some_secret"):
        monkeypatch.setenv(name, "canary")
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "false")
    apart = start()
    apart.classify(["canary"])
    (pid,) = processes(tmp_path)
    about = b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("environ", "cmdline"))
    assert b"canary" not in about
    assert b"TOKENIZERS_PARALLELISM=false" in about
    assert b"1" in Path(f"/proc/{pid}/limits").read_bytes().partition(b"Max core file size")[2][:30]


def test_modules_that_lie_about_are_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(7)", "utf-8")
    (tmp_path / "onnxruntime.py").write_text("raise SystemExit(7)", "utf-8")
    monkeypatch.chdir(tmp_path)
    apart = Apart("chat-minilm")
    assert apart.name == "chat-minilm"
    apart.close()
