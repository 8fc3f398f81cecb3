"""`moderator evaluate` from the command line, with the rules of the package."""

import json
import subprocess
import sys
from pathlib import Path

MAIN = "from moderator.cli.main import run; run()"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", MAIN, "evaluate", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PYTHONUTF8": "1"}
    )


def test_rules_on_a_small_file(tmp_path: Path) -> None:
    path, out = tmp_path / "small.csv", tmp_path / "figures.json"
    path.write_text(
        "text,label\nyou are a fucking idiot,1\ngood morning,0\nthanks for the notes,0\n"
        "what a lovely day,1\n",
        encoding="utf-8",
    )
    done = run(str(path), "--system", "rules", "--json", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 rows, 4 of them with a known verdict" in done.stdout
    (line,) = (line for line in done.stdout.split("\n") if line.startswith("rules  "))
    assert line.split()[1:5] == ["75.0", "100.0", "50.0", "66.7"]
    assert max(map(len, done.stdout.split("\n"))) <= 100
    report = json.loads(out.read_text("utf-8"))
    found = report["sets"][str(path)]["rules"]
    assert found["recall"]["value"] == 0.5
    assert found["auc"] is None
    assert report["systems"]["rules"][0]["name"] == "rules"


def test_errors_are_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"text": "a", "flagged": 7}\n', encoding="utf-8")
    done = run(str(path), "--system", "rules")
    assert done.returncode == 3
    assert f"{path}, line 1: 'flagged' is neither 0 nor 1" in done.stderr
    assert run(str(path), "--system", "nonsense").returncode == 2
    over = run(str(path), "--system", "rules", "--json", str(path))
    assert (over.returncode, "one of the files to measure on" in over.stderr) == (2, True)
    assert path.read_text("utf-8").startswith('{"text": "a"')
    assert run().returncode == 2
