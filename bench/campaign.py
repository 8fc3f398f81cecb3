"""Everything that tries to break moderator, one after the other, and one table of what came of it.

    python bench/campaign.py [--seed N] [--only kills --only network] [--quick]

Kills at random moments, faults of the network, fuzzed inputs, hostile texts through every output,
canaries through every command, and a soak; each is a bench or a suite of its own, whose output
stands above the table. With `--quick` each takes minutes. The exit status is 1 where one failed.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]


def parts(seed: str, quick: bool) -> dict[str, list[str]]:
    """The command of each part."""

    def bench(name: str, option: str, number: int, small: int) -> list[str]:
        amount = str(small if quick else number)
        return [sys.executable, str(HERE / name), option, amount, "--seed", seed]

    soak = ["--minutes", "1"] if quick else ["--minutes", "20"]
    return {
        "kills": bench("scan_kills.py", "--kills", 320, 20),
        "kills of models": bench("isolation_kills.py", "--kills", 100, 6),
        "network": bench("network_faults.py", "--cases", 3_000, 200),
        "fuzzing": bench("fuzz.py", "--inputs", 1_000_000, 20_000),
        "hostile texts": [*PYTEST, "tests/hostile", "tests/cli/test_hostile.py"],
        "canaries": [*PYTEST, "tests/test_canaries.py"],
        "soak": [*bench("soak.py", "--sessions", 200, 10), *soak],
    }


def main() -> int:
    """Runs the parts; 1 where one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    commands = parts(arguments.seed, arguments.quick)
    rows = []
    for name in arguments.only or commands:
        print(f"\n== {name}: {' '.join(commands[name][1:])}", flush=True)
        began = time.monotonic()
        status = subprocess.run(commands[name], cwd=HERE.parent, check=False).returncode
        rows.append(
            (name, "held" if status == 0 else f"FAILED ({status})", time.monotonic() - began)
        )
    print(f"\n{'part':<18} {'':<12} {'seconds':>8}   seed {arguments.seed}")
    for name, held, seconds in rows:
        print(f"{name:<18} {held:<12} {seconds:>8.0f}")
    return int(any(held != "held" for _, held, _ in rows))


if __name__ == "__main__":
    sys.exit(main())
