import re
from pathlib import Path

import pytest
from making import message
from review.judging import UNFLAGGED, facts, found, many, verdict

from moderator.errors import SourceError
from moderator.output import flagged_record, line
from moderator.pipeline import Judged
from moderator.policy import Verdict
from moderator.review.intervals import Part
from moderator.review.outcomes import settled
from moderator.review.recall import Sampled, Stratum, estimate, read_sample, recall
from moderator.review.records import record_id_of


def drawn(
    names: list[str], population: int, flagged: int, *, stratum: str = "far", session: str = "s1"
) -> list[Sampled]:
    """Records of a sample, by message id."""
    weight = population / len(names)
    return [
        Sampled(
            record_id_of(session, name, "p1", "2026-06-10T10:00:00Z"), session, stratum, weight,
            population, flagged, {},
        )
        for name in names
    ]  # fmt: skip


def test_everything_reviewed_leaves_no_doubt() -> None:
    flags = many([True] * 30 + [False] * 10, facts(found()), "f")
    names = [f"u{number}" for number in range(20)]
    others = many([True] * 5 + [False] * 15, UNFLAGGED, "u")
    found_ = recall(settled([*flags, *others]), [drawn(names, 20, 40)])
    assert found_.figure == (30 / 35, 30 / 35, 30 / 35)
    assert found_.missed == (5, 5, 5)


def test_a_sample_stands_for_its_stratum() -> None:
    flags = many([True] * 80 + [False] * 20, facts(found()), "f")
    near = [f"n{number}" for number in range(50)]
    far = [f"u{number}" for number in range(100)]
    verdicts = [
        *flags,
        *many([True] * 10 + [False] * 40, UNFLAGGED, "n"),
        *many([False] * 100, UNFLAGGED, "u"),
    ]
    sample = drawn(near, 100, 100, stratum="near") + drawn(far, 2_000, 100)
    found_ = recall(settled(verdicts), [sample])
    assert found_.figure is not None
    assert found_.missed is not None
    assert found_.missed.value == 20
    assert found_.figure.value == pytest.approx(0.8)
    assert found_.figure.low < 0.7  # up to 3 % of 2,000 may be abusive still
    assert found_.figure.high < 0.92
    assert [(one.name, one.part) for one in found_.strata] == [
        ("near", Part(100, 50, 10)),
        ("far", Part(2_000, 100, 0)),
    ]


def test_the_same_verdicts_give_the_same_interval() -> None:
    strata = [Stratum("far", 100, Part(5_000, 100, 2))]
    assert estimate(Part(80, 60, 50), strata) == estimate(Part(80, 60, 50), strata)


def test_flags_of_other_sessions_do_not_count() -> None:
    flags = many([True] * 10, facts(found()), "f")
    elsewhere = [
        verdict(f"x{number}", "not_abusive", facts(found()), session="s2") for number in range(50)
    ]
    others = many([True] + [False] * 9, UNFLAGGED, "u")
    sample = drawn([f"u{number}" for number in range(10)], 10, 10)
    found_ = recall(settled([*flags, *elsewhere, *others]), [sample])
    assert found_.flagged == Part(10, 10, 10)


def test_unsure_is_as_if_not_looked_at() -> None:
    flags = many([True] * 8 + [None] * 2, facts(found()), "f")
    others = many([False] * 5 + [None] * 5, UNFLAGGED, "u")
    sample = drawn([f"u{number}" for number in range(10)], 10, 10)
    found_ = recall(settled([*flags, *others]), [sample])
    assert found_.flagged == Part(10, 8, 8)
    assert found_.strata[0].part == Part(10, 5, 0)
    assert found_.figure is not None
    assert found_.figure.value == 1
    assert found_.figure.low < 0.95


@pytest.mark.parametrize(
    ("flagged", "strata", "reason"),
    [
        (Part(5, 5, 5), [], "no message of the sample"),
        (Part(5, 5, 5), [Stratum("far", 10, Part(99, 0, 0))], "no verdict on any .* far"),
        (Part(5, 0, 0), [Stratum("far", 10, Part(99, 9, 0))], "no verdict on any flagged"),
        (Part(5, 5, 0), [Stratum("far", 10, Part(99, 9, 0))], "no abusive message"),
    ],
)
def test_what_is_not_known_is_said(flagged: Part, strata: list[Stratum], reason: str) -> None:
    found_ = estimate(flagged, strata)
    assert found_.figure is None
    assert found_.reason is not None
    assert re.search(reason, found_.reason)


def test_nothing_flagged_is_a_recall_of_none() -> None:
    found_ = estimate(Part(0, 0, 0), [Stratum("far", 10, Part(20, 20, 4))])
    assert found_.figure == (0, 0, 0)


def test_a_sample_file_is_read_back(tmp_path: Path) -> None:
    judged = Judged(message("hello", 3), (), Verdict(False, None, None), {"m": {"insult": 0.2}}, ())
    sample = {"stratum": "near", "weight": 4.0, "population": 8, "drawn": 2, "flagged": 5}
    path = tmp_path / "sample.jsonl"
    path.write_bytes(line({**flagged_record(judged), "sample": sample}))
    (one,) = read_sample(path)
    assert one.record_id == record_id_of("s1", "m3", "p1", "2026-06-10T10:00:00.000Z")
    assert (one.weight, one.population, one.flagged) == (4.0, 8, 5)
    assert one.scores == {"m": {"insult": 0.2}}


@pytest.mark.parametrize("content", [b"x\n", b"{}\n", b'{"sample": 3}\n', b"[]\n"])
def test_what_is_no_sample_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sample.jsonl"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"sample\.jsonl, line 1"):
        read_sample(path)
