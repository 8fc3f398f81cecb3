"""Verdicts side by side: ours beside alt-profanity-check and better-profanity, same rows, one run.

    python bench/quality.py --data FOLDER [--model NAME] [--envs FOLDER]

FOLDER holds dev.jsonl.gz, labelled rows as training takes them; the other set is chatcheck. Each
peer is installed with pip into a virtual environment of its own (kept in --envs for the next
time) and judges with its defaults. Peers and the model alone are held to what is expected of
models: personal data is for rules to find. All figures go to bench/quality.json.
"""

import argparse
import json
import subprocess
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from moderator.classifiers.registry import DEFAULT_MODEL
from moderator.config import load
from moderator.evaluation.columns import GAP, Columns, Verdicts
from moderator.evaluation.figures import figures
from moderator.evaluation.readers import Fields, read
from moderator.evaluation.run import collect
from moderator.evaluation.systems import build, default_names
from moderator.training.metrics import Mask

ROOT = Path(__file__).parent.parent
OUT = Path(__file__).with_suffix(".json")
CLEAN_CHAT = ("chitchat", "irc_ubuntu")

PEERS: Mapping[str, str] = {
    "alt-profanity-check==1.9.1": """
from profanity_check import predict, predict_prob
def judge(texts): return [[bool(f), float(s)] for f, s in zip(predict(texts), predict_prob(texts))]
""",
    "better-profanity==0.7.0": """
from better_profanity import profanity
profanity.load_censor_words()
def judge(texts): return [[bool(profanity.contains_profanity(text)), None] for text in texts]
""",
}
_LOOP = """
import json, sys
for verdict in judge([json.loads(line) for line in sys.stdin]): print(json.dumps(verdict))
"""

COLUMNS = ("accuracy", "precision", "recall", "f1", "auc", "false_flags_per_1000")
HEADS = ("accuracy", "precision", "recall", "F1", "AUC", "FF/1,000")
Json = dict[str, Any]


def python_with(requirement: str, envs: Path) -> Path:
    """The interpreter of an environment that holds just this requirement."""
    folder = envs / requirement
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", requirement], check=True)
        (folder / "ready").touch()
    return python


def ask(python: Path, script: str, texts: Sequence[str]) -> Verdicts:
    """A peer's flags, and its scores where it gives any."""
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(
        [python, "-W", "ignore", "-c", script + _LOOP],
        input=lines,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.split("\n") if line]
    if len(answers) != len(texts):
        raise SystemExit(f"{len(answers)} verdicts came back for {len(texts)} texts.")
    return Verdicts(
        flagged=np.array([flagged for flagged, _ in answers], dtype=bool),
        unscored=np.zeros(len(texts), dtype=bool),
        scores=np.array([GAP if score is None else score for _, score in answers]),
        by_label={},
    )


def among(verdicts: Verdicts, chosen: Mask) -> Verdicts:
    """The verdicts on the chosen rows alone."""
    flagged, unscored, scores, _ = verdicts
    return Verdicts(flagged[chosen], unscored[chosen], scores[chosen], {})


def side_by_side(files: Sequence[Path], model: str, pythons: Mapping[str, Path]) -> Json:
    """Every system and peer over all rows, and over clean chat where there is some."""
    systems = build(default_names([model]), load())
    columns = collect(systems, files, Fields(), None)
    texts = [case.text for path in files for case in read(path)]
    peers = {name: ask(python, PEERS[name], texts) for name, python in pythons.items()}
    every = np.ones(columns.rows, dtype=bool)

    def over(chosen: Mask) -> Json:
        truth = columns.truth(chosen)
        ours = {
            system.name: figures(truth, columns.verdicts(system, chosen), by_rules=system.by_rules)
            for system in systems
        }
        theirs = {
            name: figures(truth, among(verdicts, chosen), by_rules=False)
            for name, verdicts in peers.items()
        }
        return {**ours, **theirs}

    found: Json = {"all": over(every)}
    clean = clean_chat(columns)
    if clean.any():
        found["clean chat"] = over(clean)
    found["margin"] = margins(found["all"], systems[-1].name, list(peers))
    return found


def clean_chat(columns: Columns) -> Mask:
    """The rows of sources in which nobody is abusive."""
    chosen = np.zeros(columns.rows, dtype=bool)
    for name, rows in columns.groups("group").items():
        if name in CLEAN_CHAT:
            chosen |= rows
    return chosen


def margins(found: Json, ours: str, peers: Sequence[str]) -> Json:
    """By how much ours is better than the best peer, figure by figure; negative where it is not."""

    def value(name: str, key: str) -> float | None:
        return found[name][key]["value"] if found[name][key] else None

    gained: Json = {}
    for key in COLUMNS:
        sign = -1 if key == "false_flags_per_1000" else 1
        theirs = [sign * one for name in peers if (one := value(name, key)) is not None]
        own = value(ours, key)
        gained[key] = None if own is None or not theirs else round(sign * own - max(theirs), 6)
    return gained


def show(name: str, found: Json) -> None:
    """The table of one set."""
    clean = found.get("clean chat", {})
    rows = next(iter(found["all"].values()))["rows"]
    print(f"\n{name}: {rows:,} rows")
    heads = (*HEADS, "on clean") if clean else HEADS
    print(f"{'':28}" + "".join(f"{head:>10}" for head in heads))
    for system, figure in found["all"].items():
        cells = [cell(figure[key], key) for key in COLUMNS]
        if clean:
            cells.append(cell(clean[system][COLUMNS[-1]], COLUMNS[-1]))
        print(f"{system:28}" + "".join(f"{one:>10}" for one in cells))
    ahead = [
        cell(None if gain is None else {"value": gain}, key, sign="+")
        for key, gain in found["margin"].items()
    ]
    print(f"{'ours ahead of the best peer':28}" + "".join(f"{one:>10}" for one in ahead))


def cell(figure: Json | None, key: str, sign: str = "") -> str:
    """Percent for proportions, three decimals for areas."""
    if figure is None:
        return "–"
    if key == "auc":
        return f"{figure['value']:{sign}.3f}"
    scale = 1 if key == "false_flags_per_1000" else 100
    return f"{scale * figure['value']:{sign}.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--envs", type=Path, default=ROOT / "build" / "peers")
    given = parser.parse_args()
    pythons = {name: python_with(name, given.envs) for name in PEERS}
    sets = {
        "dev": [given.data / "dev.jsonl.gz"],
        "chatcheck": sorted((ROOT / "tests" / "chatcheck" / "cases").glob("*.jsonl")),
    }
    found = {}
    for name, files in sets.items():
        found[name] = side_by_side(files, given.model, pythons)
        show(name, found[name])
    OUT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(f"\nFF: false flags among rows that are not to be flagged. Written to {OUT.name}.")


if __name__ == "__main__":
    main()
