"""A sentence's skeleton: what is left of it when the exchangeable words are taken out.

Two sentences share a skeleton when a grammar could have made one from the other by swapping
fillers. The suite is held out of training by skeleton, not only by string.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

ANY = "<*>"

_NAMES = """
adrian ahmed aisha alan alex alice alison ali amir amy ana andre andy anita anna anne anton assad
ben briggs chen chloe chris clara dan daniel dave david dean diego doyle ella emma eva fabio fanny
finn gary greg hannah harriet harry ida ilse ines ivan jack jake james jane jo joe joel john johnson
jonas jose josh julia kate kaya kevin lena leo leon leroy li lim lina lisa lucas lucy lukas maria
marco martin mateo mei mia miguel mina mo mohamed muhammad nadia neil nigel nina noah
noor nora nowak olga oliver omar owen patel paul pedro peter petersen priya raj rik rosa sam
samir sandra sara sarah sofia sophie tariq tess tom tony trevor tyler wei yara yusuf zoe
"""
_IDENTITIES = """
african africans arab arabs asian asians atheist atheists autistic bi bipolar bisexual bisexuals
black blacks blind boomer boomers brown catholic catholics chinese christian christians deaf
disabled female females foreigner foreigners gay gays girl girls guy guys gypsies gypsy handicapped
hindu hindus homosexual homosexuals immigrant immigrants indian indians jew jewish jews korean
koreans latina latino latinos lesbian lesbians man men mexican mexicans migrants muslim muslims
native natives nonbinary polish protestant queer queers refugee refugees roma schizophrenic seniors
sikh sikhs straight trans transgender turkish turks white whites woman women
"""
_SWEARS = """
ass asshole assholes awful bastard bellend bitch bitches bloody braindead bullshit clown clowns cow
crap creep cunt cunts damn dickhead dimwit disgusting dogshit dumb dumbass dyke dykes fag faggot
fags freak fuck fucked fucker fucking garbage goddamn halfwit hell horrible idiot idiotic idiots
inbred jerk kike lame liar loser losers moron moronic morons muppet nigger noob noobs paki pathetic
pig pigs prick puta queer rat retard retarded retards scum scumbag shit shithead shitty slut sluts
spaz spic stupid suck sucks terrible tranny trannies trash troll twat ugly useless vermin wanker
whore whores worthless
"""
_SLOTS = (
    dict.fromkeys(_SWEARS.split(), "<swear>")
    | dict.fromkeys(_IDENTITIES.split(), "<group>")
    | dict.fromkeys(_NAMES.split(), "<name>")
)
_SHORTHAND = {"u": ("you",), "ur": ("your",), "r": ("are",), "im": ("i", "am"), "an": ("a",)}
_CONTRACTION = {"re": "are", "m": "am", "ve": "have", "ll": "will"}
_TOKEN = re.compile(r"\{[^{}]*\}|\w+(?:'\w+)*")


def skeleton(text: str) -> tuple[str, ...]:
    """Lower-cased words of a text or a template, exchangeable ones replaced by their slot.

    Names, numbers, identity terms and swear words become `<name>`, `<n>`, `<group>`, `<swear>`;
    a template's `{placeholder}` or `_` becomes `<*>`. Punctuation and emoji fall away; contractions
    and chat shorthand are written out, so that "u r" and "you're" are one skeleton.
    """
    folded = unicodedata.normalize("NFKC", text).replace("\u2019", "'").lower()
    return tuple(part for token in _TOKEN.findall(folded) for part in _slot(token))


def _slot(token: str) -> Iterator[str]:
    if token.startswith("{") or token == "_":
        yield ANY
    elif token[0].isdigit():
        yield "<n>"
    elif token in _SHORTHAND:
        yield from _SHORTHAND[token]
    elif "'" in token and token.rsplit("'", 1)[1] in _CONTRACTION:
        stem, ending = token.rsplit("'", 1)
        yield from (_SLOTS.get(stem, stem), _CONTRACTION[ending])
    else:
        yield _SLOTS.get(token, token)


class Templates:
    """Training templates, indexed to be asked which of them a skeleton could have come from.

    A placeholder stands for up to five words, or for none. A template counts when it has at least
    `min_words` words, three of them its own: one with fewer ("{name} is {x}") is no sentence
    frame and would match much of the language.
    """

    def __init__(self, templates: Iterable[str], min_words: int = 4) -> None:
        self._by_word: dict[str, list[tuple[int, re.Pattern[str]]]] = defaultdict(list)
        for number, template in enumerate(templates):
            words = skeleton(template)
            own = [word for word in words if word != ANY]
            if len(words) >= min_words and len(own) >= 3:
                pattern = "".join(
                    r"(?: \S+){0,5}" if word == ANY else " " + re.escape(word) for word in words
                )
                self._by_word[max(own, key=len)].append((number, re.compile(pattern)))

    def sources(self, words: tuple[str, ...]) -> list[int]:
        """Positions of the templates that could have made a text of this skeleton."""
        line = "".join(" " + word for word in words)
        return sorted(
            number
            for word in set(words)
            for number, pattern in self._by_word.get(word, ())
            if pattern.fullmatch(line)
        )
