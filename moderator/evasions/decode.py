"""Reads disguised words back: a folded text with each evasion in place of what it stands for.

Letters of other scripts, digits and signs for letters, masks, repeats, letters set apart by
spaces or signs, text turned upside down, misspellings: a piece of the text that spells no known
word as it stands, and spells one of the lexicon through such tricks, is replaced by that word.
The word is one unit in the map: all of its characters stand for the whole piece.

Links, addresses, paths, numbers and code are left alone, since tricks are no tricks there.
"""

import re
from functools import lru_cache

from moderator.evasions.convincing import is_convincing
from moderator.evasions.letters import SEPARATORS
from moderator.evasions.lexicon import Lexicon
from moderator.evasions.ordinary import is_english, is_ordinary
from moderator.evasions.reading import readings
from moderator.evasions.tricks import Reading
from moderator.evasions.turned import turned
from moderator.text import Folded

LONGEST_PIECE = 160
"""Code points without a space; longer pieces are no words."""

LONGEST_RUN = 100
"""Code points of single letters with spaces between; the next run begins after it."""

LONGEST_LEAD = 24
"""Signs before the first letter or digit that may be letters themselves; those before are none."""

_OUTER = "!?.,:;'\"()*~-_"

_UNUSED = 9
"""The price of a sign that is left over: more than that of one in a letter's place."""

_REMEMBERED = 1 << 14

Edit = tuple[int, int, str]
"""Where in the folded text, and the word that stands there."""

_UNIT = r"[^\s](?:[^\w\s]|_)?"
_SPELT = re.compile(rf"(?<!\w){_UNIT}(?: {_UNIT}){{2,{LONGEST_RUN // 2}}}(?!\w)")
_PROTECTED = re.compile(
    r"\W*#[0-9a-f]{3,8}\W*|.*[0-9a-f]{8}-[0-9a-f]{4}-.*|.*://.*|www\..*"
    r"|.*[^\s@]@[^\s@]+\.[a-z]{2,}.*|[~.]{0,2}/[\w.].*/.*|/[\w.][^/]+"
    r"|.*[\w-]{2}\.(?:com|net|org|info|io|gg|co|me|tv|ru|de|uk|html?|php|py|js|ts|json|txt|png"
    r"|jpe?g|gif|pdf|csv|exe|zip|md|sh|c|h|cpp|rs|go|java|ya?ml)(?:[/:?#].*|\W*)"
)
_NUMBER = re.compile(r"(?:[a-z]{1,2}[$€£])?[$€£¥#(+~-]*\d[\d.,:;/%+()'\"!?*=x-]*[$€£¥]?")
_CODE = re.compile(r"[=;{}\\]|\w[\[(<]|\$\{|\$\(|&&|\|\|")
_STRUNG = re.compile(r"[^\W\d_]+(?:([-._*~+])[^\W\d_]+)(?:\1[^\W\d_]+)+")
_PARTS = re.compile(r"[^,;:()<>\[\]{}\"/\\=&?~._\-–—…]+")
_WORD_SIGN = re.compile(r"[^\W_]|[\U0001F1E6-\U0001F1FF]")
_SIGNS_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_SYLLABLE = re.compile(r"[^\W_]{3}")
_SINGLE = frozenset("uraiynbkm")
"""Letters that stand as words."""


class Decoder:
    """Decodes folded texts by one lexicon; remembers the pieces that it has seen lately."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._piece = lru_cache(maxsize=_REMEMBERED)(self._edits_of_piece)
        self._run = lru_cache(maxsize=_REMEMBERED // 8)(self._spelt)

    def decode(self, folded: Folded) -> Folded | None:
        """The text with its disguised words read, or None where there are none."""
        edits = self._edits(folded.text)
        return _replaced(folded, edits) if edits else None

    def _edits(self, text: str) -> list[Edit]:
        edits: list[Edit] = []
        begin = 0
        for start, end, found in self._stretches(text):
            if start >= begin:
                edits += self._of_pieces(text, begin, start)
                edits += found
                begin = end
        edits += self._of_pieces(text, begin, len(text))
        return edits

    def _stretches(self, text: str) -> list[tuple[int, int, list[Edit]]]:
        """Stretches that are read whole: letters set apart by spaces, and text turned over."""
        stretches = [(edit[0], edit[1], [edit]) for edit in turned(self._lexicon, text)]
        for run in _SPELT.finditer(text):
            found = [
                (run.start() + first, run.start() + last, word)
                for first, last, word in self._run(run.group())
            ]
            if found:
                stretches.append((*run.span(), found))
        return sorted(stretches)

    def _of_pieces(self, text: str, begin: int, end: int) -> list[Edit]:
        edits: list[Edit] = []
        position = begin
        known = self._lexicon.known
        for piece in text[begin:end].split(" "):
            if piece and piece not in known:
                for first, last, word in self._piece(piece):
                    edits.append((position + first, position + last, word))
            position += len(piece) + 1
        return edits

    def _edits_of_piece(self, piece: str) -> tuple[Edit, ...]:
        if len(piece) > LONGEST_PIECE or _NUMBER.fullmatch(piece) or _PROTECTED.fullmatch(piece):
            return ()
        if piece[0] == "@" and piece[1:].rstrip("!?.,:;").isalnum():
            return self._mention(piece)
        whole = self._whole(piece, 0, len(piece))
        if whole is not None:
            return (whole,)
        if _is_apart(piece):
            spelt = self._spelt(piece)
            if spelt:
                return tuple(spelt)
        if _CODE.search(piece):
            return ()
        if (strung := _STRUNG.match(piece)) is not None:
            unstrung = self._unstrung(strung.group(), strung[1])
            if unstrung:
                return unstrung
        parts = list(_PARTS.finditer(piece))
        if len(parts) == 1 and parts[0].span() == (0, len(piece)):
            return ()
        found = (self._whole(piece, *part.span()) for part in parts)
        return tuple(edit for edit in found if edit is not None)

    def _unstrung(self, piece: str, sign: str) -> tuple[Edit, ...]:
        """Blanks for the sign between words that some phrase may hold: "shut-the-door"."""
        words = piece.split(sign)
        if not all(word in self._lexicon.ranks or word in _SINGLE for word in words):
            return ()
        return tuple((at, at + 1, " ") for at, each in enumerate(piece) if each == sign)

    def _mention(self, piece: str) -> tuple[Edit, ...]:
        """A mention names somebody; but for `@` in the place of the word's own first letter."""
        word = "a" + piece[1:].rstrip("!?.,:;")
        end = len(word)
        return ((0, end, word),) if word in self._lexicon.ranks else ()

    def _whole(self, piece: str, begin: int, end: int) -> Edit | None:
        """The one word that `piece[begin:end]` is, signs before and after it aside."""
        part = piece[begin:end]
        bare = part.strip(_OUTER).removesuffix("'s")
        if bare in self._lexicon.known or is_english(bare):
            return None
        # A sign at the front may be the first letter of a disguise ("$hit"), but no misspelling
        # is looked for behind it in an ordinary word ("@sheet").
        honest = is_english(_SIGNS_AROUND.sub("", part))
        first = next((at for at, sign in enumerate(part) if _WORD_SIGN.match(sign)), len(part))
        best: tuple[int, int, int, Reading] | None = None
        starts = range(min(first, len(part) - 1), max(0, first - LONGEST_LEAD) - 1, -1)
        for reading in readings(self._lexicon, part, starts):
            written, rest = part[reading.start : reading.end], part[reading.end :]
            if honest and (reading.misspelt or reading.drawn_out):
                continue
            if _WORD_SIGN.search(rest) or not is_convincing(written, rest, reading):
                continue
            # A sign at an end stands for a letter if it can, but is no mask there.
            unused = len(part) - len(written)
            rank = self._lexicon.ranks[reading.word]
            key = (reading.price + _UNUSED * unused, rank, reading.start)
            if best is None or key < best[:3]:
                best = (*key, reading)
        if best is None or is_ordinary(part.strip(_OUTER), but=self._lexicon.ranks):
            return None
        reading = best[-1]
        if part[reading.start : reading.end] == reading.word:
            return None
        return begin + reading.start, begin + reading.end, reading.word

    def _spelt(self, run: str) -> list[Edit]:
        """Letters set apart, as words of the lexicon one after the other; `[]` if they are none."""
        lexicon = self._lexicon
        if run.isascii() and not _WORD_SIGN.search(run):
            return []
        # By position: the price so far, the edits so far.
        best: dict[int, tuple[int, list[Edit]]] = {0: (0, [])}
        for start in range(len(run)):
            if start not in best:
                continue
            price, edits = best[start]
            after = start + 1
            if run[start] in SEPARATORS or (run[start] in _SINGLE and start + 2 <= len(run)):
                cost = 0 if run[start] in SEPARATORS else 1
                _improve(best, after, price + cost, edits)
            for reading in readings(lexicon, run, [start]):
                if len(reading.word) >= 2:
                    edit = (start, reading.end, reading.word)
                    _improve(best, reading.end, price + 30 + reading.price, [*edits, edit])
        for end in range(len(run), 0, -1):
            if end in best and not _WORD_SIGN.search(run, end):
                edits = best[end][1]
                if any(len(word) >= 3 and word not in lexicon.common for _, _, word in edits):
                    return edits
                break
        return []


def _is_apart(piece: str) -> bool:
    """Whether its letters stand alone between signs."""
    signs = sum(sign in SEPARATORS for sign in piece.strip(_OUTER))
    return signs >= 2 and not _SYLLABLE.search(piece)


def _improve(
    best: dict[int, tuple[int, list[Edit]]], end: int, price: int, edits: list[Edit]
) -> None:
    if end not in best or price < best[end][0]:
        best[end] = (price, edits)


def _replaced(folded: Folded, edits: list[Edit]) -> Folded:
    """The folded text with each edit made, and where its characters come from."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0

    def keep(end: int) -> None:
        pieces.append(folded.text[place:end])
        spans = [folded.span(at, at + 1) for at in range(place, end)]
        starts.extend(start for start, _ in spans)
        ends.extend(last for _, last in spans)

    for start, end, word in edits:
        keep(start)
        first, last = folded.span(start, end)
        pieces.append(word)
        starts.extend([first] * len(word))
        ends.extend([last] * len(word))
        place = end
    keep(len(folded.text))
    return Folded("".join(pieces), tuple(starts), tuple(ends))
