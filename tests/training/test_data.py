"""Reading rows, masks of unknown labels, weak labels, quotas."""

import gzip
import json
import random
from collections import Counter
from pathlib import Path

import pytest

from moderator.errors import SourceError
from moderator.training import data, weak
from moderator.training.labels import LABELS, UNKNOWN, Row, vector


def write(path: Path, items: list[dict[str, object]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(item) + "\n" for item in items)
    return path


def named(row: Row) -> dict[str, int]:
    return dict(zip(LABELS, row.labels, strict=True))


def test_unknown_labels_stay_unknown_and_clean_rows_imply_the_rest(tmp_path: Path) -> None:
    path = write(
        tmp_path / "rows.jsonl.gz",
        [
            {"text": "a", "source": "s", "lang": "en", "labels": {"toxicity": 1, "insult": 1}},
            {"text": "b", "source": "s", "lang": "en", "labels": {"toxicity": 0}},
            {"text": "c", "source": "s", "lang": "en", "labels": {"identity_attack": 0}},
        ],
    )
    toxic, clean, unknown = (named(row) for row in data.read(path, weakly=False))
    assert toxic["threat"] == UNKNOWN
    assert toxic["insult"] == 1
    assert clean["threat"] == clean["insult"] == clean["severe_toxicity"] == 0
    assert clean["obscene"] == clean["self_harm"] == UNKNOWN
    assert unknown["toxicity"] == UNKNOWN


@pytest.mark.parametrize(
    ("text", "known", "source", "expected"),
    [
        ("this is so shit", {"toxicity": 0}, "x", {"obscene": 1}),
        ("a good class", {"toxicity": 0}, "x", {"obscene": 0}),
        ("fuck yes", {"toxicity": 0, "obscene": 0}, "goemotions", {"obscene": 1}),
        ("fuck yes", {"toxicity": 0, "obscene": 0}, "jigsaw_sample", {"obscene": 0}),
        ("kill yourself", {"toxicity": 1}, "x", {"self_harm": 1}),
        ("you idiot", {"toxicity": 1}, "x", {"self_harm": 0, "threat": 0, "sexual_explicit": 0}),
        ("i feel suicidal", {"toxicity": 0}, "x", {"self_harm": None}),
        ("you will die", {"toxicity": 1}, "x", {"threat": None}),
    ],
)
def test_weak_labels(
    text: str, known: dict[str, int], source: str, expected: dict[str, int | None]
) -> None:
    found = weak.fill(known, text, source)
    assert {name: found.get(name) for name in expected} == expected


def test_a_broken_line_names_its_place(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl.gz", [{"text": "a"}])
    with pytest.raises(SourceError, match="line 1"):
        list(data.read(path, weakly=True))
    with pytest.raises(SourceError, match="Cannot read"):
        list(data.read(tmp_path / "none.gz", weakly=True))


def test_quotas_hold_whatever_the_size_of_a_source() -> None:
    rows = [Row(f"a{i}", "big", vector({})) for i in range(900)]
    rows += [Row(f"b{i}", "small", vector({})) for i in range(10)]
    rows += [Row("c", "unlisted", vector({}))]
    drawn = data.draw(rows, 200, random.Random(1), {"big": 3, "small": 1})
    counts = Counter(row.source for row in drawn)
    assert counts == {"big": 150, "small": 50}
    times = Counter(row.text for row in drawn)
    assert {times[f"b{i}"] for i in range(10)} == {5}
    assert max(n for text, n in times.items() if text.startswith("a")) == 1
    assert drawn == data.draw(rows, 200, random.Random(1), {"big": 3, "small": 1})


def test_fractions_depend_on_the_text_alone() -> None:
    assert data.fraction("x") == data.fraction("x") != data.fraction("y")
    assert 0.4 < sum(data.fraction(str(i)) for i in range(500)) / 500 < 0.6
    assert 0 <= data.fraction("\ud800") < 1


def test_every_quota_is_positive() -> None:
    assert all(quota > 0 for quota in data.QUOTAS.values())
