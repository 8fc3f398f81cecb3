"""A million hostile inputs: does anything crash, hang, or break a property?

    python bench/fuzz.py [--inputs 1000000] [--seed 1] [--target NAME] [--part 1/2] [--state FILE]
    python bench/fuzz.py --guided [--seconds 60] [--target NAME]

Inputs are seeds of each target (tests/fuzz), changed by a seeded mutator; each is one number, so
the same command tries the same inputs, and a failure is tried again by `--target NAME --only
NUMBER`. Targets get inputs by how fast and how exposed they are. `--part 1/2` does the first half,
`--state FILE` goes on from where an earlier run of the same command stopped. `--guided` lets
atheris (`pip install atheris`) look for inputs that reach new code instead, so many seconds for
each target. Exits with 1 if anything failed.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fuzz.campaign import Failure, Outcome, apart  # noqa: E402
from fuzz.every import TARGETS  # noqa: E402
from fuzz.mutate import LONGEST, mutated  # noqa: E402

STRETCH = 20_000
"""Inputs of one worker process."""

State = dict[str, dict[str, object]]


def wanted(names: list[str], inputs: int) -> dict[str, int]:
    """How many inputs each target gets; at least `inputs` in all."""
    whole = sum(TARGETS[name].share for name in names)
    return {name: -(-inputs * TARGETS[name].share // whole) for name in names}


def campaign(names: list[str], options: argparse.Namespace) -> bool:
    """Runs every target and prints its line; whether all held."""
    part, parts = map(int, options.part.split("/"))
    state: State = _state(options)
    print(f"seed {options.seed}, part {part} of {parts}")
    print(f"{'target':16}{'inputs':>10}{'failures':>10}{'slowest':>12}{'seconds':>9}")
    total = Outcome()
    for name, count in wanted(names, options.inputs).items():
        outcome = _outcome(state.get(name))
        first, end = count * (part - 1) // parts, count * part // parts
        for start in range(first + outcome.inputs, end, STRETCH):
            found = apart(name, options.seed, range(start, min(start + STRETCH, end)))
            outcome.add(found)
            state[name] = asdict(outcome)
            if options.state is not None:
                options.state.write_text(json.dumps({"of": _of(options), "targets": state}))
            if found.failures:
                break
        _show(name, outcome)
        total.add(outcome)
    _show("all", total)
    for one in total.failures:
        print(f"{one.target} {one.number}: {one.what}")
    return not total.failures


def _of(options: argparse.Namespace) -> list[object]:
    return [options.inputs, options.seed, options.part]


def _state(options: argparse.Namespace) -> State:
    if options.state is None or not options.state.exists():
        return {}
    kept = json.loads(options.state.read_text())
    if kept["of"] != _of(options):
        raise SystemExit(f"{options.state} is of another campaign; name another file.")
    targets: State = kept["targets"]
    return targets


def _outcome(kept: dict[str, object] | None) -> Outcome:
    if kept is None:
        return Outcome()
    outcome = Outcome(**kept)  # type: ignore[arg-type]
    outcome.slowest = (outcome.slowest[0], outcome.slowest[1])
    outcome.failures = [Failure(**one) for one in outcome.failures]  # type: ignore[arg-type]
    return outcome


def _show(name: str, outcome: Outcome) -> None:
    slowest = f"{1000 * outcome.slowest[0]:,.0f} ms"
    print(f"{name:16}{outcome.inputs:10,}{len(outcome.failures):10}{slowest:>12}"
          f"{outcome.seconds:9.0f}", flush=True)  # fmt: skip


def guided(names: list[str], seconds: int, seed: int) -> bool:
    """Each target under atheris, in a process of its own; whether all held."""
    print(f"guided by coverage, seed {seed}")
    print(f"{'target':16}{'inputs':>10}{'failures':>10}{'features':>12}{'seconds':>9}")
    failed = False
    for name in names:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            for number, one in enumerate(TARGETS[name].seeds):
                (Path(folder) / str(number)).write_bytes(one)
            done = subprocess.run(
                [sys.executable, __file__, "--worker", name, folder, f"-max_total_time={seconds}",
                 f"-seed={seed}", f"-max_len={LONGEST}", "-timeout=60", "-rss_limit_mb=4096",
                 f"-artifact_prefix={folder}/found-", "-print_final_stats=1"],
                capture_output=True, text=True, errors="replace", check=False,
            )  # fmt: skip
            found = [path.read_bytes() for path in Path(folder).glob("found-*")]
        executed = re.findall(r"number_of_executed_units: (\d+)", done.stderr)
        features = re.findall(r"ft: (\d+)", done.stderr)
        bad = done.returncode != 0
        failed |= bad
        print(f"{name:16}{int(executed[-1]) if executed else 0:10,}{bad:10}"
              f"{features[-1] if features else '-':>12}{time.monotonic() - began:9.0f}",
              flush=True)  # fmt: skip
        if bad:
            print(done.stderr[-3000:], *found, sep="\n")
    return not failed


def worker(name: str, arguments: list[str]) -> None:
    """Never returns: libFuzzer ends the process."""
    import atheris

    # The package is instrumented as it is loaded, so it must not have been yet.
    for module in [one for one in sys.modules if one.partition(".")[0] in ("moderator", "fuzz")]:
        del sys.modules[module]
    with atheris.instrument_imports(include=["moderator"]):
        from fuzz.every import TARGETS as INSTRUMENTED

    check = INSTRUMENTED[name].check
    check(INSTRUMENTED[name].seeds[0])
    atheris.Setup([sys.argv[0], *arguments], check)
    atheris.Fuzz()


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=sorted(TARGETS), action="append")
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--state", type=Path)
    parser.add_argument("--only", type=int, metavar="NUMBER")
    parser.add_argument("--guided", action="store_true")
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    names = options.target or list(TARGETS)
    if options.only is not None:
        data = mutated(TARGETS[names[0]], options.seed, options.only)
        print(data)
        TARGETS[names[0]].check(data)
        raise SystemExit(0)
    held = (
        guided(names, options.seconds, options.seed) if options.guided else campaign(names, options)
    )
    raise SystemExit(not held)


if __name__ == "__main__":
    main()
