"""Turns texts into windows of token ids with the `tokenizers` library."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from moderator.classifiers.batching import well_formed
from moderator.classifiers.windows import spans
from moderator.errors import ClassifierError

_CHARACTERS_A_CALL = 1 << 18


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
        for chunk in _chunks(texts):
            encodings = self._tokenizer.encode_batch_fast(
                [well_formed(text) for text in chunk], add_special_tokens=False
            )
            for encoding in encodings:
                yield self._cut(encoding.ids)

    def _cut(self, ids: list[int]) -> list[list[int]] | None:
        if not ids:
            return []
        if all(token == self._unknown for token in ids):
            return None
        return [
            [*self._before, *ids[start:end], *self._after]
            for start, end in spans(len(ids), self._size, self._stride)
        ]


def _chunks(texts: Sequence[str]) -> Iterator[list[str]]:
    """Consecutive texts, few enough characters a call to bound the memory of their encodings."""
    chunk: list[str] = []
    held = 0
    for text in texts:
        if chunk and held + len(text) > _CHARACTERS_A_CALL:
            yield chunk
            chunk, held = [], 0
        chunk.append(text)
        held += len(text)
    if chunk:
        yield chunk


def _id(tokenizer: Any, token: str | None) -> int | None:
    found: int | None = tokenizer.token_to_id(token) if token else None
    return found
