"""Nothing is found where nothing is rude: numbers, code, links, names, flags, and hard words."""

import pytest

from evasion.harmless import KINDS, texts
from evasion.judged import findings
from evasion.names import NAMES
from moderator.config import load

NUMBER = 2_000
HOMONYMS = {"Polla": "a town in Campania, and a swear word of Spanish that is listed as such"}
"""Names that are spelt as a listed word is, in full: nothing but the place tells them apart."""

HARD = (
    # Words and names that hold rude ones.
    "Scunthorpe", "Penistone", "Lightwater", "Clitheroe", "Cockermouth", "Sussex and Essex",
    "Middlesex", "Arsenal", "Nigeria", "Niger", "Montenegro", "Dickens", "Hitchcock", "Hancock",
    "Babcock", "Cockburn", "Dickinson", "Wankel engine", "viable", "assume", "therapist",
    "class", "classic", "assassin", "cocktail", "peacock", "grape", "drape", "scrape",
    "bass guitar", "compass", "embassy", "passion", "Massachusetts", "analysis", "canal",
    "document", "cucumber", "accumulate", "circumstances", "shitake mushrooms", "Matsushita",
    "Yoshitaka", "mishit", "Fukushima", "Fukuoka", "Fuchs", "fuchsia", "Sebastian", "bastion",
    "custard", "mustard", "retardant", "flame-retardant", "snigger", "sniggering", "niggle",
    "niggling", "niggardly", "spice", "spices", "auspicious", "conspicuous", "suspicious",
    "despicable", "raccoon", "tycoon", "cocoon", "Kikuyu", "Mickey", "Dickie", "fagus",
    "faggoting", "saffron", "Essex", "titan", "title", "constitution", "institution",
    "competition", "petition", "shore", "chore", "whorl", "hors d'oeuvre", "shoes", "horde",
    "Dutch", "duke", "dike", "cunning", "country", "counter", "account", "discount", "curt",
    "pushy", "fussy", "gussy", "hussy", "buttress", "button", "rebuttal", "homogeneous",
    "homonym", "homepage", "Homer", "Sussex", "sextant", "sextet", "sexton", "sixth",
    # Words close to rude ones.
    "duck", "ducking autocorrect", "luck", "fork", "forks", "folk", "funk", "flock", "shirt",
    "shift", "short", "shut the door", "sheet", "ship it", "batch", "beach", "botch", "pitch",
    "ditch", "itch", "as", "at", "is", "assess the damage", "deck", "dock", "disk", "duct",
    "coke", "cook", "clock", "rock", "aunt", "can't", "cant", "count", "punt", "pass", "slot",
    "salt", "slit", "whole", "wore", "store", "tot", "tat", "tut", "trigger", "digger",
    "bigger", "jogger", "ginger", "finger", "Roger", "retired", "regard", "record", "reward",
    "idea", "idol", "ideal", "moon", "more on that", "Mormon", "maroon", "Oregon", "key",
    "keys", "Kyiv", "sky",
    # Figures and signs that are no letters.
    "10:15", "at 7:55", "5:55", "455", "1337", "8008", "80085 is a number", "a5 paper",
    "A4 paper", "h264", "mp3", "b2b", "c4", "4k 55 inch", "3-0", "5-5", "50/50", "24/7", "9/11",
    "1st 2nd 3rd", "k=5", "x!=y", "f(x)", "5$ or 5€", "$5.55", "#1", "no. 1!!!", "100%", "a+b",
    "c++", "c#", "f#", "a*b*c", "2*4*6", "**bold** and *italic*", "_under_", "~tilde~",
    "s/a/b/", "a/b testing", "and/or", "he/she", "s/he", "his/her", "w/o", "n/a", "i/o", "24-7",
    "e-mail", "a.m. and p.m.", "i.e. e.g. etc.", "U.S.A.", "N.A.S.A.", "Ph.D.",
    "J.R.R. Tolkien", "A. S. Byatt", "T. S. Eliot", "F. Scott", "B.A. or B.S.",
    "Mr. S. S. Smith", "S.S. Titanic", "plan A, plan B", "a b c d e f g", "q w e r t y",
    "w a s d", "x y z", "i c u", "o k", "r u ok", "I I I", "1 2 3 4", "y/n", "k thx",
    "a, s, d, f", "vitamins A, C and K", "e v e r y o n e", "w e l c o m e", "h e l l o",
    "s-l-o-w", "n o o o o", "y e s s s", "hellooooo", "noooooo", "sooooo goood", "yesssss",
    "pleaaase", "hahahaha", "loooool", "shhhhh", "hmmmm", "awwww", "ahhhh", "zzzz",
    # Addresses, mentions and markup.
    "@assistant hello", "@classroom", "@bassist99", "#assembly", "#classof2026", "@Dickson_J",
    "https://example.com/ass/et/s", "https://docs.example.org/a-s-s-e-t-s", "www.example.com",
    "C:\\class\\assets", "/usr/share/assets/class.js", "git push -f", "sha256:a55f00d5411",
    "0xA55", "a55e7", "#fa6607", "#a55e55", "&nbsp;&amp;", "<b>hi</b>",
    # Other scripts, flags and pictures.
    "это хороший вопрос", "спасибо за урок", "Привет всем", "καλημέρα σε όλους",
    "ευχαριστώ πολύ", "مرحبا بكم", "नमस्ते दोस्तों", "こんにちは", "안녕하세요", "謝謝",
    "שלום לכולם", "ñandú y pingüino", "Größe", "façade", "naïve café", "Zürich", "Ångström",
    "smörgåsbord", "piñata", "crème brûlée", "São Paulo", "Łódź", "Þór", "Dvořák", "🇫🇷🇺🇸🇨🇦",
    "🇫🇮 🇸🇪 🇳🇴", "👨‍👩‍👧‍👦", "👩‍❤️‍👨 🏳️‍🌈", "🆗🆒🆕", "🅰️ or 🅱️?", "A️⃣", "①②③", "ⓐ ⓑ ⓒ",
    "x² + y²", "½ of it", "№ 5", "™ and ©", "℃", "Ⅳ and Ⅷ", "ﬁne ﬂow",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_found_in_generated_texts(kind: str) -> None:
    made = list(texts(kind, NUMBER))
    assert len(set(made)) > 100
    assert not _found(made)


@pytest.mark.parametrize("kind", NAMES)
def test_nothing_is_found_in_names(kind: str) -> None:
    names = NAMES[kind]()
    assert len(names) >= 1_000
    assert not _found([name for name in names if name not in HOMONYMS])


def test_nothing_is_found_in_what_only_looks_rude() -> None:
    assert not _found(HARD)
    assert not _found([text.upper() for text in HARD])


def _found(texts: tuple[str, ...] | list[str]) -> list[str]:
    return [
        f"{text}: {finding.rule} {finding.match}"
        for text, found in zip(texts, findings(load(), texts), strict=True)
        for finding in found
    ]
