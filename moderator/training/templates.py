"""Rows from the grammars, in the spelling of chat.

The grammars write the same words aimed and not aimed, stated and quoted, meant and joked; this
module writes their sentences as people type: without capitals or points, shortened, misspelt,
lengthened by greetings, names and emoji, and joined with a second, harmless sentence.
"""

import random
import re
from collections.abc import Iterator

from moderator.training import grammar, weak
from moderator.training.labels import Row, vector

SHORT = {
    "you": "u", "are": "r", "your": "ur", "you're": "ur", "please": "pls", "people": "ppl",
    "because": "cuz", "though": "tho", "with": "w", "what": "wat", "about": "abt", "to": "2",
    "going": "goin", "the": "da", "fucking": "fkn", "okay": "k", "right": "rite", "don't": "dont",
    "can't": "cant", "i'm": "im", "that's": "thats", "i'll": "ill", "for": "4", "this": "dis",
    "stupid": "stupd", "really": "rly", "and": "n", "something": "smth", "know": "kno",
}  # fmt: skip
ENDS = ("lol", "lmao", "haha", "bro", "man", "dude", "tbh", "fr", "smh", "ngl", "rn", "btw", "omg")
STARTS = ("lol", "omg", "bro", "dude", "yo", "ok", "so", "hey", "haha", "well", "man", "wow", "and")
FILLERS = ("reactions", "friendly_you", "polite_criticism", "code_numbers", "negative_thing")
SIGNS = ("!", "!!", "!!!", "...", ".", "?", "??", "!1", " :)", " >:(", " xD")


def style(text: str, rng: random.Random) -> str:
    """The sentence as one person might type it; meaning and labels stay."""
    words = text.split(" ")
    if rng.random() < 0.25:
        words = [
            SHORT[w.lower()] if w.lower() in SHORT and rng.random() < 0.6 else w for w in words
        ]
    if rng.random() < 0.08:
        words.insert(0, rng.choice(STARTS))
    if rng.random() < 0.10:
        words.append(rng.choice(ENDS))
    text = " ".join(words)
    if rng.random() < 0.25:
        text = text.replace("'", "")
    if rng.random() < 0.06:
        text = typo(text, rng)
    roll = rng.random()
    if roll < 0.30:
        text = text[:1].upper() + text[1:]
    elif roll < 0.36:
        text = text.upper()
    if rng.random() < 0.30:
        text = text.rstrip("?!.") + rng.choice(SIGNS)
    if rng.random() < 0.10:
        text += " " + " ".join([grammar.expand("{emoji}", rng)] * rng.choice([1, 1, 2, 3]))
    return text


def typo(text: str, rng: random.Random) -> str:
    """One letter dropped, doubled or changed over with the next."""
    places = [found.start() for found in re.finditer(r"[a-z](?=[a-z])", text)]
    if not places:
        return text
    at = rng.choice(places)
    kind = rng.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def join(text: str, rng: random.Random) -> str:
    """The sentence among one to four harmless ones."""
    parts = [harmless(rng) for _ in range(rng.choice([1, 1, 1, 1, 2, 2, 3, 4]))]
    parts.insert(rng.randrange(len(parts) + 1), text)
    gaps = [rng.choice([" ", ", ", ". ", "... ", " - ", "\n"]) for _ in parts]
    return "".join(part + gap for part, gap in zip(parts, [*gaps[1:], ""], strict=True))


def harmless(rng: random.Random) -> str:
    """A short sentence that changes no label."""
    if rng.random() < 0.5:
        return grammar.expand("{neutral}", rng)
    plain = [f for f in grammar.functions() if f.name in FILLERS]
    while weak.STRONG.search(text := grammar.expand(rng.choice(rng.choice(plain).templates), rng)):
        pass
    return text


def rows(count: int, seed: int) -> Iterator[Row]:
    """About `count` different rows; the same for the same seed. `group` names the function.

    A function gets rows by its weight, its templates by the number of their choices (damped), so
    that a fixed sentence is not repeated as often as one with ten thousand forms.
    """
    rng = random.Random(seed)
    total = sum(function.weight for function in grammar.functions())
    for function in grammar.functions():
        seen: set[str] = set()
        weights = [1 + len(grammar.INNER.findall(t)) for t in function.templates]
        wanted = count * function.weight // total
        chosen = rng.choices(function.templates, weights, k=wanted)
        for template in chosen:
            plain = grammar.expand(template, rng)
            text = style(join(plain, rng) if rng.random() < 0.18 else plain, rng)
            if text and text not in seen:
                seen.add(text)
                labels = dict(function.labels)
                labels.setdefault("obscene", int(bool(weak.STRONG.search(plain))))
                yield Row(text, "template", vector(labels), function.name)
