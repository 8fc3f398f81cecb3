"""How many distinct short messages a second the rules judge on one core, spans included.

    python bench/rule_speed.py [--messages N] [--profile]

The whole default is loaded, and every message is another one: a first fifth warms up, the others
are judged once, since a second time the words would be known. Told are messages a second by the
clock and by the processor's time, which a machine with other work does not slow as much.
"""

import argparse
import cProfile
import os
import pstats
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from chatter import messages
from evasion.cases import terms

from moderator.classifiers.prefilter import Prefilter
from moderator.classifiers.rules import RulesClassifier
from moderator.classifiers.tokeniser import split
from moderator.config import load
from moderator.records import Assessment
from moderator.text import fold

NUMBER = 40_000
BATCH = 256


def one_core() -> None:
    """Binds this process, and those that it starts, to one core."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def measure(texts: Sequence[str]) -> dict[str, Any]:
    """Messages a second after a warm-up over the first fifth, and how many had findings."""
    classifier = RulesClassifier(load())
    timed = texts[len(texts) // 5 :]
    run(classifier, texts[: len(texts) // 5])
    began, worked = time.perf_counter(), time.process_time()
    found = run(classifier, timed)
    return {
        "messages": len(timed),
        "medianWords": median(len(text.split()) for text in timed),
        "perSecond": round(len(timed) / (time.perf_counter() - began)),
        "perSecondOfProcessor": round(len(timed) / (time.process_time() - worked)),
        "withFindings": round(found / len(timed), 4),
        "passPrefilter": round(passing(timed) / len(timed), 4),
    }


def run(classifier: RulesClassifier, texts: Sequence[str]) -> int:
    """Judges all in batches; the number of messages with findings."""
    found = 0
    for start in range(0, len(texts), BATCH):
        for result in classifier.classify(texts[start : start + BATCH]):
            found += isinstance(result, Assessment) and bool(result.findings)
    return found


def passing(texts: Sequence[str]) -> int:
    """In how many texts, as they stand, a token pattern could match: the others spare spaCy."""
    patterns = [(rule.id, pattern) for rule in load().rules for pattern in rule.tokens]
    prefilter = Prefilter(patterns)
    return sum(bool(prefilter.passing(split(fold(text).text)[0])) for text in texts)


def profile(texts: Sequence[str]) -> None:
    """Where the time goes, by functions."""
    classifier = RulesClassifier(load())
    run(classifier, texts[: len(texts) // 5])
    with cProfile.Profile() as profiler:
        run(classifier, texts[len(texts) // 5 :])
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=NUMBER)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    one_core()
    texts = list(messages(given.messages, terms(load())))
    if given.profile:
        profile(texts)
    else:
        print(measure(texts))


if __name__ == "__main__":
    main()
