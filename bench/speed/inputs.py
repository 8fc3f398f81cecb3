"""Chat with the shape of a session's, made up from a seed: texts, and the dump that holds them.

Of a hundred messages thirty are what chat says all the time ("lol", "yes"), three are toxic (rude
words of the default rules, a quarter of them disguised as in tests/evasion, in sentences that
carry them), one in two hundred runs to between 150 and 2,000 characters; the others are a few
words each with names and typing errors that nobody has seen before.
"""

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from chatter import rude, sentence, typed
from evasion.cases import CARRIERS, Term, terms

from moderator.config import load

SEED = 31
SAID_AGAIN, TOXIC, LONG = 0.30, 0.03, 0.005
SHORTEST_LONG, LONGEST = 150, 2_000
PARTICIPANTS = 2_000
MESSAGES_A_SECOND = 8
BEGAN = datetime(2026, 6, 10, tzinfo=UTC)
COLUMNS = (
    "id", "participantId", "sessionId", "meetingId", "displayName", "pinned", "isEdited",
    "payloadType", "payload", "createdAt",
)  # fmt: skip

_STOCK_WORDS = """
lol yes no ok hi hello yeah thanks haha same 👍 yep ty nice good 😂 gg +1 true hey sure please
done wow hahaha bye nope idk agreed what lmao cool great welcome 👏 ? ❤️ 😂😂😂 :) brb np omg right
"""
_STOCK = _STOCK_WORDS.split()
_STOCK_WEIGHTS = [1 / (rank + 1) for rank in range(len(_STOCK))]
_AT_SOMEBODY = (
    *CARRIERS, "you {}", "shut up {}", "ur such a {}", "omg you are a {}", "@sam you {}",
    "i hate you {}", "stop it {} nobody asked", "why is everyone here a {}", "this {} again lol",
    "{} {}",
)  # fmt: skip


def texts(number: int, seed: int = SEED) -> Iterator[tuple[str, bool]]:
    """So many messages, the same for the same seed, each with whether it was made to be toxic."""
    chance = Random(seed)
    drawn = terms(load())
    for _ in range(number):
        die = chance.random()
        if die < SAID_AGAIN:
            yield chance.choices(_STOCK, _STOCK_WEIGHTS)[0], False
        elif die < SAID_AGAIN + TOXIC:
            yield _toxic(drawn, chance), True
        elif die < SAID_AGAIN + TOXIC + LONG:
            yield _long(chance), False
        else:
            yield typed(sentence(chance), chance), False


def _toxic(drawn: list[Term], chance: Random) -> str:
    carrier = chance.choice(_AT_SOMEBODY)
    text = carrier.format(*(rude(drawn, chance) for _ in range(carrier.count("{}"))))
    return text if chance.random() < 0.7 else f"{text} {typed(sentence(chance), chance)}"


def _long(chance: Random) -> str:
    """Of a length that is as often between 150 and 548 characters as between 548 and 2,000."""
    length = SHORTEST_LONG * (LONGEST / SHORTEST_LONG) ** chance.random()
    text = typed(sentence(chance), chance)
    while len(text) < length:
        text += " " + typed(sentence(chance), chance)
    return text[: round(length)].rstrip()


def write_dump(file: Path, payloads: Sequence[str], seed: int = SEED) -> None:
    """A CSV dump of one session with these messages."""
    chance = Random(seed)
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(COLUMNS)
        for number, payload in enumerate(payloads):
            who = chance.randrange(PARTICIPANTS)
            at = BEGAN + timedelta(seconds=number / MESSAGES_A_SECOND)
            rows.writerow((
                f"{chance.getrandbits(128):032x}", f"p{who:08x}", "s-1", "r-1", f"Guest {who}",
                "false", "false", "TEXT_MESSAGE", payload,
                at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            ))  # fmt: skip


def shape(made: Sequence[tuple[str, bool]]) -> dict[str, Any]:
    """What the messages are like; has to be what the top of this module says."""
    words = [len(text.split()) for text, _ in made]
    said = [text for text, _ in made]
    found = {
        "messages": len(made),
        "medianWords": median(words),
        "meanCharacters": round(sum(map(len, said)) / len(made), 1),
        "longestCharacters": max(map(len, said)),
        "saidBefore": round(1 - len(set(said)) / len(made), 4),
        "toxic": round(sum(toxic for _, toxic in made) / len(made), 4),
    }
    if not (2 <= found["medianWords"] <= 6 and found["longestCharacters"] <= LONGEST):
        raise SystemExit(f"The messages lost their shape: {found}")
    if not (0.2 <= found["saidBefore"] <= 0.4 and 0.01 <= found["toxic"] <= 0.05):
        raise SystemExit(f"The messages lost their shape: {found}")
    return found


def sample(said: Sequence[str], number: int) -> list[str]:
    """So many of the messages, in their order, evenly over all lengths: as hard as all of them."""
    by_length = sorted(range(len(said)), key=lambda place: len(said[place]))
    step = len(said) / number
    if step <= 1:
        return list(said)
    return [
        said[place] for place in sorted(by_length[int(step * (k + 0.5))] for k in range(number))
    ]
