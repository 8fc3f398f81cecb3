"""Common surnames, first names and places, from the package Faker; a thousand of each at least."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

SHARE = 5
"""Of the longest lists of places, one in so many; in order, since some of them were sets."""


def _provider(kind: str, locale: str) -> Any:
    return import_module(f"faker.providers.{kind}.{locale}").Provider


def _distinct(lists: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in lists for name in names))


def surnames() -> tuple[str, ...]:
    """The commonest of the United States, Britain and India."""
    return _distinct(_provider("person", f"en_{one}").last_names for one in ("US", "GB", "IN"))


def first_names() -> tuple[str, ...]:
    """The commonest of the United States, Britain and India."""
    return _distinct(_provider("person", f"en_{one}").first_names for one in ("US", "GB", "IN"))


def places() -> tuple[str, ...]:
    """Countries, states, counties; towns of India, Germany, the Netherlands and Italy."""
    return _distinct(
        (
            _provider("address", "en_US").countries,
            _provider("address", "en_US").states,
            _provider("address", "en_GB").counties,
            _provider("address", "en_IN").cities,
            _provider("address", "de_DE").cities,
            sorted(_provider("address", "nl_NL").cities)[::SHARE],
            sorted(_provider("address", "it_IT").cities)[:: SHARE * SHARE],
        )
    )


NAMES = {"surnames": surnames, "first names": first_names, "places": places}
