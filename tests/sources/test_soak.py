"""A minute's share of the soak, and its measure."""

from pathlib import Path

import pytest
from sources.soak import Sample, Soak, Soaked, serving


@pytest.mark.slow
def test_some_sessions_under_faults(tmp_path: Path) -> None:
    with serving(1) as server:
        soaked = Soak(server, tmp_path, 1, ("none",)).run(sessions=4, seconds=8)
    assert soaked.problems == []
    assert soaked.sessions == 4
    assert soaked.scans >= 4
    assert len({sample.files for sample in soaked.samples}) == 1


@pytest.mark.parametrize(
    ("memory", "files", "grown"),
    [
        ([500.0] * 8, [13] * 8, []),
        ([500.0, 520.0] * 4, [13, 14] * 4, []),
        ([500.0 + 10 * n for n in range(8)], [13] * 8, ["memory grew from 505 to 565"]),
        ([500.0] * 8, list(range(13, 21)), ["files grew from 14 to 20"]),
    ],
)
def test_what_grows_is_said(memory: list[float], files: list[int], grown: list[str]) -> None:
    pairs = enumerate(zip(memory, files, strict=True))
    samples = [Sample(60.0 * number, some, many, 2) for number, (some, many) in pairs]
    assert Soaked(samples=samples).growth() == grown
