"""`moderator report` as a process."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli.command import Cli
from report.flags import flag, write

from moderator.review.purge import purge_file


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)


def test_a_page_for_its_owner_alone(cli: Cli) -> None:
    write(cli.path("a.jsonl"), [flag(), flag("b", 2, flagged=False, severity="low")])
    done = cli("report", "a.jsonl", "-o", "out.html")
    assert done.status == 0
    assert "1 flagged, 1 held back" in done.err
    path = cli.path("out.html")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text("utf-8").startswith("<!doctype html>")


def test_from_standard_input_with_a_title(cli: Cli) -> None:
    line = json.dumps(flag())
    done = cli("report", "-", "-o", "out.html", "--title", "Last night", "-q", stdin=line)
    assert (done.status, done.err) == (0, "")
    assert "<title>Last night · moderator</title>" in cli.path("out.html").read_text("utf-8")


def test_what_goes_wrong_is_one_sentence(cli: Cli) -> None:
    write(cli.path("a.jsonl"), [flag(), {"text": "x"}])
    cli("report", "a.jsonl", "-o", "out.html").fails(3, "a.jsonl, line 2", "'sessionId'")
    cli("report", "none.jsonl", "-o", "out.html").fails(3, "none.jsonl cannot be read")
    cli("report", "a.jsonl", "-o", "a.jsonl").fails(2, "is one of the files")
    cli("report", "a.jsonl", "-o", "a.summary.json").fails(2, "what the scan wrote beside")
    cli("report", "a.jsonl", "-o", "no/out.html").fails(4, "cannot be written")
    assert not cli.path("out.html").exists()


@pytest.mark.parametrize(
    ("name", "options", "begins"),
    [
        ("out.csv", (), "\ufeffsession,"),
        ("out.MD", (), "# a\n"),
        ("out.json", (), '{\n  "program"'),
        ("out.txt", (), "<!doctype html>"),
        ("out.txt", ("--format", "md"), "# a\n"),
        ("out.csv", ("--format", "json"), '{\n  "program"'),
    ],
)
def test_the_form_by_option_or_by_ending(
    cli: Cli, name: str, options: tuple[str, ...], begins: str
) -> None:
    write(cli.path("a.jsonl"), [flag()])
    done = cli("report", "a.jsonl", "-o", name, *options)
    assert done.status == 0
    assert cli.path(name).read_text("utf-8").startswith(begins)
    assert stat.S_IMODE(cli.path(name).stat().st_mode) == 0o600
    assert ("browser" in done.err) == (begins[0] == "<")


def test_text_forms_go_to_standard_output(cli: Cli) -> None:
    write(cli.path("a.jsonl"), [flag("\x1b[31m red")])
    for form in ("csv", "md"):
        done = cli("report", "a.jsonl", "-o", "-", "--format", form)
        assert (done.status, done.err) == (0, "")
        assert "\\x1b[31m" in done.out
    done = cli("report", "a.jsonl", "-o", "-", "--format", "json")
    assert json.loads(done.out)["numbers"]["flagged"] == 1
    cli("report", "a.jsonl", "-o", "-").fails(2, "A page is opened from a file")
    assert not cli.path("-").exists()


def test_options_that_do_not_go_together(cli: Cli) -> None:
    write(cli.path("a.jsonl"), [flag()])
    cli("report", "a.jsonl", "-o", "x.csv", "--show").fails(2, "--show is for --format md")


def test_a_redacted_page_says_so_and_names_no_file(cli: Cli) -> None:
    write(cli.path("ann-canary.jsonl"), [flag("mail jo@example.org", name="Ann Canary")])
    assert cli("report", "ann-canary.jsonl", "-o", "out.html", "--redact").status == 0
    page = cli.path("out.html").read_text("utf-8")
    assert "<title>Flagged messages · moderator</title>" in page
    assert "Personal data is masked in this report" in page
    assert "anary" not in page
    assert "jo@example" not in page


@pytest.mark.parametrize("ending", ["html", "csv", "md", "json"])
def test_purge_knows_every_form_and_its_age(cli: Cli, ending: str) -> None:
    # What a message says of the time is no age: its writer could have the report deleted.
    write(cli.path("a.jsonl"), [flag("1999-01-01T00:00:00Z 1999-01-01 00:00:00,x")])
    assert cli("report", "a.jsonl", "-o", f"out.{ending}").status == 0
    path = cli.path(f"out.{ending}")
    assert purge_file(path, datetime(2020, 1, 1, tzinfo=UTC)).status == "clean"
    done = purge_file(path, datetime.now(UTC) - timedelta(days=1))
    assert (done.status, done.kind, path.exists()) == ("deleted", "report", False)
