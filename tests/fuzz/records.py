"""Records to start from: lines as `scan` writes them and the report page exports them."""

from functools import cache

import orjson

from moderator.judging import Judged
from moderator.output import flagged_record
from moderator.policy import Verdict as Judgement
from moderator.records import TEXT_MESSAGE, Action, Finding, Message, Severity, Unscored
from moderator.report.flagged import kind_of
from moderator.review.records import SALT_BYTES, commitment, record_id
from moderator.review.verdicts import RecordFacts, Verdict, to_line


def message(payload: str, number: int = 1, name: str = "Ann") -> Message:
    """A message of a dump."""
    return Message(
        f"m{number}", f"p{number}", "s1", "r1", name, False, None, TEXT_MESSAGE, payload,
        f"2026-06-10T10:00:0{number % 10}.000Z", number,
    )  # fmt: skip


def finding(payload: str, match: str, category: str = "insult") -> Finding:
    """A rule's finding of `match` in `payload`."""
    start = payload.index(match)
    return Finding(
        "rules", "1", "house.one", None, category, Severity.medium, 1.0, 1.0,
        span=(start, start + len(match)), match=match,
    )  # fmt: skip


@cache
def flagged_seeds() -> tuple[bytes, ...]:
    """Lines of a flagged file: a rule, a model with words, a held finding, an unscored one."""
    rude, near = (
        message("you IDIOT, jo@mail.example", 1, "=Bob"),
        message("call +49 170 1234567", 2),
    )
    by_model = Finding(
        "m", "2", None, "toxicity", "toxicity", Severity.high, 0.97, 0.9, words=("IDIOT",)
    )
    judged = [
        Judged(rude, (finding(rude.payload, "IDIOT"), by_model), _judgement(flagged=True),
               {"m": {"toxicity": 0.97}}, (), (near,), (near,)),
        Judged(near, (), _judgement(flagged=False), {}, (Unscored("m", "language: es"),)),
        Judged(message("Ünïcödé 👨‍👩‍👧 idiot\u202e", 3), (finding("👨 idiot", "idiot",
        "child_safety"),),
               _judgement(flagged=True), {}, ()),
    ]  # fmt: skip
    lines = tuple(orjson.dumps(flagged_record(one)) for one in judged)
    assert {kind_of(orjson.loads(line)) for line in lines} == {"flag", "sample"}
    return lines


def _judgement(*, flagged: bool) -> Judgement:
    return Judgement(
        flagged=flagged,
        severity=Severity.medium if flagged else None,
        action=Action.review if flagged else None,
        categories=("insult",) if flagged else (),
    )


@cache
def verdict_seed() -> bytes:
    """A line of verdicts."""
    record = orjson.loads(flagged_seeds()[0])
    salt = bytes(SALT_BYTES)
    return orjson.dumps(
        to_line(
            Verdict(
                record_id(record), commitment(record, salt), salt.hex(), "s1", "m1", "p1", None,
                record["createdAt"], "Mina", "abusive", "hide", "a note",
                "2026-06-11T08:00:00.000Z",
                RecordFacts("medium", "review", ("insult",), ()),
            )
        )
    )  # fmt: skip
