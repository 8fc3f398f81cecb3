"""Speed and memory beside what one would run instead, in one run: tables, and JSON.

    python bench/speed [--messages N] [--rounds N] [--only NAME ...] [--envs FOLDER]

Chat is made up from a seed (inputs.py). Every contestant judges it in processes of its own, in
turns, round after round; slow ones an even sample of it. Ours run from a plain install without
torch, peers from environments of their own, Detoxify from the one that this runs in, which needs
the extras detoxify and test. Its published weights cannot be had without network: random ones in
its shape take their place. The exit status is 1 where the fast pipeline flags otherwise than the
exhaustive one, but for as many losses as are allowed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))

import limits
import tables
from checkpoints import CHECKPOINT, EXPORTED, TOKENIZER
from contestants import EXHAUSTIVE, PIPELINE, SAMPLES, Contestant, Files, Scan, everyone
from equal import equal, holds
from inputs import SEED, shape, texts
from peer import FROM_PYPI
from plain import ROOT, commit, plain, versions
from processes import machine
from quality import python_with
from rounds import play, prepare
from starting import starting

HERE = Path(__file__).parent
OUT = HERE.with_suffix(".json")
NOTES = """
¹ Random weights in the shape of Detoxify's `original` (BERT-base), with a real tokeniser of 30,522
pieces; ONNX Runtime's is the same model exported, fp32, in batches of 32 by length.
² The whole process, from start to exit, from the dump to its files; the other rates are without
start-up, which is from a process's start to its first message judged.
"""
Json = dict[str, Any]


def invited(envs: Path) -> list[Contestant]:
    """All contestants, with what they need made where it is not there yet."""
    weights = envs / "detoxify-random"
    subprocess.run([sys.executable, HERE / "checkpoints.py", weights], check=True)
    peers = {
        requirement.partition("==")[0]: python_with(requirement, envs) for requirement in FROM_PYPI
    }
    return everyone(plain(envs), peers, weights / CHECKPOINT, weights / EXPORTED, TOKENIZER)


def stages(python: Path, files: Files, rounds: int) -> Json:
    """The stages of our scan, each round in a process of its own; medians."""
    limits.write_products(files.folder)
    command = [python, HERE / "stages.py", files.dump, files.folder]
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # as a model's own process has it
    found = [
        json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, env=env).stdout)
        for _ in range(rounds)
    ]
    for part in ("micros", "best"):
        found[0][part] = {name: median(one[part][name] for one in found) for name in found[0][part]}
    result: Json = found[0]
    return result


def compared(players: Sequence[Contestant], files: Files) -> Json | None:
    """What the fast pipeline loses, where both took part."""
    scans = {one.name: one.output(files) for one in players if isinstance(one, Scan)}
    if not {EXHAUSTIVE, PIPELINE} <= scans.keys():
        return None
    return equal(scans[EXHAUSTIVE], scans[PIPELINE])


def show(result: Json) -> None:
    """The tables, as Markdown."""
    chat, speed = result["chat"], result["speed"]
    print(
        f"\n{chat['messages']:,} messages, median {chat['medianWords']:g} words, mean "
        f"{chat['meanCharacters']} characters, longest {chat['longestCharacters']:,}; "
        f"{100 * chat['saidBefore']:.0f} % were said before, "
        f"{100 * chat['toxic']:.1f} % are toxic; {result['rounds']} rounds, medians.\n"
    )
    print(tables.speeds(speed), NOTES, tables.stages(result["stages"], speed), sep="\n")
    if result["equal"] is not None:
        print("", tables.equality(result["equal"]), sep="\n")
    print("", tables.aims(result), "", json.dumps(result["machine"]), sep="\n")
    print(json.dumps(result["versions"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="contestants, as the table says")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--envs", type=Path, default=ROOT / "build" / "peers")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    os.environ.pop("PYTHONPATH", None)  # what is installed is measured
    before = {**machine(), "commit": commit()}
    made = list(texts(given.messages, given.seed))
    chat = shape(made)
    every = invited(given.envs.resolve())
    players = [one for one in every if not given.only or one.name in given.only]
    if given.only and len(players) < len(given.only):
        raise SystemExit(f"Known are: {', '.join(one.name for one in every)}.")
    programs = given.envs.resolve() / "plain" / "bin"
    with tempfile.TemporaryDirectory() as folder:
        files = prepare(Path(folder), [text for text, _ in made], list(SAMPLES.values()))
        speed = play(players, files, given.rounds)
        result: Json = {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": before,
            "seed": given.seed,
            "rounds": given.rounds,
            "chat": chat,
            "speed": speed,
            "equal": compared(players, files),
            "stages": stages(programs / "python", files, given.rounds),
            "startUp": starting(programs / "moderator", Path(folder)),
            "versions": {
                name: version for one in speed.values() for name, version in one["versions"].items()
            },
            "packages": versions(programs / "python"),
        }
    result["machine"]["loadAfter"] = os.getloadavg()[0]
    show(result)
    given.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"\nWritten to {given.out}.", file=sys.stderr)
    if result["equal"] is not None and not holds(result["equal"]):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
