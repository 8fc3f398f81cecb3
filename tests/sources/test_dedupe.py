"""The set of seen messages: exact, on disk, flat in memory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.sources.dedupe import Repeat, SeenOnDisk


def test_once_again_and_otherwise() -> None:
    with SeenOnDisk() as seen:
        assert seen.add("a", "hi") is None
        assert seen.add("a", "hi") is Repeat.same
        assert seen.add("a", "ho") is Repeat.other
        assert seen.add("a", "ho") is Repeat.same
        assert seen.add("a", "hi") is Repeat.same
        assert seen.add("b", "hi") is None
        assert seen.add("", "") is None
        assert seen.add("A", "hi") is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=2))))
def test_like_a_set_in_memory(pairs: list[tuple[str, str]]) -> None:
    ids: set[str] = set()
    both: set[tuple[str, str]] = set()
    with SeenOnDisk() as seen:
        for id, text in pairs:
            wanted = Repeat.same if (id, text) in both else Repeat.other if id in ids else None
            assert seen.add(id, text) is wanted
            ids.add(id)
            both.add((id, text))


PROBE = """
import os, sys
from pathlib import Path
from moderator.sources.dedupe import SeenOnDisk

def held():
    links = [entry for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
    return [str(link.readlink()) for link in links if sys.argv[1] in str(link.readlink())]

with SeenOnDisk() as seen:
    for n in range(450_000):
        seen.add(str(n), "")
    print(len(held()), os.listdir(sys.argv[1]))
print(len(held()))
"""


def test_the_file_has_no_name_and_goes(tmp_path: Path) -> None:
    env = os.environ | {"SQLITE_TMPDIR": str(tmp_path)}
    assert _run(PROBE, tmp_path, env=env).split("\n") == ["1 []", "0", ""]


def _run(program: str, argument: object, env: dict[str, str] | None = None) -> str:
    command = [sys.executable, "-c", program, str(argument)]
    return subprocess.run(command, capture_output=True, check=True, text=True, env=env).stdout


PROGRAM = """
import random, resource, sys
from moderator.sources.dedupe import SeenOnDisk
numbers = random.Random(1)
with SeenOnDisk() as seen:
    for n in range(int(sys.argv[1])):
        assert seen.add(f"{numbers.getrandbits(128):032x}", "some text") is None
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_is_flat() -> None:
    few, many = (int(_run(PROGRAM, n)) for n in (500_000, 1_500_000))
    assert many < few + 8 * 1024  # KiB
