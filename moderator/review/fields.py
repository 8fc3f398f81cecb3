"""The fields of a verdict's JSON, taken by type; a complaint names the field and quotes nothing."""

import re
from collections.abc import Mapping
from typing import Any

_HEX = re.compile(r"(?:[0-9a-f]{2})+")


class NotAVerdict(ValueError):
    """The reason why a mapping is no verdict; never holds text of it."""


class Fields:
    """A JSON object; every method takes one of its fields, or raises `NotAVerdict`."""

    def __init__(self, value: Any) -> None:
        if not isinstance(value, Mapping):
            raise NotAVerdict("a JSON object is needed here")
        self._value = value

    def text(self, name: str) -> str:
        """A text, be it empty."""
        found = self._value.get(name)
        if not isinstance(found, str):
            raise NotAVerdict(f"{name} has to be a text")
        return found

    def optional(self, name: str) -> str | None:
        """A text, or None where there is none or null."""
        return None if self._value.get(name) is None else self.text(name)

    def choice(self, name: str, known: tuple[str, ...]) -> str:
        """One of the texts that are known."""
        found = self.text(name)
        if found not in known:
            raise NotAVerdict(f"{name} has to be one of {', '.join(known)}")
        return found

    def hexadecimal(self, name: str) -> str:
        """Bytes as pairs of digits, at least one."""
        found = self.text(name)
        if not _HEX.fullmatch(found):
            raise NotAVerdict(f"{name} has to be hexadecimal digits, in lower case and pairs")
        return found

    def number(self, name: str) -> float:
        """A number in 0..1; true and false are none."""
        found = self._value.get(name)
        if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= 1:
            raise NotAVerdict(f"{name} has to be a number in 0..1")
        return float(found)

    def mapping(self, name: str) -> "Fields":
        """An object within this one."""
        found = self._value.get(name)
        if not isinstance(found, Mapping):
            raise NotAVerdict(f"{name} has to be a JSON object")
        return Fields(found)

    def items(self, name: str) -> list[Any]:
        """A list, of whatever."""
        found = self._value.get(name)
        if not isinstance(found, list):
            raise NotAVerdict(f"{name} has to be a list")
        return found
