"""Messages with the shape of session chat, made up from a seed, every one another.

Median of four words, a long tail, typing habits of phones; of a hundred messages one holds a
link, mention or number, three are rude, and one in four of those is disguised.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

sys.path.append(str(Path(__file__).parent.parent / "tests"))

from evasion.cases import Term
from evasion.harmless import KINDS
from evasion.tricks import TRICKS

SEED = 21
RUDE, DISGUISED, MARKED = 0.03, 0.25, 0.04
_WORDS = """
i you the a to it is and that what this for on in so my me we do can have not be no yes ok just are
was like but of at with if your how there all get one now know thanks hi hello lol good hey time
think see they u here im go why need want about out up work really some would when will back then
who he she did dont its too right sorry please more as thats same make question sure think today
lets guys everyone anyone someone day nice great haha wait tomorrow meeting slides link audio mic
sound screen share camera hear cant question answer homework game play team round win lost map lag
next page chapter slide teacher class test score code build video stream host chat hand break mute
morning night evening week start end late early first last again still maybe never always ever much
thing things people something nothing anything else way long new old big small bad better best
cool awesome wow omg idk brb ty np pls thx gonna wanna gotta yeah yep nope nah okay fine true
"""
WORDS = _WORDS.split()
_WEIGHTS = [1 / (rank + 3) for rank in range(len(WORDS))]
RARE = "bcdfghklmnprstvw"
ENDS = ("", "", "", "", "", "", "?", "!", ".", "...", " lol", " 😂", " 👍", "!!", " :)")


def messages(number: int, terms: list[Term]) -> Iterator[str]:
    """So many distinct messages, the same each time."""
    chance = Random(SEED)
    seen: set[str] = set()
    while len(seen) < number:
        words = sentence(chance)
        if chance.random() < RUDE:
            words[chance.randrange(len(words))] = rude(terms, chance)
        text = typed(words, chance)
        if text not in seen:
            seen.add(text)
            yield text


def sentence(chance: Random) -> list[str]:
    """The words of an ordinary message."""
    long = max(1, min(60, round(chance.lognormvariate(1.4, 0.75))))
    words = chance.choices(WORDS, _WEIGHTS, k=long)
    if chance.random() < 0.5:
        words[chance.randrange(long)] = _name(chance)
    if chance.random() < MARKED:
        words.append(KINDS[chance.choice(list(KINDS))](chance))
    return words


def rude(terms: list[Term], chance: Random) -> str:
    """A rude word, one in four disguised."""
    word = chance.choice(terms).word
    if chance.random() < DISGUISED:
        return chance.choice(list(TRICKS.values()))(word, chance) or word
    return word


def typed(words: list[str], chance: Random) -> str:
    """The words as somebody ends and capitalises a message."""
    text = " ".join(words) + chance.choice(ENDS)
    return text.capitalize() if chance.random() < 0.4 else text


def _name(chance: Random) -> str:
    """A word that nobody has seen before, as names and typing errors are."""
    syllables = chance.randint(2, 4)
    return "".join(chance.choice(RARE) + chance.choice("aeiou") for _ in range(syllables))
