"""Dumps through the whole of it but the command line.

The files in `golden/` are what golden/dump.csv has to become, byte for byte. After a change that
is meant: `MODERATOR_UPDATE_GOLDEN=1 pytest tests/test_scan.py`, then read the difference.
"""

import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from doubles import Table
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from making import message, ruleset

import moderator
from moderator.classifiers.rules import RulesClassifier
from moderator.comparison import pair
from moderator.config import RuleSet, load
from moderator.errors import ClassifierError, ConfigError, OutputError, SourceError
from moderator.pipeline import Pipeline
from moderator.policy import Policy
from moderator.records import BadRow, Message
from moderator.scan import Destinations, Shadow, scan
from moderator.sources.dump import read_dump
from moderator.summary import Tally

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = Path(moderator.__file__).parent / "schemas" / "flagged.schema.json"
RULES = load(GOLDEN / "rules.yaml")
BY_RULE = RulesClassifier(RULES)
MODEL = {
    "well that was awful of you": {"insult": 0.71234567, "toxicity": 0.95},
    "das verstehe ich nicht": "language: de",
}


def made(model: Table | None = None, **options: Any) -> Pipeline:
    table = model or Table(MODEL, default={"insult": 0.01, "toxicity": 0.02}, name="m")
    return Pipeline([BY_RULE, table], Policy(RULES), name_classifiers=[BY_RULE], **options)


def scanned(
    rows: Any, folder: Path, *, pipeline: Pipeline | None = None, **options: Any
) -> tuple[Tally, dict[str, Any]]:
    to = Destinations.beside(folder / "flagged.jsonl", scores=folder / "scores.jsonl")
    return scan(
        rows, pipeline or made(), RULES, to, source="dump.csv", stdout=io.BytesIO(), **options
    )


def golden_rows() -> Iterator[Message | BadRow]:
    return read_dump(io.BytesIO((GOLDEN / "dump.csv").read_bytes()))


def lines(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def files(folder: Path) -> dict[str, bytes]:
    """All that was written, by name; without what is another each time."""
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    summary = json.loads(found.pop("flagged.summary.json"))
    summary["seconds"] = 0
    summary["rules"]["path"] = "rules.yaml"
    found["flagged.summary.json"] = json.dumps(summary, indent=2).encode() + b"\n"
    return found


def test_the_golden_dump_becomes_the_golden_files(tmp_path: Path) -> None:
    scanned(golden_rows(), tmp_path, all_findings=True)
    found = files(tmp_path)
    if os.environ.get("MODERATOR_UPDATE_GOLDEN"):
        for name, content in found.items():
            (GOLDEN / name).write_bytes(content)
    kept = {"dump.csv", "rules.yaml"}
    expected = {path.name for path in GOLDEN.iterdir()} - kept
    assert found.keys() == expected
    for name in sorted(expected):
        assert found[name] == (GOLDEN / name).read_bytes(), name


def test_the_golden_files_say_what_a_reader_would() -> None:
    """The golden files are written by the program; this is written by hand."""
    by_id = {(one["id"], one["payload"]): one for one in lines(GOLDEN / "flagged.jsonl")}
    short = {key: (one["flagged"], one["severity"], one["action"]) for key, one in by_id.items()}
    assert short == {
        ("m02", "You ÍDIOT 🙃, sit down"): (True, "medium", "review"),
        ("m04", "good morning"): (True, "medium", "review"),
        ("m07", "I'll find you"): (True, "critical", "escalate"),
        ("m07", "I'll find you a clown"): (True, "critical", "escalate"),
        ("m08", "see http://spam.example/now"): (False, "low", "record"),
        ("m10", "well that was awful of you"): (True, "high", "hide"),
    }
    (of_name,) = by_id["m04", "good morning"]["findings"]
    assert (of_name["field"], of_name["match"], of_name["span"]) == ("displayName", "Clown", [0, 5])
    assert [one["line"] for one in lines(GOLDEN / "flagged.rejects.jsonl")] == [16, 18]
    assert [one["id"] for one in lines(GOLDEN / "flagged.unscored.jsonl")] == ["m09"]
    summary = json.loads((GOLDEN / "flagged.summary.json").read_bytes())
    assert (summary["read"], summary["repeats"], summary["judged"]) == (16, 1, 11)


def test_every_golden_record_fits_the_schema() -> None:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    for record in lines(GOLDEN / "flagged.jsonl"):
        validator.validate(record)
        for one in record["findings"]:
            if one["span"] is not None:
                assert record[one["field"]][slice(*one["span"])] == one["match"]


@pytest.mark.parametrize("batch_size", [1, 2, 5])
def test_the_bytes_do_not_depend_on_the_batch_size(tmp_path: Path, batch_size: int) -> None:
    scanned(golden_rows(), tmp_path, pipeline=made(batch_size=batch_size), all_findings=True)
    for name, content in files(tmp_path).items():
        assert content == (GOLDEN / name).read_bytes(), name


def test_findings_that_do_not_flag_stay_out_unless_asked_for(tmp_path: Path) -> None:
    tally, summary = scanned(golden_rows(), tmp_path)
    assert all(one["flagged"] for one in lines(tmp_path / "flagged.jsonl"))
    assert len(lines(tmp_path / "flagged.jsonl")) == tally.flagged == summary["flagged"] == 5
    assert summary["heldBack"] == 1


def test_scores_are_of_every_message(tmp_path: Path) -> None:
    tally, _ = scanned(golden_rows(), tmp_path)
    scores = lines(tmp_path / "scores.jsonl")
    assert len(scores) == tally.judged
    assert all("payload" not in one for one in scores)
    awful = next(one for one in scores if one["id"] == "m10")
    assert awful["scores"] == {"m": {"insult": 0.7123, "toxicity": 0.95}}


CANDIDATE = ruleset(
    "rules:\n"
    "  - {id: test.awful, kind: terms, category: insult, severity: high, terms: [awful, hallo], "
    "hits: [awful], misses: [x]}\n"
)


def shadowing(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]], Table]:
    table = Table(MODEL, default={"insult": 0.01, "toxicity": 0.02}, name="m")
    live, beside = pair(RULES, CANDIDATE, [table])
    to = Destinations.beside(folder / "flagged.jsonl", scores=folder / "scores.jsonl", shadow=True)
    _, summary = scan(
        golden_rows(), live, RULES, to, source="dump.csv", stdout=io.BytesIO(),
        all_findings=True, shadow=Shadow(CANDIDATE, beside),
    )  # fmt: skip
    return summary, lines(folder / "flagged.shadow.jsonl"), table


def test_a_shadow_changes_no_output_and_asks_no_model_twice(tmp_path: Path) -> None:
    _, _, table = shadowing(tmp_path)
    for name in ("flagged.jsonl", "flagged.rejects.jsonl", "flagged.unscored.jsonl"):
        assert (tmp_path / name).read_bytes() == (GOLDEN / name).read_bytes(), name
    asked = [text for batch in table.batches for text in batch]
    assert len(asked) == len(set(asked))


def test_a_shadow_writes_what_it_flags_and_what_it_would_not(tmp_path: Path) -> None:
    summary, records, _ = shadowing(tmp_path)
    assert summary["shadow"]["rules"]["sha256"] == CANDIDATE.sha256
    counts = {name: summary["shadow"][name] for name in ("flagged", "added", "dropped")}
    by_change = [one["change"] for one in records]
    assert counts == {
        "flagged": sum(one["flagged"] for one in records),
        "added": by_change.count("added"),
        "dropped": by_change.count("dropped"),
    }
    assert counts["dropped"] == 4
    dropped = next(one for one in records if one["change"] == "dropped")
    assert (dropped["flagged"], dropped["live"]["flagged"]) == (False, True)
    assert dropped["live"]["sources"] == ["insult.idiot"]
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    for one in records:
        plain = {name: value for name, value in one.items() if name not in {"change", "live"}}
        if plain["findings"]:
            validator.validate(plain)


def test_a_shadow_needs_a_place() -> None:
    with pytest.raises(ConfigError, match="name it with -o FILE"):
        Destinations.beside(None, shadow=True)
    beside = Destinations.beside(Path("a.b.jsonl"), shadow=True)
    assert str(beside.shadow) == "a.b.shadow.jsonl"


def test_side_files_lie_beside_the_output() -> None:
    to = Destinations.beside(Path("out/week 24.v2.jsonl"))
    assert [str(path) for path in (to.rejects, to.unscored, to.summary)] == [
        "out/week 24.v2.rejects.jsonl",
        "out/week 24.v2.unscored.jsonl",
        "out/week 24.v2.summary.json",
    ]
    assert to.scores is None
    assert Destinations.beside(Path("f.jsonl"), rejects=Path("r")).rejects == Path("r")
    assert Destinations.beside(None) == Destinations(None)
    names = [Destinations.beside(Path(name)).summary for name in ("v.1", "v.2", "v.json", ".jsonl")]
    assert [str(name) for name in names] == [
        "v.1.summary.json", "v.2.summary.json", "v.summary.json", ".jsonl.summary.json",
    ]  # fmt: skip


def test_a_device_has_nothing_beside_it() -> None:
    null = Path(os.devnull)
    assert Destinations.beside(null) == Destinations(null)
    assert Destinations.beside(null, rejects=null, scores=null).rejects == null


def test_a_stream_gets_the_records_and_nothing_else(tmp_path: Path) -> None:
    out = io.BytesIO()
    scan(golden_rows(), made(), RULES, Destinations(None), source="x", stdout=out)
    scanned(golden_rows(), tmp_path)
    assert out.getvalue() == (tmp_path / "flagged.jsonl").read_bytes()


def test_the_same_id_and_text_is_judged_once_and_another_text_again(tmp_path: Path) -> None:
    rows = [message(text, number) for text, number in [("a", 1), ("a", 1), ("b", 1), ("a", 2)]]
    rows += [message("b", 1), message("a", 1)]
    tally, _ = scanned(rows, tmp_path)
    assert (tally.read, tally.judged, tally.repeats) == (6, 3, 3)


@pytest.mark.parametrize(
    ("fail", "kind"),
    [
        (SourceError("the dump stops early"), SourceError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_a_run_that_breaks_off_changes_no_file(
    tmp_path: Path, fail: BaseException, kind: type[BaseException]
) -> None:
    scanned(golden_rows(), tmp_path)
    before = files(tmp_path)

    def broken() -> Iterator[Message | BadRow]:
        yield message("idiot", 1)
        raise fail

    with pytest.raises(kind):
        scanned(broken(), tmp_path)
    assert files(tmp_path) == before


def test_a_model_that_fails_on_everything_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ClassifierError, match="broken failed on every one"):
        scanned(
            golden_rows(),
            tmp_path,
            pipeline=made(Table(default=RuntimeError(), name="broken")),
        )
    assert list(tmp_path.iterdir()) == []


def test_no_clobber_is_for_every_file(tmp_path: Path) -> None:
    (tmp_path / "flagged.unscored.jsonl").write_bytes(b"old")
    with pytest.raises(OutputError, match=r"flagged\.unscored\.jsonl exists already"):
        scanned(golden_rows(), tmp_path, no_clobber=True)
    assert [path.name for path in tmp_path.iterdir()] == ["flagged.unscored.jsonl"]


def test_the_row_count_is_told_as_it_goes(tmp_path: Path) -> None:
    told: list[int] = []
    note: Callable[[int], None] = told.append
    scanned(golden_rows(), tmp_path, on_row=note)
    assert told == list(range(1, 17))


ROWS = st.lists(
    st.one_of(
        st.builds(
            lambda text, number, kind: Message(
                f"m{number}", "p1", "s1", "r1", "Ann", None, None, kind, text, "", number
            ),
            st.text(max_size=20) | st.sampled_from(["idiot", "i'll find you"]),
            st.integers(0, 3),
            st.sampled_from(["TEXT_MESSAGE", "TEXT_MESSAGE", "IMAGE_MESSAGE", "poll"]),
        ),
        st.builds(BadRow, st.integers(1, 99), st.sampled_from(["no id", "3 columns"]), st.just("")),
    ),
    max_size=25,
)


@given(ROWS)
def test_what_was_read_is_accounted_for(rows: list[Message | BadRow]) -> None:
    out = io.BytesIO()
    rules: RuleSet = RULES
    tally, summary = scan(rows, made(), rules, Destinations(None), source="x", stdout=out)
    others = sum(n for kind, n in summary["payloadTypes"].items() if kind != "TEXT_MESSAGE")
    assert summary["read"] == len(rows)
    assert summary["read"] == summary["rejected"] + summary["repeats"] + others + summary["judged"]
    assert summary["rejected"] == sum(summary["rejectReasons"].values())
    assert summary["flagged"] == sum(summary["bySeverity"].values())
    assert summary["flagged"] == sum(summary["byAction"].values())
    assert summary["flagged"] == len(out.getvalue().splitlines())
    assert tally.flagged + tally.held_back <= tally.judged
