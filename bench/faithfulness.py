"""Whether the words that the model names are those that carried its score.

    python bench/faithfulness.py --data FOLDER [--rows 200]

FOLDER holds dev.jsonl.gz. Toxic English rows of 5 to 30 words that the model scores above 0.5 are
read once whole, once without the named words, and once without as many random ones; printed are
the mean probabilities of toxicity, and in how many rows the named words lowered it more.
"""

import argparse
import gzip
import random
from pathlib import Path

import orjson

from moderator.classifiers.onnx import OnnxClassifier
from moderator.records import Assessment
from moderator.resources import data_path

SEED = 31
LABEL = "toxicity"


def main() -> None:
    """Prints the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=200)
    arguments = parser.parse_args()
    model = OnnxClassifier.load(data_path("models") / "chat-minilm")
    generator = random.Random(SEED)
    texts = _toxic(arguments.data / "dev.jsonl.gz")
    generator.shuffle(texts)
    before: list[float] = []
    named: list[float] = []
    drawn: list[float] = []
    for text in texts:
        (score,) = _scores(model, [text])
        words = model.explain(text, LABEL) if score > 0.5 else ()
        tokens = text.split()
        gone = {n for n, token in enumerate(tokens) if any(word in token for word in words)}
        if not gone or len(gone) == len(tokens):
            continue
        others = set(generator.sample(range(len(tokens)), len(gone)))
        after, random_after = _scores(model, [_without(tokens, gone), _without(tokens, others)])
        before.append(score)
        named.append(after)
        drawn.append(random_after)
        if len(before) == arguments.rows:
            break
    count = len(before)
    print(f"{count} rows, model {model.version}: mean probability of {LABEL}")
    print(f"  whole                     {sum(before) / count:.3f}")
    print(f"  without the named words   {sum(named) / count:.3f}")
    print(f"  without random words      {sum(drawn) / count:.3f}")
    better = sum(one < other for one, other in zip(named, drawn, strict=True))
    print(f"  the named words lowered it more in {better} of {count} rows")


def _toxic(path: Path) -> list[str]:
    with gzip.open(path, "rb") as lines:
        rows = [orjson.loads(line) for line in lines]
    return [
        row["text"]
        for row in rows
        if row["lang"] == "en"
        and row["labels"].get(LABEL) == 1
        and 5 <= len(row["text"].split()) <= 30
    ]


def _scores(model: OnnxClassifier, texts: list[str]) -> list[float]:
    results = model.classify(texts)
    return [result.scores[LABEL] if isinstance(result, Assessment) else 0.0 for result in results]


def _without(tokens: list[str], gone: set[int]) -> str:
    return " ".join(token for n, token in enumerate(tokens) if n not in gone)


if __name__ == "__main__":
    main()
