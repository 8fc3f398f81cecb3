"""Finds personal data in a text: addresses, links, numbers of telephones, cards and accounts.

Looking at folded text sees through full-width letters, zero-width signs and the like. What is
found is rather too much than too little: seven digits in a row are somebody's number until
proven otherwise.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from moderator.redaction import shapes
from moderator.text import Folded

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_TRAILING = ".,;:!?)'\"]}*>"
_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+-]*:/{1,3})?(?:www\.)?")
_SPELT_AT = re.compile(r" ?[(\[{<]at[)\]}>] ?| at | ?@ ?")
_CARD_LENGTHS = range(13, 20)
_REGIONS = ("US", "GB", "IN", "DE", "FR", "ES", "IT", "PT", "BR", "MX")
"""Where numbers without a country's code may be from; decides what they are called, no more."""

_LEAST_DIGITS = 10
"""Of such a number; shorter ones can be anything."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Personal data in `[start, end)` of a text; two with equal `kind` and `key` are the same."""

    start: int
    end: int
    kind: str
    key: str


def personal_data(text: str, folded: Folded) -> Iterator[Stretch]:
    """What stands in `text`, in its code points; may overlap, what names best comes first."""
    for match in shapes.WALLET.finditer(folded.text):
        start, end = folded.span(*match.span())
        # Case counts in these numbers, so they are checked as they were written.
        if match[0].startswith("0x") or _is_bitcoin(text[start:end]):
            yield Stretch(start, end, "account", match[0])
    for start, end, kind, key in _found(folded.text):
        yield Stretch(*folded.span(start, end), kind, key)


_Found = tuple[int, int, str, str]


def _found(text: str) -> Iterator[_Found]:
    dotted = "." in text or "。" in text or "dot" in text
    if ":" in text or "www." in text:
        yield from _links(text)
    if "@" in text or ("at" in text and dotted):
        for match in (*shapes.EMAIL.finditer(text), *shapes.EMAIL_SPELT.finditer(text)):
            key = shapes.DOT.sub(".", _SPELT_AT.sub("@", match[0], count=1)).replace(" ", "")
            yield match.start(), match.end(), "email", key.strip(".")
    if dotted:
        yield from _hosts(text)
    if ":" in text or "." in text:
        yield from _ips(text)
    if any(map(str.isdigit, text)):
        yield from _ibans(text)
        for match in shapes.DIGITS.finditer(text):
            kind, key = _number(match[0])
            yield match.start(), match.end(), kind, key
        for match in shapes.HANDLE_NUMBERED.finditer(text):
            yield match.start(), match.end(), "handle", match[0]
    yield from _handles(text)


def _links(text: str) -> Iterator[_Found]:
    for match in shapes.LINK.finditer(text):
        link = match[0].rstrip(_TRAILING)
        yield match.start(), match.start() + len(link), "link", _link_key(link)


def _hosts(text: str) -> Iterator[_Found]:
    for match in shapes.HOST.finditer(text):
        host = shapes.DOT.sub(".", match["host"])
        path = match["rest"].rstrip(_TRAILING)
        spelt = "/" in path and host.rpartition(".")[2].isalpha()
        if spelt or _suffixes().publicsuffix(host, accept_unknown=False) is not None:
            yield match.start(), match.end("host") + len(path), "link", _link_key(host + path)


def _link_key(link: str) -> str:
    return _SCHEME.sub("", link).rstrip("/")


def _ips(text: str) -> Iterator[_Found]:
    for shape in (shapes.IPV4, shapes.IPV6):
        for match in shape.finditer(text):
            try:
                address = ipaddress.ip_address(match[0])
            except ValueError:
                continue
            if len(match[0]) > len("::1"):
                yield match.start(), match.end(), "ip", str(address)


def _ibans(text: str) -> Iterator[_Found]:
    from stdnum import iban

    for match in shapes.IBAN.finditer(text):
        for end in range(match.end(1), match.start() + 14, -1):
            if not text[end : end + 1].isalnum() and iban.is_valid(text[match.start() : end]):
                key = iban.compact(text[match.start() : end])
                yield match.start(), end, "account", key
                break


def _number(run: str) -> tuple[str, str]:
    """What a run of digits is, and the same key however it is set apart."""
    from stdnum import luhn

    digits = "".join(str(unicodedata.decimal(sign)) for sign in run if sign.isdecimal())
    abroad = "+" in run[:2]
    phone = _phone("+" + digits if abroad else digits)
    if phone is not None and abroad:
        return "phone", phone
    # An expiry date may follow the card's number.
    for length in reversed(_CARD_LENGTHS):
        if length <= len(digits) and luhn.is_valid(digits[:length]):
            return "card", digits[:length]
    return ("phone", phone) if phone is not None else ("number", digits)


def _phone(digits: str) -> str | None:
    """The number in its one form, with the country's code where it is written; None if none."""
    import phonenumbers

    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not digits.startswith("+") and len(digits) < _LEAST_DIGITS:
        return None
    for region in (None,) if digits.startswith("+") else _REGIONS:
        try:
            number = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            continue
        if region is None and phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if region is not None and phonenumbers.is_valid_number(number):
            return digits
    return None


def _handles(text: str) -> Iterator[_Found]:
    if "@" in text:
        for match in shapes.HANDLE.finditer(text):
            name = match[0].rstrip(".-")
            yield match.start(), match.start() + len(name), "handle", name.removeprefix("@")
    for match in shapes.HANDLE_TOLD.finditer(text):
        group = "any" if match["any"] is not None else "odd"
        name = match[group].rstrip(".-")
        if name:
            yield match.start(group), match.start(group) + len(name), "handle", name


def _is_bitcoin(text: str) -> bool:
    from stdnum import bitcoin

    return bool(bitcoin.is_valid(text))


@cache
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
