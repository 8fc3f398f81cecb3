"""The README does what it says: its Python example runs, and CI runs its own test command."""

import contextlib
import io
import re
from pathlib import Path

from moderator.config import load
from moderator.samples import run_samples

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, "README.md", "exec"), {})
    who, rule, start, end, flagged = re.match(
        r"(\S+) (\S+) \((\d+), (\d+)\) (\w+)", printed.getvalue()
    ).groups()
    assert (who, flagged) == ("p-7", "True")
    assert rule.startswith("insult.")
    assert "you are an idiot"[int(start) : int(end)].endswith("idiot")


def test_the_rules_example_loads_and_its_samples_hold(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    own = tmp_path / "my-rules.yaml"
    own.write_text(example, encoding="utf-8")
    ruleset = load(own)
    assert {rule.id for rule in ruleset.rules} > {"house.spoilers"}
    assert "insult.gaming" not in {rule.id for rule in ruleset.rules}
    assert not [one for one in run_samples(ruleset) if one.part.id == "house.spoilers"]


def test_it_opens_with_one_sentence_and_two_commands() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert "moderator scan examples/" in blocks[0]
    assert blocks[1].strip().endswith("pytest")
    assert len(blocks[0].strip().splitlines()) == len(blocks[1].strip().splitlines()) == 1
