"""The labelled data: reading it, and choosing the rows of a run.

Sources are drawn by quota, so that a large site cannot dominate a small one and a source that
holds one class only (toxic comments, clean small talk) is no more than a counterweight.
"""

import gzip
import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from moderator.errors import SourceError
from moderator.training import weak
from moderator.training.labels import Row, vector

QUOTAS: Mapping[str, float] = {
    "template": 190_000,
    "gametox": 36_000,
    "paradetox": 16_000,
    "chitchat": 30_000,
    "irc_ubuntu": 18_000,
    "goemotions": 12_000,
    "davidson": 8_000,
    "edos": 8_000,
    "toxic_spans": 6_000,
    "hatemojibuild": 9_000,
    "toxigen": 17_000,
    "context_toxicity": 4_000,
    "sbic": 13_000,
    "bias_templates": 2_000,
    "sms_spam": 3_000,
    "convabuse": 3_500,
    "diasafety": 3_500,
    "mlma": 1_500,
    "jigsaw_sample": 900,
}
"""Row passes of a full run by source; a shorter or longer run keeps the proportions."""

LANGUAGES = ("en",)


def read(path: Path, *, weakly: bool) -> Iterator[Row]:
    """Rows of a gzipped JSON Lines file, in order; with `weakly`, unknown labels filled by words.

    Raises `SourceError` if the file is missing or a line is not such a row.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                yield _row(path, number, line, weakly)
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}; check --data.") from None


def _row(path: Path, number: int, line: str, weakly: bool) -> Row:
    try:
        item = json.loads(line)
        text, source, known = item["text"], item["source"], dict(item["labels"])
    except (ValueError, KeyError, TypeError):
        raise SourceError(
            f"{path}, line {number}: not a row with text, source and labels; repair or remove it."
        ) from None
    if weakly:
        known = weak.fill(known, text, source)
    return Row(text, source, vector(known), item.get("lang", ""))


def training_rows(path: Path) -> list[Row]:
    """The rows to learn from: those in a language the model claims."""
    return [row for row in read(path, weakly=True) if row.group in LANGUAGES]


def fraction(text: str) -> float:
    """A number in 0..1 that depends on the text alone; splits stay the same for ever."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def draw(
    rows: Iterable[Row],
    total: int,
    rng: random.Random,
    quotas: Mapping[str, float] = QUOTAS,
) -> list[Row]:
    """About `total` rows in the proportions of `quotas`, shuffled; other sources are left out.

    Within a source every row is drawn once before any is drawn again.
    """
    pools: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.source in quotas:
            pools[row.source].append(row)
    weight = sum(quotas[source] for source in pools)
    drawn: list[Row] = []
    for source in sorted(pools):
        drawn += _cycle(pools[source], round(total * quotas[source] / weight), rng)
    rng.shuffle(drawn)
    return drawn


def _cycle(pool: Sequence[Row], count: int, rng: random.Random) -> list[Row]:
    taken: list[Row] = []
    while len(taken) < count:
        taken += rng.sample(pool, min(len(pool), count - len(taken)))
    return taken
