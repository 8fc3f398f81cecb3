"""Scans whose model's process is killed at random moments: do they judge as a quiet scan does?

    python bench/isolation_kills.py [--kills 100] [--seed 1] [--rows 400]

Half of the kills hit scans as they are by default, half such as write every message's scores. Then
a model that is killed whenever it starts has to end the scan with status 5, without any file.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from classifiers.worker_kills import campaign, never_ready  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=400)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.rows} rows a scan")
    print(f"{'':24}{'kills':>7}{'scans':>7}{'bytes equal':>13}{'files that differ':>19}"
          f"{'unscored':>10}{'seconds':>9}")  # fmt: skip
    failed = False
    for name, scores in (("killed at random", False), ("the same, with --scores", True)):
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            found = campaign(
                Path(folder),
                rows=options.rows,
                kills=options.kills // 2,
                seed=options.seed + scores,
                scores=scores,
            )
        print(f"{name:24}{found.kills.total():7,}{found.scans:7,}{found.bytes_equal:13,}"
              f"{found.differ:19,}{found.unscored:10,}{time.monotonic() - began:9.0f}   "
              + ", ".join(f"{how} {times}" for how, times in sorted(found.kills.items())),
              flush=True)  # fmt: skip
        failed |= bool(found.differ or found.unscored)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        status, complaint, files, kills = never_ready(Path(folder), seed=options.seed)
    print(f"{'killed at every start':24}{kills:7,}{1:7}{0:13}{len(files):19,}{0:10}"
          f"{time.monotonic() - began:9.0f}   status {status}: {complaint.strip()}")  # fmt: skip
    raise SystemExit(failed or status != 5 or bool(files))


if __name__ == "__main__":
    main()
