"""What the benches rest on: the line through costs, the shape of chat, memory of all processes."""

import sys
from itertools import islice
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "bench"))
sys.path.append(str(Path(__file__).parents[2] / "bench" / "speed"))

import inputs
import processes
import straight


def test_a_line_is_found_and_what_lies_off_it() -> None:
    line = straight.fitted([(1_000, 3.0), (10_000, 12.0), (1_000_000, 1002.0)])
    assert line == pytest.approx((2.0, 0.001))
    assert line.residual(1_000, 3.3) == pytest.approx(0.1)
    assert straight.fitted([(1_000, 2.0)]) == pytest.approx((0.0, 0.002))


def test_costs_that_grow_faster_than_work_lie_off_every_line() -> None:
    points = [(float(n), 1e-6 * n * n) for n in (1_000, 10_000, 100_000)]
    line = straight.fitted(points)
    assert max(abs(line.residual(*point)) for point in points) > 0.15


def test_chat_has_its_shape_and_is_the_same_again() -> None:
    made = list(inputs.texts(4_000))
    shape = inputs.shape(made)
    assert 0.28 <= shape["saidBefore"] <= 0.36
    assert made[:50] == list(islice(inputs.texts(4_000), 50))
    said = [text for text, _ in made]
    drawn = inputs.sample(said, 400)
    assert len(drawn) == 400
    assert sum(map(len, drawn)) / 400 == pytest.approx(sum(map(len, said)) / 4_000, rel=0.1)


def test_chat_without_its_shape_is_refused() -> None:
    with pytest.raises(SystemExit, match="lost their shape"):
        inputs.shape([("lol", False)] * 100)


def test_memory_is_of_all_processes() -> None:
    taking = "import time; held = bytearray(b'x') * (60 << 20); time.sleep(1)"
    code = (
        "import subprocess, sys; "
        f"children = [subprocess.Popen([sys.executable, '-c', {taking!r}]) for _ in range(2)]; "
        "[child.wait() for child in children]"
    )
    spent = processes.watched([sys.executable, "-c", code])
    assert spent.peak_mib > 115
    assert spent.seconds >= 1


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(SystemExit, match="ended with 3"):
        processes.watched([sys.executable, "-c", "raise SystemExit(3)"])
