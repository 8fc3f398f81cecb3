"""The labels of the model, and one labelled row."""

from dataclasses import dataclass

LABELS: tuple[str, ...] = (
    "toxicity",
    "severe_toxicity",
    "obscene",
    "threat",
    "insult",
    "identity_attack",
    "sexual_explicit",
    "self_harm",
    "spam",
)
"""Detoxify's seven names, then two of our own. `self_harm` means urging someone to harm
themselves; speaking of one's own pain is not it."""

UNKNOWN = -1

IMPLIED_BY_CLEAN: tuple[str, ...] = (
    "severe_toxicity",
    "threat",
    "insult",
    "identity_attack",
    "sexual_explicit",
)
"""What a row with toxicity 0 cannot be. It may still be obscene: swearing at nobody."""


@dataclass(frozen=True, slots=True)
class Row:
    """One text with a value per label, in the order of `LABELS`: 1, 0 or `UNKNOWN`.

    `group` is the function of a template row and the language of a data row.
    """

    text: str
    source: str
    labels: tuple[int, ...]
    group: str = ""


def vector(known: dict[str, int]) -> tuple[int, ...]:
    """Known labels as a tuple in the order of `LABELS`; the rest is `UNKNOWN`."""
    values = dict(known)
    if values.get("toxicity") == 0:
        for name in IMPLIED_BY_CLEAN:
            values[name] = 0
    return tuple(values.get(name, UNKNOWN) for name in LABELS)
