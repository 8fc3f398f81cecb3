"""Messages a second: the bundled model beside a BERT-base checkpoint in Detoxify's own `predict`.

    python bench/model_speed.py [--messages 384] [--threads 2]

The checkpoint's weights are random (speed does not depend on them), its shape is that of the
published `original`. Both read the same messages with the same tokenizer, in turns of 128, so
that whatever else the machine does slows both: ours as a scan calls it, Detoxify in batches of 32
in the messages' order.
"""

import argparse
import csv
import os
import random
import tempfile
import time
from pathlib import Path

TURN = 128
BATCH = 32
ROOT = Path(__file__).parent.parent
MODEL = ROOT / "models" / "chat-minilm"


def messages(count: int) -> list[str]:
    """Distinct text messages of the examples, in an order of their own."""
    texts: dict[str, None] = {}
    for path in sorted((ROOT / "examples").glob("*.csv")):
        with path.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                if row["payloadType"] == "TEXT_MESSAGE" and row["payload"].strip():
                    texts[row["payload"]] = None
    if not texts:
        raise SystemExit("There are no examples/*.csv to read messages from.")
    every = list(texts)
    random.Random(1).shuffle(every)
    return (every * (count // len(every) + 1))[:count]


def write_bert_base(folder: Path) -> Path:
    """A checkpoint in Detoxify's form with BERT-base's shape and random weights."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    classes = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]
    model = BertForSequenceClassification(BertConfig(num_labels=len(classes)))
    model.config.save_pretrained(folder)
    names = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep")}
    PreTrainedTokenizerFast(
        tokenizer_file=str(MODEL / "tokenizer.json"),
        model_max_length=512,
        model_input_names=["input_ids", "attention_mask"],
        **names,
    ).save_pretrained(folder)
    arch = {
        "model_type": str(folder),
        "model_name": "BertForSequenceClassification",
        "tokenizer_name": "PreTrainedTokenizerFast",
        "num_classes": len(classes),
    }
    config = {"dataset": {"args": {"classes": classes}}, "arch": {"args": arch}}
    torch.save({"config": config, "state_dict": model.state_dict()}, folder / "base.ckpt")
    return folder / "base.ckpt"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=384)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()

    import torch
    from detoxify import Detoxify

    from moderator.classifiers.onnx import OnnxClassifier

    torch.set_num_threads(given.threads)
    ours = OnnxClassifier.load(MODEL, threads=given.threads)
    with tempfile.TemporaryDirectory() as folder:
        theirs = Detoxify(checkpoint=str(write_bert_base(Path(folder))))
    texts = messages(given.messages)
    ours.classify(texts[:BATCH])
    theirs.predict(texts[:BATCH])
    spent_ours = spent_theirs = 0.0
    for start in range(0, len(texts), TURN):
        turn = texts[start : start + TURN]
        began = time.perf_counter()
        ours.classify(turn)
        between = time.perf_counter()
        for at in range(0, len(turn), BATCH):
            theirs.predict(turn[at : at + BATCH])
        spent_ours += between - began
        spent_theirs += time.perf_counter() - between
    words = sorted(len(text.split()) for text in texts)[len(texts) // 2]
    print(f"{len(texts)} messages, median {words} words, {given.threads} threads")
    print(f"ours ({ours.name})               {len(texts) / spent_ours:8.1f} messages/s")
    print(f"Detoxify.predict, BERT-base   {len(texts) / spent_theirs:8.1f} messages/s")
    print(f"ratio                         {spent_theirs / spent_ours:8.2f}")


if __name__ == "__main__":
    main()
