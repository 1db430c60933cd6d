"""Keys by which residents are found. What was written and what is typed are folded alike, so that they meet.

A beginning of what was written folds to a beginning of its key. Keys are UTF-8 and compared byte by byte, which
for katakana is the order of the fifty sounds. They are for the index alone: no key is ever shown or read back.
"""

import re
import unicodedata
from functools import lru_cache

from machimado.ground.japanese.characters import fold
from machimado.ground.japanese.kana import full_kana, is_full_kana, search_kana

# Longer names and places are found by their first characters; an index of PostgreSQL holds rows up to 2.7 kB.
LONGEST_KEY = 80
# No UTF-8 text holds this byte: whatever begins with a key sorts between the key and the key with it.
BEYOND = b"\xff"

_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


@lru_cache(maxsize=200_000)  # a city has some thousand family names and given names, each borne by many
def text_key(text: str) -> bytes:
    """Fold a name as written: widths, case, spaces, variants of characters (渡邉 → 渡辺) and kinds of kana go."""
    return _key(fold(text).translate(_TO_KATAKANA))


@lru_cache(maxsize=200_000)
def kana_key(kana: str) -> bytes:
    """Fold a reading: spaces, small and old kana and the ways to write a long vowel go."""
    return _key(search_kana(kana))


def place_key(*parts: str) -> bytes:
    """Fold a place or block that is complete, so that its last number is not taken for the beginning of a longer one."""
    key = _place("".join(parts))
    return _key(key + "-" if key[-1:].isdecimal() else key)


def place_beginnings(typed: str) -> tuple[bytes, ...]:
    """Fold the beginning of a place as somebody types it; several keys where it can be continued in several ways."""
    plain = _without_city(_place(typed))
    # 本町一 may go on as 本町一丁目 (a number) or as 本町一番館 (a name).
    counted = re.sub(f"({_KANJI_NUMBER})丁?$", lambda match: _arabic(match[1]), plain)
    return tuple(_key(each) for each in dict.fromkeys((plain, counted)) if each)


def birth_key(edtf: str) -> bytes:
    """Return the key of a birth date: its EDTF text."""
    return edtf.encode("ascii")


def birth_beginning(edtf: str) -> bytes:
    """Return what all dates within a date of unknown parts begin with: 1950-05-XX → 1950-05."""
    known, _, _ = edtf.partition("-XX")
    return known.encode("ascii")


def is_kana(text: str) -> bool:
    """Tell whether a text is a reading and nothing else."""
    return is_full_kana(full_kana(text))


def words(name: str) -> list[str]:
    """Split a name into its parts at full-width and other spaces."""
    return name.split()


def _key(folded: str) -> bytes:
    return folded[:LONGEST_KEY].encode("utf-8", "ignore")


_KANJI_NUMBER = "[一二三四五六七八九十]+"
_KANJI_DIGITS = {character: value for value, character in enumerate("一二三四五六七八九", start=1)}
_COUNTED = re.compile(rf"({_KANJI_NUMBER})(?=丁目|番|号)")
_DASH = re.compile(r"(?<=\d)[‐‑‒–—―−ー]")
# 12番地の3, 12番3号 and 12-3 are one place; 101号室 is a room and stays.
_STEP = re.compile(r"(?<=\d)(?:丁目|番地の?|番の?|号(?!室)|の(?=\d))|(?<=\d)ノ(?=\d)")


@lru_cache(maxsize=50_000)
def _place(text: str) -> str:
    """Write numbers of chome, blocks and houses in one way: 本町一丁目12番地の3 → 本町1-12-3."""
    plain = _DASH.sub("-", unicodedata.normalize("NFKC", text)).replace("大字", "")
    counted = _COUNTED.sub(lambda match: _arabic(match[1]), plain)
    return fold(_STEP.sub("-", counted)).translate(_TO_KATAKANA)


def _arabic(kanji: str) -> str:
    tens, ten, ones = kanji.partition("十")
    if not ten:
        return "".join(str(_KANJI_DIGITS[character]) for character in kanji)
    return str(_KANJI_DIGITS.get(tens[-1:], 1) * 10 + _KANJI_DIGITS.get(ones[:1], 0))


_CITY = re.compile(r"(?:.{2,3}?[都道府県])?(?:.{1,7}?市|.{1,5}郡.{1,6}?[町村])(?=.)|.{2,3}?[都道府県](?=.)")


def _without_city(place: str) -> str:
    """Drop prefecture and city, which the index does not hold: its people all live in the one city."""
    match = _CITY.match(place)
    return place[match.end() :] if match else place
