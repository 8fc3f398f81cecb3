"""Reports to look at, each built once, and the browser to look with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.command import EXAMPLES, Cli
from playwright.sync_api import Browser
from report.browser import chromium
from report.flags import Record, finding, flag, hostile, many, marked, message, unscored, write


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; each takes a profile of its own."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the reports lie."""
    return tmp_path_factory.mktemp("reports")


def report(folder: Path, name: str, records: list[Record] | None = None) -> Path:
    """The report of `name`.jsonl, which is written first if records are given."""
    if records is not None:
        write(folder / f"{name}.jsonl", records)
    done = Cli(folder)("report", f"{name}.jsonl", "-o", f"{name}.html", "-q")
    assert done.status == 0, done.err
    return folder / f"{name}.html"


@pytest.fixture(scope="session")
def webinar(folder: Path) -> Path:
    """The example dump's report, scanned with rules and model."""
    dump = str(EXAMPLES / "webinar.csv")
    done = Cli(folder)("scan", dump, "-o", "webinar.jsonl", "--all-findings", "-q", timeout=600)
    assert done.status == 0, done.err
    return report(folder, "webinar")


@pytest.fixture(scope="session")
def big(folder: Path) -> Path:
    """20,000 flags of five sessions."""
    return report(folder, "big", many(20_000))


@pytest.fixture(scope="session")
def nasty(folder: Path) -> Path:
    """A dump that means harm."""
    return report(folder, "nasty", hostile())


def evening() -> list[Record]:
    """A dozen records in which everything that a report shows occurs once."""
    vile = "you are vile"
    both = "shut it, muppet, shut it 🙃 now"
    kept = message("SEALEDTEXT keep this between us", 7, "p7", "Quiet")
    parts = ["m8", "m9", "gone"]
    return [
        flag("you absolute muppet", 1, findings=[marked("you absolute muppet", "muppet")]),
        flag(
            both, 2, severity="high", who="p2", name="Sam",
            findings=[
                marked(both, "muppet", severity="high"),
                finding("toxicity", "high", label="toxicity", score=0.91, threshold=0.8,
                        words=["shut", "now"]),
            ],
            before=[message("good evening", 20, "p9", "Host")], after=[message("oh dear", 21)],
        ),
        flag(vile, 3, who="p3", name="Sam", findings=[marked(vile, "vile", "toxicity")]),
        flag("i will find you", 4, severity="critical", who="p4", name="Bo",
             findings=[finding("threat", "critical")]),
        flag("what a name", 5, who="p5", name="Muppet Lord",
             findings=[finding("insult", span=[0, 6], match="Muppet", field="displayName")]),
        flag(kept["payload"], 7, severity="critical", who="p7", name="Quiet",
             findings=[finding("child_safety", "critical", span=[0, 10], match="SEALEDTEXT",
                               words=["SEALEDTEXT"])]),
        flag("ho", 8, who="p8", name="Parts", after=[kept],
             findings=[finding("insult", messages=parts)]),
        flag("pe", 9, who="p8", name="Parts", findings=[finding("insult", messages=parts)]),
        flag("he said 'muppet' to me", 10, who="p2", name="Sam", flagged=False, severity="low",
             findings=[marked("he said 'muppet' to me", "muppet", guard="reported-speech")]),
        flag("quite unremarkable", 11, flagged=False, severity=None, findings=[]),
        flag("another evening", 12, session="s2", who="p2", name="Sammy", at=90_000),
    ]  # fmt: skip


@pytest.fixture(scope="session")
def small(folder: Path) -> Path:
    """The report of `evening`, with two messages that no model could judge."""
    lines = [unscored("hola a todos", 30), unscored("zzz", 31, "timeout", who="p2", name="Sam")]
    write(folder / "small.unscored.jsonl", lines)
    return report(folder, "small", evening())
