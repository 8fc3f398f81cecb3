"""How much our model finds when it may be wrong as often as a peer is.

    python bench/equal_flags.py --data FOLDER

Reads the peers' false flags and recall on dev from bench/quality.json (made by bench/quality.py),
scores the rows of FOLDER/dev.jsonl.gz whose toxicity is known, and prints the model's recall at
the score where its false flags in a thousand harmless rows equal each peer's. Unscored rows count
as not flagged.
"""

import argparse
import gzip
import json
from pathlib import Path

import numpy as np
import orjson

from moderator.classifiers.onnx import OnnxClassifier
from moderator.records import Assessment
from moderator.resources import data_path

QUALITY = Path(__file__).with_name("quality.json")


def main() -> None:
    """Prints one line a peer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data
    with gzip.open(folder / "dev.jsonl.gz", "rb") as lines:
        rows = [orjson.loads(line) for line in lines]
    rows = [row for row in rows if "toxicity" in row["labels"]]
    model = OnnxClassifier.load(data_path("models") / "chat-minilm")
    results = model.classify([row["text"] for row in rows])
    scores = np.array([r.scores["toxicity"] if isinstance(r, Assessment) else 0.0 for r in results])
    toxic = np.array([row["labels"]["toxicity"] == 1 for row in rows])
    harmless = np.sort(scores[~toxic])[::-1]
    for name, peer in json.loads(QUALITY.read_text())["dev"]["all"].items():
        if "==" not in name:
            continue
        allowed = peer["false_flags"]
        bar = harmless[allowed]
        recall = float((scores[toxic] > bar).mean())
        theirs = peer["true_flags"] / peer["expected"]
        print(f"{name}: {allowed} false flags; recall {theirs:.1%}, ours {recall:.1%}")


if __name__ == "__main__":
    main()
