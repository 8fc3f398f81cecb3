import subprocess
import sys
from importlib.util import find_spec

import pytest

CODE = """
import sys
from moderator.cli.lean import lighten_spacy
{first}
lighten_spacy()
from spacy.lang.en import English
from spacy.matcher import Matcher
doc = English()("you are an oaf")
matcher = Matcher(doc.vocab)
matcher.add("oaf", [[{{"LOWER": "oaf"}}]])
print(matcher(doc)[0][1:], "weasel" in sys.modules, hasattr(sys.modules["spacy.cli"], "app"))
print("torch" in sys.modules)
{then}
"""


def said(first: str = "", then: str = "") -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(first=first, then=then)],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout.splitlines()


def test_spacy_works_without_its_commands_and_without_torch() -> None:
    assert said() == ["(3, 4) False False", "False"]


@pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")
def test_torch_can_still_be_imported() -> None:
    assert said(then="import torch; print(torch.zeros(2).sum().item())")[2:] == ["0.0"]


def test_a_spacy_that_is_there_is_left_alone() -> None:
    assert said("import spacy")[0] == "(3, 4) True True"
