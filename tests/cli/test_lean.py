import subprocess
import sys

CODE = """
import sys
from moderator.cli.lean import leave_out_spacy_commands
{first}
leave_out_spacy_commands()
from spacy.lang.en import English
from spacy.matcher import Matcher
doc = English()("you are an oaf")
matcher = Matcher(doc.vocab)
matcher.add("oaf", [[{{"LOWER": "oaf"}}]])
print(matcher(doc)[0][1:], "weasel" in sys.modules, hasattr(sys.modules["spacy.cli"], "app"))
"""


def said(first: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(first=first)],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout.strip()


def test_spacy_works_without_its_commands() -> None:
    assert said("") == "(3, 4) False False"


def test_a_spacy_that_is_there_is_left_alone() -> None:
    assert said("import spacy") == "(3, 4) True True"
