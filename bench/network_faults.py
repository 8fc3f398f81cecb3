"""Thousands of random sequences of network faults, each in front of one fetch or scan.

    python bench/network_faults.py [--cases 2000] [--seed 1] [--threads 4] [--only N]

The server is a real one on loopback. Each case has to end in the right bytes or in one clear error
within its time; where all its faults pass, in the right bytes. Exits with 1 where one does not, or
where the token, the link's signature or the chat stands in a log or an error.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from sources.campaign import Tally, plan, prepared  # noqa: E402


def table(tally: Tally, seconds: float, seed: int) -> str:
    """What came of it, by kind of fault and in all."""
    lines = [f"{'fault':32}{'tried':>7}{'right bytes':>13}{'clear error':>13}"]
    for kind, tried in sorted(tally.tried.items()):
        survived = tally.survived[kind]
        lines.append(f"{kind:32}{tried:7,}{survived:13,}{tried - survived:13,}")
    exits = ", ".join(f"{count:,} with {code}" for code, count in sorted(tally.exits.items()))
    lines += [
        "",
        f"{tally.cases:,} sequences of {tally.faults:,} faults of {len(tally.tried)} kinds,"
        f" seed {seed}, {seconds:.0f} s, the slowest {tally.slowest:.1f} s",
        f"ended in the right bytes  {tally.equal:,}",
        f"in one clear error        {tally.errors:,} ({exits})",
        f"bytes lost                {tally.lost}",
        f"leaks                     {tally.leaks}",
        f"other problems            {len(tally.problems) - tally.lost - tally.leaks}",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=4, help="mostly they wait")
    parser.add_argument("--only", type=int, help="this case alone")
    options = parser.parse_args()
    numbers = range(options.cases) if options.only is None else [options.only]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, prepared(Path(folder)) as campaign:
        cases = (plan(options.seed, number) for number in numbers)
        tally = campaign.run(cases, options.threads)
    print(table(tally, time.monotonic() - began, options.seed))
    for problem in tally.problems:
        print(problem)
    raise SystemExit(bool(tally.problems))


if __name__ == "__main__":
    main()
