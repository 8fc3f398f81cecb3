"""A peer from PyPI as its README shows it: texts in as JSON Lines, one JSON object out.

python ask.py PEER judge   {"version", "verdicts": [true, false, ...]}
python ask.py PEER time    {"version", "perSecond", "perSecondOfProcessor"}
"""

import json
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from importlib.metadata import version

Judge = Callable[[Sequence[str]], list[bool]]
BATCH = 256
MOST_SECONDS = 10.0


def better_profanity() -> Judge:
    from better_profanity import profanity

    profanity.load_censor_words()
    return lambda texts: [bool(profanity.contains_profanity(text)) for text in texts]


def alt_profanity_check() -> Judge:
    from profanity_check import predict

    return lambda texts: [bool(flag) for flag in predict(list(texts))]


PEERS = {"better-profanity": better_profanity, "alt-profanity-check": alt_profanity_check}


def in_batches(judge: Judge, texts: Sequence[str]) -> list[bool]:
    return [
        verdict
        for start in range(0, len(texts), BATCH)
        for verdict in judge(texts[start : start + BATCH])
    ]


def speed(judge: Judge, texts: Sequence[str]) -> dict[str, float]:
    """Messages a second after a warm-up over the first fifth; less of both where it is slow."""
    fifth = len(texts) // 5
    _judged(judge, texts[:fifth])
    began, worked = time.perf_counter(), time.process_time()
    done = _judged(judge, texts[fifth:])
    return {
        "perSecond": done / (time.perf_counter() - began),
        "perSecondOfProcessor": done / (time.process_time() - worked),
    }


def _judged(judge: Judge, texts: Sequence[str]) -> int:
    began = time.perf_counter()
    done = 0
    for start in range(0, len(texts), BATCH):
        done += len(judge(texts[start : start + BATCH]))
        if time.perf_counter() - began > MOST_SECONDS:
            break
    return done


def main() -> None:
    name, wanted = sys.argv[1:]
    warnings.simplefilter("ignore")
    judge = PEERS[name]()
    texts = [json.loads(line) for line in sys.stdin]
    found: dict[str, object] = {"version": version(name)}
    if wanted == "judge":
        found["verdicts"] = in_batches(judge, texts)
    else:
        found |= speed(judge, texts)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
