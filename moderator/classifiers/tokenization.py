"""Turns texts into windows of token ids with the `tokenizers` library."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from moderator.classifiers.batching import well_formed
from moderator.classifiers.windows import spans
from moderator.errors import ClassifierError

_CHARACTERS_A_CALL = 1 << 16
_PIECE = re.compile(r"(?s).{1,65536}(?=\s|$)|.{65536}")
"""Long text in parts that end before a blank where there is one: encodings take much memory."""


class Tokenization:
    """A tokenizer.json, and how texts are cut into windows for its model.

    `max_tokens` counts the special tokens around a window; `stride` is the overlap.
    """

    def __init__(self, path: Path, max_tokens: int, stride: int) -> None:
        from tokenizers import Tokenizer

        try:
            text = path.read_text("utf-8")
            self._tokenizer: Any = Tokenizer.from_str(text)
        except Exception as error:  # the library raises bare Exception
            raise ClassifierError(f"The tokenizer {path} cannot be loaded: {error}.") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._unknown = _id(self._tokenizer, json.loads(text)["model"].get("unk_token"))
        self.pad = _id(self._tokenizer, "[PAD]") or 0
        self.vocabulary: int = self._tokenizer.get_vocab_size()
        around = self._tokenizer.encode("a", add_special_tokens=True)
        body = [i for i, special in enumerate(around.special_tokens_mask) if not special]
        self._before = around.ids[: body[0]]
        self._after = around.ids[body[-1] + 1 :]
        self._size = max_tokens - len(self._before) - len(self._after)
        self._stride = stride
        if not 0 <= stride < self._size:
            raise ClassifierError(
                f"The model's stride {stride} does not fit its windows of {max_tokens} tokens; "
                "reinstall the package."
            )

    def windows(self, texts: Sequence[str]) -> Iterator[list[list[int]] | None]:
        """For each text its windows of ids, specials included: `[]` where it holds no token at
        all (blanks, control characters), None where every token is unknown."""
        pieces = ((n, piece) for n, text in enumerate(texts) for piece in _pieces(text))
        done = 0
        ids: list[int] = []
        for chunk in _chunks(pieces):
            encodings = self._tokenizer.encode_batch_fast(
                [piece for _, piece in chunk], add_special_tokens=False
            )
            for (index, _), encoding in zip(chunk, encodings, strict=True):
                if index != done:
                    yield self._cut(ids)
                    done, ids = index, []
                ids += encoding.ids
        if texts:
            yield self._cut(ids)

    def _cut(self, ids: list[int]) -> list[list[int]] | None:
        if not ids:
            return []
        if all(token == self._unknown for token in ids):
            return None
        return [
            [*self._before, *ids[start:end], *self._after]
            for start, end in spans(len(ids), self._size, self._stride)
        ]


def _pieces(text: str) -> list[str]:
    clean = well_formed(text)
    return [clean] if len(clean) <= _CHARACTERS_A_CALL else _PIECE.findall(clean)


def _chunks(pieces: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Consecutive pieces, few enough characters a call to bound the memory of their encodings."""
    chunk: list[tuple[int, str]] = []
    held = 0
    for index, piece in pieces:
        if chunk and held + len(piece) > _CHARACTERS_A_CALL:
            yield chunk
            chunk, held = [], 0
        chunk.append((index, piece))
        held += len(piece)
    if chunk:
        yield chunk


def _id(tokenizer: Any, token: str | None) -> int | None:
    found: int | None = tokenizer.token_to_id(token) if token else None
    return found
