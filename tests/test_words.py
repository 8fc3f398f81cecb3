"""Words behind scores: asked for where something is to be done, once a text, up to a bound."""

from dataclasses import replace

from doubles import Explaining
from making import message, ruleset

from moderator.pipeline import Pipeline
from moderator.policy import Policy
from moderator.records import Severity
from moderator.words import MOST_EXPLAINED, Words

POLICY = Policy(ruleset("rules: []\n"))


class Counting(Explaining):
    """Counts how often it is asked."""

    asked = 0

    def explain(self, text: str, label: str, limit: int = 3) -> tuple[str, ...]:
        self.asked += 1
        return super().explain(text, label, limit)


def test_a_text_is_explained_once_and_only_so_many_are() -> None:
    model = Counting()
    words = Words([model], POLICY)
    findings = POLICY.findings(model.name, model.version, {"insult": 0.95})
    for number in range(MOST_EXPLAINED):
        for _ in range(2):
            (explained,) = words.explained(findings, f"text {number}")
            assert explained.words is not None
    assert model.asked == MOST_EXPLAINED
    assert words.explained(findings, "one more") == findings
    assert words.explained(findings, "text 0")[0].words == ("text", "0")


def test_what_is_only_recorded_needs_no_words() -> None:
    model = Counting()
    (finding,) = POLICY.findings(model.name, model.version, {"insult": 0.7})
    low = replace(finding, severity=Severity.low)
    assert Words([model], POLICY).explained([low], "meh") == [low]
    assert model.asked == 0


class Failing(Explaining):
    """Scores, and cannot say why."""

    def explain(self, text: str, label: str, limit: int = 3) -> tuple[str, ...]:
        raise RuntimeError(text)


def test_a_model_that_fails_to_explain_ends_no_run() -> None:
    model = Failing({"bad": {"insult": 0.95}})
    bad, fine = Pipeline([model], POLICY).moderate([message("bad", 1), message("fine", 2)])
    assert bad.verdict.flagged
    assert bad.findings[0].words is None
    assert not fine.findings
