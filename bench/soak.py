"""Sessions one after the other under random network faults, in one process: is it flat?

    python bench/soak.py [--minutes 20] [--sessions 200] [--seed 1]

Three in four sessions are judged by the rules, one by the bundled model too. Exits with 1 where
memory, open files or threads grow, or where an output differs from that of a scan without faults.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from sources.soak import Soak, serving  # noqa: E402

from moderator.classifiers.registry import DEFAULT_MODEL  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, serving(options.seed) as server:
        soak = Soak(server, Path(folder), options.seed, (DEFAULT_MODEL,))
        soaked = soak.run(options.sessions, options.minutes * 60)
        left = [path.name for path in Path(folder).glob(".*")]
    seconds = time.monotonic() - began
    print(f"{'':16}{'first quarter':>15}{'last quarter':>15}{'per hour':>12}")
    for name, unit in (("memory", " MiB"), ("files", ""), ("threads", "")):
        first, last, slope = soaked.quarters(name)
        print(f"{name:16}{first:11,.0f}{unit:4}{last:11,.0f}{unit:4}{slope:+12.1f}")
    problems = [*soaked.problems, *soaked.growth(), *(f"left behind: {name}" for name in left)]
    print(
        f"\n{soaked.sessions} sessions, {soaked.scans:,} scans of {soaked.messages:,} messages,"
        f" {soaked.errors:,} clear errors, {seconds / 60:.1f} minutes, seed {options.seed};"
        f" problems: {len(problems)}"
    )
    for problem in problems:
        print(problem)
    raise SystemExit(bool(problems))


if __name__ == "__main__":
    main()
