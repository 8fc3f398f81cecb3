"""Writers of one ledger killed at random moments, and eight at once: is anything lost?

    python bench/ledger_kills.py [--kills 1000] [--seed 1]

A writer adds verdicts, undoes some and purges some; what its ledger has acknowledged must be there
afterwards, whatever was killed. Half of the kills hit a lone writer, half one of eight.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from review.kills import Outcome, campaign, check, writers  # noqa: E402

PER_LEDGER = 50
EACH = 100


def killed(kills: int, at_once: int, seed: int) -> Outcome:
    """A campaign over several ledgers, since verifying takes as long as a ledger is."""
    total = Outcome()
    for part in range(0, kills, PER_LEDGER):
        with tempfile.TemporaryDirectory() as folder:
            some = min(PER_LEDGER, kills - part)
            found = campaign(Path(folder), kills=some, at_once=at_once, seed=seed + part)
        for name, value in vars(found).items():
            setattr(total, name, getattr(total, name) + value)
    return total


def unharmed(number: int) -> Outcome:
    """So many writers to their ends."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as folder:
        with writers(Path(folder), number, most=EACH) as running:
            for process in running:
                process.join()
        check(Path(folder), outcome)
    return outcome


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"{'':28}{'kills':>7}{'journals':>10}{'entries':>9}{'acknowledged':>14}"
          f"{'lost':>6}{'problems':>10}{'seconds':>9}")  # fmt: skip
    failed = False
    for name, run in (
        ("one writer, killed", lambda: killed(options.kills // 2, 1, options.seed)),
        ("eight writers, killed", lambda: killed(options.kills // 2, 8, options.seed + 1)),
        (f"eight writers, {EACH} each", lambda: unharmed(8)),
    ):
        began = time.monotonic()
        found = run()
        seconds = time.monotonic() - began
        print(f"{name:28}{found.kills:7,}{found.in_the_middle:10,}{found.entries:9,}"
              f"{found.acknowledged:14,}{found.lost:6}{found.problems:10}{seconds:9.0f}",
              flush=True)  # fmt: skip
        failed |= bool(found.lost or found.problems)
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
